package routes.crawl4ai;

/** The server gave no answer about the page. Another fetcher may succeed. */
public final class Crawl4aiException extends Exception {
    private static final long serialVersionUID = 1;

    private final String reason;
    private final boolean isFault;

    private Crawl4aiException(String reason, boolean isFault, String message) {
        super(message);
        this.reason = reason;
        this.isFault = isFault;
    }

    /** The server is out of order. */
    static Crawl4aiException fault(String reason, String message) {
        return new Crawl4aiException(reason, true, message);
    }

    /** The server works, but did not get the page. */
    static Crawl4aiException failed(String message) {
        return new Crawl4aiException("crawl4ai_failed", false, message);
    }

    /** Stable text out of a limited set, such as {@code crawl4ai_unauthorized}. */
    public String reason() {
        return reason;
    }

    /**
     * Whether the server itself is out of order, so that a circuit breaker should count it. It also answers with an error if the page
     * cannot be reached.
     */
    public boolean isFault() {
        return isFault;
    }
}
