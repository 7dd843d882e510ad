package routes.crawltrigger;

import io.micrometer.core.instrument.MeterRegistry;
import java.time.Clock;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.UUID;
import org.apache.camel.Body;
import org.apache.camel.ExchangeProperty;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;
import routes.crawltrigger.CrawlDecision.Reason;
import routes.events.Event;
import routes.events.IdempotencyKeys;
import routes.events.PostCrawl;
import routes.events.PostTagged;
import routes.events.Trigger;
import routes.posts.PostNotThereYetException;

/** Decides for each set of tags whether the links of its post are fetched. */
@Component("crawlTrigger")
public class CrawlTrigger {
    private static final Logger LOG = LoggerFactory.getLogger(CrawlTrigger.class);
    private static final String METRIC = "crawl.triggers";

    private final EnrichmentPolicy policy;
    private final TriggerTags triggerTags;
    private final CrawlBudget budget;
    private final JdbcClient jdbc;
    private final MeterRegistry metrics;
    private final Clock clock;

    CrawlTrigger(
            EnrichmentPolicy policy,
            TriggerTags triggerTags,
            CrawlBudget budget,
            JdbcClient jdbc,
            MeterRegistry metrics,
            Clock clock) {
        this.policy = policy;
        this.triggerTags = triggerTags;
        this.budget = budget;
        this.jdbc = jdbc;
        this.metrics = metrics;
        this.clock = clock;
        Arrays.stream(Reason.values()).forEach(reason -> metrics.counter(METRIC, "reason", reason.text()));
    }

    private record Post(UUID tenantId, boolean deleted, List<String> urls) {}

    /**
     * What becomes of the links of this post; counted by its reason.
     *
     * @throws PostNotThereYetException while the post is not stored
     */
    public CrawlDecision decide(@Body PostTagged event) {
        CrawlDecision decision = match(event);
        metrics.counter(METRIC, "reason", decision.reason().text()).increment();
        LOG.debug(
                "Links of post {}: {} (trigger={}, is_retagging={})",
                event.postId(),
                decision.reason().text(),
                event.trigger().text(),
                event.trigger() == Trigger.VISION_RETAG);
        return decision;
    }

    private CrawlDecision match(PostTagged event) {
        Post post = post(event);
        if (post.deleted()) {
            return CrawlDecision.skip(Reason.DELETED);
        }
        // events of the prior system carry no links
        List<String> urls = event.urls().isEmpty() ? post.urls() : event.urls();
        if (urls.isEmpty()) {
            return CrawlDecision.skip(Reason.NO_URLS);
        }
        List<String> triggers = new ArrayList<>(policy.triggerTags());
        triggers.addAll(triggersOf(event.userId(), post.tenantId()));
        List<String> matched = triggerTags.matching(triggers, event.tags());
        if (matched.isEmpty()) {
            return CrawlDecision.skip(Reason.NO_TRIGGER_TAG);
        }
        List<Link> links =
                urls.stream().flatMap(url -> Link.of(url).stream()).distinct().toList();
        if (links.isEmpty()) {
            return CrawlDecision.skip(Reason.NO_VALID_URL);
        }
        List<Link> allowed = budget.take(
                post.tenantId(),
                event.postId(),
                links.stream().limit(policy.maxUrlsPerPost()).toList());
        if (allowed == null) {
            return CrawlDecision.skip(Reason.BUDGET_TENANT);
        }
        return allowed.isEmpty()
                ? CrawlDecision.skip(Reason.BUDGET_DOMAIN)
                : new CrawlDecision(
                        Reason.TRIGGER_TAG,
                        post.tenantId(),
                        allowed.stream().map(Link::url).toList(),
                        matched);
    }

    private Post post(PostTagged event) {
        return jdbc.sql(
                        """
                        SELECT tenant_id, is_deleted, ARRAY(SELECT jsonb_array_elements_text(urls)) AS urls FROM posts
                        WHERE id = :id AND (:tenant::uuid IS NULL OR tenant_id = :tenant::uuid)
                        """)
                .param("id", event.postId())
                .param("tenant", event.tenantId())
                .query((row, number) -> new Post(
                        row.getObject("tenant_id", UUID.class), row.getBoolean("is_deleted"), List.of((String[])
                                row.getArray("urls").getArray())))
                .optional()
                .orElseThrow(() -> new PostNotThereYetException(event.postId()));
    }

    private List<String> triggersOf(String userId, UUID tenantId) {
        if (userId == null || !userId.matches("\\d{1,18}")) {
            return List.of();
        }
        return jdbc.sql(
                        """
                        SELECT tag #>> '{}' FROM users, jsonb_path_query(settings, 'lax $.crawl_trigger_tags[*]') AS tag
                        WHERE id = :id AND tenant_id = :tenant AND jsonb_typeof(tag) = 'string'
                        LIMIT 100
                        """)
                .param("id", Long.valueOf(userId))
                .param("tenant", tenantId)
                .query(String.class)
                .list();
    }

    /** The request to fetch the links that the decision allows. */
    public PostCrawl request(@ExchangeProperty("post") PostTagged event, @Body CrawlDecision decision) {
        return new PostCrawl(
                Event.SCHEMA_VERSION,
                event.traceId(),
                clock.instant(),
                IdempotencyKeys.postCrawl(event.postId(), decision.urls()),
                event.postId(),
                decision.tenantId(),
                event.userId(),
                event.channelId(),
                decision.urls(),
                event.tags(),
                decision.reason().text(),
                decision.triggerTags(),
                event.trigger() == Trigger.VISION_RETAG);
    }
}
