package routes.crawl4ai;

/** The server returned no result for the page. Another fetcher may succeed. */
public final class Crawl4aiException extends Exception {
    private static final long serialVersionUID = 1;

    private final String reason;
    private final boolean isFault;

    private Crawl4aiException(String reason, boolean isFault, String message) {
        super(message);
        this.reason = reason;
        this.isFault = isFault;
    }

    /** The server is not working. */
    static Crawl4aiException fault(String reason, String message) {
        return new Crawl4aiException(reason, true, message);
    }

    /** The server works, but could not load the page. */
    static Crawl4aiException failed(String message) {
        return new Crawl4aiException("crawl4ai_failed", false, message);
    }

    /** Returns a stable code from a fixed set, such as {@code crawl4ai_unauthorized}. */
    public String reason() {
        return reason;
    }

    /**
     * Whether the server itself is not working, so that the circuit breaker should count the failure. The server also responds with
     * an error if only the page cannot be reached.
     */
    public boolean isFault() {
        return isFault;
    }
}
