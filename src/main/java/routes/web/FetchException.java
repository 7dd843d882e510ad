package routes.web;

import java.time.Duration;

/** Ends a fetch. It never leaves the package. */
final class FetchException extends Exception {
    private static final long serialVersionUID = 1;

    private final String reason;
    private final boolean permanent;
    private final Duration retryAfter;

    /** @param retryAfter null if the server does not say */
    FetchException(String reason, boolean permanent, String detail, Duration retryAfter) {
        // no stack trace: it is an expected result, and pages can cause many
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
