package routes.llm;

import java.time.Instant;

/** No provider of the chain did the task. */
public class ProvidersFailedException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final Instant restingUntil;

    ProvidersFailedException(String message, Instant restingUntil) {
        super(message);
        this.restingUntil = restingUntil;
    }

    /**
     * When the first provider has its quota again, if all that keeps the task from being done is that all of them have used
     * up theirs; else null.
     */
    public Instant restingUntil() {
        return restingUntil;
    }
}
