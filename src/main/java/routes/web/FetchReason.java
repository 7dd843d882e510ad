package routes.web;

import java.util.Locale;

/** Why there is no page, besides the {@code http_…} reasons that name the status of the answer. */
enum FetchReason {
    /** Not an http(s) address, or one with a user name. */
    BAD_ADDRESS(true),
    /** An address that is not in the public internet. */
    REFUSED_ADDRESS(true),
    REFUSED_PORT(true),
    DNS(false),
    CONNECT(false),
    TLS(false),
    TIMEOUT(false),
    /** The connection ended within the answer. */
    RESET(false),
    /** Not an answer of HTTP. */
    PROTOCOL(false),
    TOO_LARGE(true),
    CONTENT_TYPE(true),
    CONTENT_ENCODING(true),
    EMPTY(false),
    TOO_MANY_REDIRECTS(true),
    REDIRECT_LOOP(true),
    BAD_REDIRECT(true),
    /** The site does not want this page to be fetched. */
    ROBOTS(true),
    /** The server failed to say what may be fetched. */
    ROBOTS_UNAVAILABLE(false),
    BAD_PDF(true),
    /** More fetches are running than the process can have. */
    BUSY(false);

    private final boolean permanent;

    FetchReason(boolean permanent) {
        this.permanent = permanent;
    }

    boolean permanent() {
        return permanent;
    }

    String text() {
        return name().toLowerCase(Locale.ROOT);
    }

    FetchException exception(String detail) {
        return new FetchException(text(), permanent, detail, null);
    }
}
