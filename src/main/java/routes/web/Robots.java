package routes.web;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import com.github.benmanes.caffeine.cache.Expiry;
import crawlercommons.robots.BaseRobotRules;
import crawlercommons.robots.SimpleRobotRules;
import crawlercommons.robots.SimpleRobotRules.RobotRulesMode;
import crawlercommons.robots.SimpleRobotRulesParser;
import java.time.Duration;
import java.util.List;
import java.util.Locale;

/**
 * The robots.txt rules of sites, according to RFC 9309: rules are cached for at most a day, a site without robots.txt allows
 * everything, and a site whose server fails allows nothing until it works again.
 */
final class Robots {
    private static final Duration KEPT = Duration.ofHours(12);
    private static final Duration FAILURE_KEPT = Duration.ofMinutes(5);
    /** RFC 9309 requires at least 500 KiB; further bytes are ignored. */
    static final int MAX_BYTES = 512 << 10;

    /** Maximum number of characters of cached rules. */
    private static final int MAX_WEIGHT = 16 << 20;
    /** Overhead of a rule and of a site, in characters. */
    private static final int OVERHEAD = 100;
    /** Maximum delay that is reported. The caller decides whether to wait. */
    private static final Duration MAX_DELAY = Duration.ofDays(1);

    private static final int OK = 200;
    private static final int CLIENT_ERROR = 400;
    private static final int SERVER_ERROR = 500;
    private static final int TOO_MANY_REQUESTS = 429;

    /** Fetches a file of a site within the limits of this package. */
    @FunctionalInterface
    interface Source {
        /** @throws FetchException if there is no response */
        Answer get(WebAddress file) throws FetchException;
    }

    /** @param body at most the first {@link #MAX_BYTES} bytes */
    record Answer(int status, byte[] body) {}

    private final String name;
    private final Cache<String, SimpleRobotRules> sites = Caffeine.newBuilder()
            .maximumWeight(MAX_WEIGHT)
            .weigher(Robots::weight)
            .expireAfter(Expiry.<String, SimpleRobotRules>creating(
                    (site, rules) -> rules.isDeferVisits() ? FAILURE_KEPT : KEPT))
            .build();

    Robots(String name) {
        this.name = name.toLowerCase(Locale.ROOT);
    }

    /**
     * Returns the delay that the site requests between two fetches; null if it requests none.
     *
     * @throws FetchException if the page must not be fetched, or the site cannot be reached
     */
    Duration check(WebAddress page, Source source) throws FetchException {
        SimpleRobotRules rules = sites.getIfPresent(page.origin());
        if (rules == null) {
            // two concurrent fetches may both load the rules; neither waits for the other
            rules = load(page, source);
            sites.put(page.origin(), rules);
        }
        if (rules.isDeferVisits()) {
            throw FetchReason.ROBOTS_UNAVAILABLE.exception(
                    "the server failed to return " + page.origin() + "/robots.txt");
        }
        if (!rules.isAllowed(page.origin() + page.target())) {
            throw FetchReason.ROBOTS.exception("robots.txt of the site excludes this page");
        }
        long delay = rules.getCrawlDelay();
        return delay == BaseRobotRules.UNSET_CRAWL_DELAY ? null : Duration.ofMillis(delay);
    }

    private SimpleRobotRules load(WebAddress page, Source source) throws FetchException {
        WebAddress file = page.resolve("/robots.txt").orElseThrow();
        Answer answer = source.get(file);
        if (answer.status() >= SERVER_ERROR || answer.status() == TOO_MANY_REQUESTS) {
            SimpleRobotRules rules = new SimpleRobotRules(RobotRulesMode.ALLOW_NONE);
            rules.setDeferVisits(true);
            return rules;
        }
        if (answer.status() >= CLIENT_ERROR || answer.status() < OK) {
            return new SimpleRobotRules(RobotRulesMode.ALLOW_ALL);
        }
        // one parser per file, because a parser counts warnings
        SimpleRobotRules rules = new SimpleRobotRulesParser(MAX_DELAY.toMillis(), 0)
                .parseContent(file.toString(), answer.body(), "text/plain", List.of(name));
        rules.getSitemaps().clear();
        return rules;
    }

    private static int weight(String site, SimpleRobotRules rules) {
        return OVERHEAD
                + rules.getRobotRules().stream()
                        .mapToInt(rule -> OVERHEAD + rule.getPrefix().length())
                        .sum();
    }
}
