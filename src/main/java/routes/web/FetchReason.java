package routes.web;

import java.util.Locale;

/** Why there is no page. In addition, {@code http_…} reasons contain the status of the response. */
enum FetchReason {
    /** The address is not an http(s) address, or it contains a user name. */
    BAD_ADDRESS(true),
    /** The address is not in the public internet. */
    REFUSED_ADDRESS(true),
    REFUSED_PORT(true),
    DNS(false),
    CONNECT(false),
    TLS(false),
    TIMEOUT(false),
    /** The connection was closed within the response. */
    RESET(false),
    /** The response is not valid HTTP. */
    PROTOCOL(false),
    TOO_LARGE(true),
    CONTENT_TYPE(true),
    CONTENT_ENCODING(true),
    EMPTY(false),
    TOO_MANY_REDIRECTS(true),
    REDIRECT_LOOP(true),
    BAD_REDIRECT(true),
    /** The site does not permit fetching the page. */
    ROBOTS(true),
    /** The server failed to return robots.txt. */
    ROBOTS_UNAVAILABLE(false),
    BAD_PDF(true),
    /** The limit of concurrent fetches in the process is reached. */
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
