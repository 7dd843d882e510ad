package routes.crawltrigger;

import io.micrometer.core.instrument.MeterRegistry;
import java.time.Clock;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.UUID;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;
import routes.crawltrigger.TriggerTags.Trigger;
import routes.events.EntryFailure;
import routes.events.Event;
import routes.events.IdempotencyKeys;
import routes.events.PostCrawl;
import routes.events.PostTagged;
import routes.events.Recorded;
import routes.events.StageOutcome;
import routes.posts.PostNotThereYetException;

/** Decides for each tag set whether the links of its post are fetched. */
@Component("crawlTrigger")
public class CrawlTrigger {
    private static final String METRIC = "crawl.triggers";

    /** Why links are fetched or not. */
    private enum Reason {
        TRIGGER_TAG,
        DELETED,
        NO_URLS,
        /** No link is an absolute http(s) address. */
        NO_VALID_URL,
        NO_TRIGGER_TAG,
        BUDGET_TENANT,
        BUDGET_DOMAIN;

        String text() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    private final EnrichmentPolicy policy;
    private final List<Trigger> policyTriggers;
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
        this.policyTriggers = triggerTags.of(policy.triggerTags());
        this.budget = budget;
        this.jdbc = jdbc;
        this.metrics = metrics;
        this.clock = clock;
        Arrays.stream(Reason.values()).forEach(reason -> metrics.counter(METRIC, "reason", reason.text()));
    }

    private record Post(UUID tenantId, boolean deleted, List<String> urls) {}

    /** Why links are not fetched, or the links that may be fetched within the budgets. */
    private record Candidate(Reason skip, UUID tenantId, List<Link> links, List<String> triggers) {
        static Candidate skipped(Reason reason) {
            return new Candidate(reason, null, List.of(), List.of());
        }
    }

    /** A request for each event whose links are fetched, else the reason; a failure while its post is not stored. */
    public List<Recorded> decide(List<PostTagged> events) {
        Map<UUID, Post> posts = posts(events);
        Map<String, List<Trigger>> own = triggersOfUsers(events);
        List<Candidate> candidates = events.stream()
                .map(event -> candidate(event, posts.get(event.postId()), own))
                .toList();
        List<CrawlBudget.Wish> wishes = new ArrayList<>();
        for (int i = 0; i < events.size(); i++) {
            Candidate candidate = candidates.get(i);
            if (candidate != null && candidate.skip() == null) {
                wishes.add(
                        new CrawlBudget.Wish(candidate.tenantId(), events.get(i).postId(), candidate.links()));
            }
        }
        Iterator<CrawlBudget.Grant> grants = budget.take(wishes).iterator();
        List<Recorded> answers = new ArrayList<>();
        for (int i = 0; i < events.size(); i++) {
            PostTagged event = events.get(i);
            Candidate candidate = candidates.get(i);
            if (candidate == null) {
                answers.add(EntryFailure.counted(new PostNotThereYetException(event.postId())));
                continue;
            }
            CrawlBudget.Grant grant = candidate.skip() == null ? grants.next() : null;
            Reason reason = grant == null ? candidate.skip() : reason(grant);
            metrics.counter(METRIC, "reason", reason.text()).increment();
            answers.add(
                    reason == Reason.TRIGGER_TAG
                            ? request(event, candidate, grant.links())
                            : StageOutcome.skipped(reason.text()));
        }
        return answers;
    }

    private static Reason reason(CrawlBudget.Grant grant) {
        if (grant.tenantExhausted()) {
            return Reason.BUDGET_TENANT;
        }
        return grant.links().isEmpty() ? Reason.BUDGET_DOMAIN : Reason.TRIGGER_TAG;
    }

    /** Null while the post is not stored. */
    private Candidate candidate(PostTagged event, Post post, Map<String, List<Trigger>> ownTriggers) {
        if (post == null || (event.tenantId() != null && !event.tenantId().equals(post.tenantId()))) {
            return null;
        } else if (post.deleted()) {
            return Candidate.skipped(Reason.DELETED);
        }
        // events of the previous system carry no links
        List<String> urls = event.urls().isEmpty() ? post.urls() : event.urls();
        if (urls.isEmpty()) {
            return Candidate.skipped(Reason.NO_URLS);
        }
        List<Trigger> triggers = new ArrayList<>(policyTriggers);
        triggers.addAll(ownTriggers.getOrDefault(event.userId() + " " + post.tenantId(), List.of()));
        List<String> matched = triggerTags.matching(triggers, event.tags());
        if (matched.isEmpty()) {
            return Candidate.skipped(Reason.NO_TRIGGER_TAG);
        }
        List<Link> links =
                urls.stream().flatMap(url -> Link.of(url).stream()).distinct().toList();
        return links.isEmpty()
                ? Candidate.skipped(Reason.NO_VALID_URL)
                : new Candidate(
                        null,
                        post.tenantId(),
                        links.stream().limit(policy.maxUrlsPerPost()).toList(),
                        matched);
    }

    private Map<UUID, Post> posts(List<PostTagged> events) {
        Map<UUID, Post> posts = new HashMap<>();
        jdbc.sql(
                        """
                        SELECT id, tenant_id, is_deleted, ARRAY(SELECT jsonb_array_elements_text(urls)) AS urls
                        FROM posts WHERE id = ANY (:ids)
                        """)
                .param("ids", events.stream().map(PostTagged::postId).toArray(UUID[]::new))
                .query(row -> {
                    posts.put(
                            row.getObject("id", UUID.class),
                            new Post(
                                    row.getObject("tenant_id", UUID.class),
                                    row.getBoolean("is_deleted"),
                                    List.of((String[]) row.getArray("urls").getArray())));
                });
        return posts;
    }

    /** The users' own trigger tags, by user and tenant. */
    private Map<String, List<Trigger>> triggersOfUsers(List<PostTagged> events) {
        Long[] users = events.stream()
                .map(PostTagged::userId)
                .filter(user -> user != null && user.matches("\\d{1,18}"))
                .map(Long::valueOf)
                .distinct()
                .toArray(Long[]::new);
        Map<String, List<Trigger>> triggers = new HashMap<>();
        jdbc.sql(
                        """
                        SELECT id || ' ' || tenant_id AS reader, tags FROM users, LATERAL (
                            SELECT array_agg(tag #>> '{}') AS tags FROM (
                                SELECT tag FROM jsonb_path_query(settings, 'lax $.crawl_trigger_tags[*]') AS tag
                                WHERE jsonb_typeof(tag) = 'string' LIMIT 100) own) own
                        WHERE id = ANY (:ids) AND tags IS NOT NULL
                        """)
                .param("ids", users)
                .query(row -> {
                    triggers.put(row.getString("reader"), triggerTags.of(List.of((String[])
                            row.getArray("tags").getArray())));
                });
        return triggers;
    }

    private PostCrawl request(PostTagged event, Candidate candidate, List<Link> links) {
        List<String> urls = links.stream().map(Link::url).toList();
        return new PostCrawl(
                Event.SCHEMA_VERSION,
                event.traceId(),
                clock.instant(),
                IdempotencyKeys.postCrawl(event.postId(), urls),
                event.postId(),
                candidate.tenantId(),
                event.userId(),
                event.channelId(),
                urls,
                event.tags(),
                Reason.TRIGGER_TAG.text(),
                candidate.triggers(),
                event.trigger() == routes.events.Trigger.VISION_RETAG);
    }
}
