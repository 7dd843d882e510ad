package routes.llm;

import java.time.Instant;

/** No provider of the chain completed the task. */
public class ProvidersFailedException extends RuntimeException {
    private final Instant restingUntil;

    ProvidersFailedException(String message, Instant restingUntil) {
        super(message);
        this.restingUntil = restingUntil;
    }

    /**
     * Returns the earliest time at which a quota is restored, if exhausted quotas of all providers are the only reason for the
     * failure; otherwise null.
     */
    public Instant restingUntil() {
        return restingUntil;
    }
}
