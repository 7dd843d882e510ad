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
 * What sites allow to fetch, by RFC 9309: rules are kept for a day at most, a site without robots.txt allows everything, and one whose
 * server fails allows nothing until it works again.
 */
final class Robots {
    private static final Duration KEPT = Duration.ofHours(12);
    private static final Duration FAILURE_KEPT = Duration.ofMinutes(5);
    /** RFC 9309 asks for at least 500 KiB; what comes after is ignored. */
    static final int MAX_BYTES = 512 << 10;

    /** Characters of rules in memory. */
    private static final int MAX_WEIGHT = 16 << 20;
    /** What a rule and a site weigh besides their characters. */
    private static final int OVERHEAD = 100;
    /** Longest delay that is reported. The caller decides whether to wait. */
    private static final Duration MAX_DELAY = Duration.ofDays(1);

    private static final int OK = 200;
    private static final int CLIENT_ERROR = 400;
    private static final int SERVER_ERROR = 500;
    private static final int TOO_MANY_REQUESTS = 429;

    /** Gets a file of a site, with the limits of this package. */
    @FunctionalInterface
    interface Source {
        /** @throws FetchException if there is no answer */
        Answer get(WebAddress file) throws FetchException;
    }

    /** @param body the first {@link #MAX_BYTES} at most */
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
     * The pause that the site asks for between two fetches; null if it asks for none.
     *
     * @throws FetchException if the page must not be fetched, or the site cannot be reached
     */
    Duration check(WebAddress page, Source source) throws FetchException {
        SimpleRobotRules rules = sites.getIfPresent(page.origin());
        if (rules == null) {
            // two at once both ask; neither waits for the other
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
        // a parser for each file: it counts warnings
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
