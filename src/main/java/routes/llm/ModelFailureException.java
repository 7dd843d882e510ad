package routes.llm;

import java.time.Duration;
import java.util.Locale;

/** A model call, or a pass of calls, failed. The kind determines the next call. */
public class ModelFailureException extends RuntimeException {
    /** The kind of failure; value of the label {@code outcome} of the metric {@code llm_requests_total}. */
    public enum Kind {
        /** No response in time. */
        TIMEOUT(Next.LATER),
        /** The connection could not be established or was closed. */
        CONNECTION(Next.LATER),
        /** HTTP status 429. */
        RATE_LIMIT(Next.LATER),
        /** HTTP status 408 or 5xx, also inside a response with status 200. */
        SERVER_ERROR(Next.LATER),
        /** A response without content. */
        EMPTY(Next.LATER),
        /** A response that cannot be read or has no valid part. */
        UNUSABLE(Next.LATER),
        /** The provider does not have the model. */
        UNKNOWN_MODEL(Next.OTHER_MODEL),
        /** The request is longer than the model accepts. Another model may accept more. */
        TOO_LONG(Next.OTHER_MODEL),
        /** A filter of the provider rejected the text or the answer. */
        FILTERED(Next.NONE),
        /** The key, the token or the plan does not permit the call: 401, 403. */
        UNAUTHORIZED(Next.NONE),
        /** Credits, a quota or the configured daily cap are exhausted. */
        QUOTA(Next.NONE),
        /** Any other 4xx status: the request itself is rejected. */
        REFUSED(Next.NONE),
        /** All permits for concurrent calls were in use for too long. */
        BUSY(Next.NONE);

        private final Next next;

        Kind(Next next) {
            this.next = next;
        }

        /** Whether the failure concerns only this request and says nothing about the next one. */
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

    /** Returns the exception that {@link ModelTask#read} throws. */
    public static ModelFailureException unusable(String message) {
        return new ModelFailureException(Kind.UNUSABLE, message);
    }

    /** @param pause the pause that the provider requests; null if it requests none */
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
