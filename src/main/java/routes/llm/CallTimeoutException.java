package routes.llm;

import java.io.IOException;

/** A call exceeded its time limit, even if part of the answer had arrived. */
class CallTimeoutException extends IOException {
    private static final long serialVersionUID = 1L;

    CallTimeoutException(String message, Throwable cause) {
        super(message, cause);
    }
}
