package routes.web;

import java.time.Duration;

/** Ends a fetch. It is never thrown out of the package. */
final class FetchException extends Exception {
    private static final long serialVersionUID = 1;

    private final String reason;
    private final boolean permanent;
    private final Duration retryAfter;

    /** @param retryAfter the delay that the server requests; null if it requests none */
    FetchException(String reason, boolean permanent, String detail, Duration retryAfter) {
        // no stack trace, because this is an expected result that pages can cause in large numbers
        super(detail, null, false, false);
        this.reason = reason;
        this.permanent = permanent;
        this.retryAfter = retryAfter;
    }

    Fetched.Failed at(WebAddress address, Duration duration) {
        return new Fetched.Failed(reason, permanent, address.toString(), getMessage(), retryAfter, duration);
    }

    String reason() {
        return reason;
    }
}
