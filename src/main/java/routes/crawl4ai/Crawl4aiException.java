package routes.crawl4ai;

/** The server gave no answer about the page. Another fetcher may succeed. */
public final class Crawl4aiException extends Exception {
    private static final long serialVersionUID = 1;

    private final String reason;
    private final boolean isFault;

    Crawl4aiException(String reason, boolean isFault, String message) {
        super(message);
        this.reason = reason;
        this.isFault = isFault;
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
