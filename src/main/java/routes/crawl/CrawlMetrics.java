package routes.crawl;

import io.micrometer.core.instrument.MeterRegistry;
import java.util.List;
import java.util.Set;
import org.springframework.stereotype.Component;
import routes.web.Fetched;

/** Metrics of the stage {@code crawl}. */
@Component
class CrawlMetrics {
    private static final String REQUESTS = "crawl.requests";
    private static final String OTHER = "other";
    private static final Set<String> STATUSES =
            Set.of("http_401", "http_403", "http_404", "http_410", "http_429", "http_500", "http_502", "http_503");
    private static final List<String> FALLBACKS = List.of(
            "crawl4ai_timeout",
            "crawl4ai_unreachable",
            "crawl4ai_bad_answer",
            "crawl4ai_unauthorized",
            "crawl4ai_unsupported",
            "crawl4ai_busy",
            "crawl4ai_failed",
            "crawl4ai_paused");

    private final MeterRegistry registry;

    CrawlMetrics(MeterRegistry registry) {
        this.registry = registry;
        List.of("fetched", "not_modified", CrawledPage.TELEGRAM).forEach(reason -> count("success", reason, 0));
        List.of("cached", Crawl.HOST_BACKOFF).forEach(reason -> count("skipped", reason, 0));
        Fetched.REASONS.forEach(reason -> count("failed", reason, 0));
        STATUSES.forEach(reason -> count("failed", reason, 0));
        List.of("http_4xx", "http_5xx", Crawl.NO_TEXT, Crawl.UNREADABLE, Crawl.NOT_STORED, OTHER)
                .forEach(reason -> count("failed", reason, 0));
        FALLBACKS.forEach(reason -> count("retrying", reason, 0));
    }

    private void count(String status, String reason, int times) {
        registry.counter(REQUESTS, "status", status, "reason", reason).increment(times);
    }

    /** @param reason fetched, not_modified, or telegram for a post read from the database */
    void success(String reason) {
        count("success", reason, 1);
    }

    /** @param reason why no request was needed */
    void skipped(String reason) {
        count("skipped", reason, 1);
    }

    void failed(String reason) {
        count("failed", label(reason), 1);
    }

    /** Counts a use of another provider. */
    void fallback(String reason) {
        count("retrying", FALLBACKS.contains(reason) ? reason : OTHER, 1);
    }

    private static String label(String reason) {
        if (reason.matches("http_[45]\\d\\d")) {
            return STATUSES.contains(reason) ? reason : reason.substring(0, "http_4".length()) + "xx";
        }
        boolean isKnown = Fetched.REASONS.contains(reason)
                || List.of(Crawl.NO_TEXT, Crawl.UNREADABLE, Crawl.NOT_STORED).contains(reason);
        return isKnown ? reason : OTHER;
    }
}
