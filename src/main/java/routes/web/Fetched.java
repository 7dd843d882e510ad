package routes.web;

import java.time.Duration;
import java.util.Arrays;
import java.util.List;

/** Result of a fetch. */
public sealed interface Fetched {
    /** The reasons of failures, besides {@code http_…}. */
    List<String> REASONS =
            Arrays.stream(FetchReason.values()).map(FetchReason::text).toList();

    /** How long it took. */
    Duration duration();

    /**
     * A page.
     *
     * @param url address of the page, after all redirects
     * @param status 2xx
     * @param mediaType one of {@code text/html}, {@code application/xhtml+xml}, {@code text/plain}, {@code application/pdf}
     * @param text HTML source, plain text, or the text of a PDF
     * @param title of a PDF; else empty
     * @param etag for the next fetch; null if the server sent none
     * @param lastModified for the next fetch, as the server sent it; null if it sent none
     * @param crawlDelay pause between two fetches that the site asks for; null if it asks for none
     */
    record Page(
            String url,
            int status,
            String mediaType,
            String text,
            String title,
            String etag,
            String lastModified,
            Duration crawlDelay,
            Duration duration)
            implements Fetched {

        public boolean isHtml() {
            return mediaType.endsWith("html") || mediaType.endsWith("html+xml");
        }
    }

    /** The page is the one whose {@code etag} or {@code lastModified} was sent. */
    record NotModified(String url, Duration crawlDelay, Duration duration) implements Fetched {}

    /**
     * A file that a page shows; only {@link PageFetcher#picture} and {@link PageFetcher#file} give one.
     *
     * @param mediaType as the server says
     */
    record File(String url, String mediaType, byte[] bytes, Duration duration) implements Fetched {}

    /**
     * There is no page.
     *
     * @param reason stable text out of a limited set, such as {@code timeout} or {@code http_404}
     * @param permanent whether the next fetch would end the same way
     * @param url address that failed, which may be the target of a redirect
     * @param detail for operators, in one line
     * @param retryAfter how long the server asks to wait; null if it does not
     */
    record Failed(String reason, boolean permanent, String url, String detail, Duration retryAfter, Duration duration)
            implements Fetched {

        /** Whether the address leads to no page any more. */
        public boolean isDead() {
            return reason.equals("http_404") || reason.equals("http_410");
        }
    }
}
