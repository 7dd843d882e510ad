package routes.llm;

import java.time.Duration;
import java.util.Locale;

/** A call of a model failed, or a pass of calls. The kind determines the next call. */
public class ModelFailureException extends RuntimeException {
    /** What happened; the label {@code outcome} of the metric {@code llm_requests_total}. */
    public enum Kind {
        /** No answer in time. */
        TIMEOUT(Next.LATER),
        /** No connection, or it broke. */
        CONNECTION(Next.LATER),
        /** 429. */
        RATE_LIMIT(Next.LATER),
        /** 408 and 5xx, also inside an answer with status 200. */
        SERVER_ERROR(Next.LATER),
        /** An answer without content. */
        EMPTY(Next.LATER),
        /** An answer that cannot be read, or that has no valid part. */
        UNUSABLE(Next.LATER),
        /** The provider does not have the model. */
        UNKNOWN_MODEL(Next.OTHER_MODEL),
        /** The request is longer than the model accepts. Another model may accept more. */
        TOO_LONG(Next.OTHER_MODEL),
        /** A filter of the provider rejected the text or the answer. */
        FILTERED(Next.NONE),
        /** The key, the token or the plan does not permit it: 401, 403. */
        UNAUTHORIZED(Next.NONE),
        /** Credits, a quota or the configured daily cap are used up. */
        QUOTA(Next.NONE),
        /** Any other 4xx: the request itself is rejected. */
        REFUSED(Next.NONE),
        /** All permits for concurrent calls were in use for too long. */
        BUSY(Next.NONE);

        private final Next next;

        Kind(Next next) {
            this.next = next;
        }

        /** Whether the failure concerns this request only and does not predict the next one. */
        boolean isOfTheRequest() {
            return this == FILTERED || this == TOO_LONG || this == REFUSED;
        }

        String label() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    /** Whether and how the same provider is called again in the same pass. */
    enum Next {
        LATER,
        OTHER_MODEL,
        NONE
    }

    private final Kind kind;
    private final Duration pause;

    ModelFailureException(Kind kind, String message) {
        this(kind, message, null, null);
    }

    /** The exception for {@link ModelTask#read}. */
    public static ModelFailureException unusable(String message) {
        return new ModelFailureException(Kind.UNUSABLE, message);
    }

    /** @param pause how long the provider asks to pause calls; null if it does not say */
    ModelFailureException(Kind kind, String message, Duration pause, Throwable cause) {
        super(message, cause);
        this.kind = kind;
        this.pause = pause;
    }

    public Kind kind() {
        return kind;
    }

    Next next() {
        return kind.next;
    }

    Duration pause() {
        return pause;
    }
}
