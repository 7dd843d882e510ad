package routes.web;

import java.time.Duration;
import java.util.Arrays;
import java.util.List;

/** Result of a fetch. */
public sealed interface Fetched {
    /** The reasons of failures, in addition to {@code http_…}. */
    List<String> REASONS =
            Arrays.stream(FetchReason.values()).map(FetchReason::text).toList();

    /** Returns the duration of the fetch. */
    Duration duration();

    /**
     * @param url address of the page, after all redirects
     * @param status 2xx
     * @param mediaType one of {@code text/html}, {@code application/xhtml+xml}, {@code text/plain}, {@code application/pdf}
     * @param text HTML source, plain text, or the text of a PDF
     * @param title title of a PDF; otherwise empty
     * @param etag validator for the next fetch; null if the server sent none
     * @param lastModified validator for the next fetch, unchanged; null if the server sent none
     * @param crawlDelay delay between two fetches that the site requests; null if it requests none
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

    /** The page is unchanged since the request that returned its {@code etag} or {@code lastModified}. */
    record NotModified(String url, Duration crawlDelay, Duration duration) implements Fetched {}

    /**
     * A file that a page contains; only returned by {@link PageFetcher#picture} and {@link PageFetcher#file}.
     *
     * @param mediaType as declared by the server
     */
    record File(String url, String mediaType, byte[] bytes, Duration duration) implements Fetched {}

    /**
     * The page could not be fetched.
     *
     * @param reason stable code from a fixed set, such as {@code timeout} or {@code http_404}
     * @param permanent whether the next fetch would fail the same way
     * @param url address that failed, which may be the target of a redirect
     * @param detail one line for operators
     * @param retryAfter the delay that the server requests; null if it requests none
     */
    record Failed(String reason, boolean permanent, String url, String detail, Duration retryAfter, Duration duration)
            implements Fetched {

        /** Whether the address no longer leads to a page. */
        public boolean isDead() {
            return reason.equals("http_404") || reason.equals("http_410");
        }
    }
}
