package routes.llm;

import java.io.IOException;

/** A call took longer than it may, however much of the answer had come. */
class CallTimeoutException extends IOException {
    private static final long serialVersionUID = 1L;

    CallTimeoutException(String message, Throwable cause) {
        super(message, cause);
    }
}
