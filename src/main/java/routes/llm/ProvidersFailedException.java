package routes.llm;

import java.time.Instant;

/** No provider of the chain did the task. */
public class ProvidersFailedException extends RuntimeException {
    private final Instant restingUntil;

    ProvidersFailedException(String message, Instant restingUntil) {
        super(message);
        this.restingUntil = restingUntil;
    }

    /**
     * When the first provider has its quota again, if used-up quotas of all providers are the only reason for the failure; else null.
     */
    public Instant restingUntil() {
        return restingUntil;
    }
}
