package routes.crawltrigger;

import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.time.Clock;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.UUID;
import org.springframework.context.annotation.Bean;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;
import routes.configuration.ConfigFolderProperties;
import routes.crawltrigger.CrawlBudget.Grant;
import routes.crawltrigger.CrawlBudget.Wish;
import routes.crawltrigger.TriggerTags.Trigger;
import routes.events.EntryFailure;
import routes.events.Event;
import routes.events.IdempotencyKeys;
import routes.events.PostCrawl;
import routes.events.PostTagged;
import routes.events.PostTaggedBuilder;
import routes.events.Recorded;
import routes.events.StageOutcome;
import routes.posts.PostNotThereYetException;
import routes.text.SearchWords;
import routes.web.TelegramLink;
import routes.web.WebAddress;

/** Decides for each tag set whether the links of its post are fetched. */
@Component("crawlTrigger")
public class CrawlTrigger {
    private static final String METRIC = "crawl.triggers";

    /** Reasons why links are fetched or not. */
    private enum Reason {
        TRIGGER_TAG,
        DELETED,
        NO_URLS,
        /** No link is an absolute http(s) address. */
        NO_VALID_URL,
        /** The links lead to Telegram, but not to a post of a channel. */
        TELEGRAM,
        NO_TRIGGER_TAG,
        BUDGET_TENANT,
        /** The user's own limit of posts per day. */
        BUDGET_USER,
        BUDGET_DOMAIN;

        String text() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    private final EnrichmentPolicy policy;
    private final List<Trigger> policyTriggers;
    private final SearchWords analysis;
    private final TriggerTags triggerTags;
    private final CrawlBudget budget;
    private final JdbcClient jdbc;
    private final MeterRegistry metrics;
    private final Clock clock;

    CrawlTrigger(
            EnrichmentPolicy policy,
            SearchWords analysis,
            CrawlBudget budget,
            JdbcClient jdbc,
            MeterRegistry metrics,
            Clock clock) {
        this.policy = policy;
        this.analysis = analysis;
        triggerTags = new TriggerTags(analysis);
        policyTriggers = triggerTags.of(policy.triggerTags());
        this.budget = budget;
        this.jdbc = jdbc;
        this.metrics = metrics;
        this.clock = clock;
        Arrays.stream(Reason.values()).forEach(reason -> metrics.counter(METRIC, "reason", reason.text()));
    }

    /** Returns the stage for trials: all budgets are available, and nothing is counted. */
    public CrawlTrigger rehearsal() {
        return new CrawlTrigger(policy, analysis, budget.rehearsal(), jdbc, new SimpleMeterRegistry(), clock);
    }

    @Bean
    static EnrichmentPolicy enrichmentPolicy(ConfigFolderProperties config) {
        String name = "enrichment_policy.yml";
        return EnrichmentPolicy.parse(config.dir().resolve(name).toString(), config.read(name));
    }

    /**
     * The decision of the stage for the current tags of a post.
     *
     * @param reason as in the metric
     * @param triggers triggers that match the tags
     * @param links links that would be fetched if the budgets allow it
     * @param budget used budgets
     */
    public record Preview(
            UUID tenantId,
            List<String> tags,
            String reason,
            List<String> triggers,
            List<String> links,
            String budget) {}

    /** Returns empty if the post does not exist. Does not change the budgets. */
    public Optional<Preview> preview(UUID postId) {
        Optional<PostTagged> event = jdbc.sql(
                        """
                        SELECT p.tenant_id,
                               ARRAY(SELECT tag #>> '{}' FROM post_enrichment e, jsonb_path_query(e.data, '$.tags[*]') tag
                                     WHERE e.post_id = p.id AND e.kind = 'tags') AS tags,
                               (SELECT min(s.user_id) FROM user_channel s JOIN users u ON u.id = s.user_id
                                WHERE s.channel_id = p.channel_id AND u.tenant_id = p.tenant_id AND s.is_active) AS reader
                        FROM posts p WHERE p.id = ?""")
                .param(postId)
                .query((row, number) -> PostTaggedBuilder.builder()
                        .postId(postId)
                        .tenantId(row.getObject("tenant_id", UUID.class))
                        .userId(row.getString("reader"))
                        .tags(List.of((String[]) row.getArray("tags").getArray()))
                        .urls(List.of())
                        .build())
                .optional();
        return event.map(tagged -> {
            List<PostTagged> one = List.of(tagged);
            Candidate candidate = candidate(tagged, posts(one).get(postId), settingsOfUsers(one));
            return new Preview(
                    tagged.tenantId(),
                    tagged.tags(),
                    candidate.wish() == null ? candidate.skip().text() : Reason.TRIGGER_TAG.text(),
                    candidate.triggers(),
                    candidate.links().stream().map(WebAddress::toString).toList(),
                    budget.describe(tagged.tenantId(), candidate.links()));
        });
    }

    private record Post(UUID tenantId, boolean isDeleted, List<String> urls) {}

    /**
     * An event, and the links that may be fetched within the budgets.
     *
     * @param wish the web links, which count towards the budgets; posts of Telegram are read from the database
     * @param skip why no link may be fetched; null if the post is not stored, or if there are links
     */
    private record Candidate(PostTagged event, Reason skip, Wish wish, List<WebAddress> links, List<String> triggers) {
        static Candidate skipped(PostTagged event, Reason reason) {
            return new Candidate(event, reason, null, List.of(), List.of());
        }
    }

    /** Returns a request for each event whose links are fetched, otherwise the reason; a failure while its post is not stored. */
    public List<Recorded> decide(List<PostTagged> events) {
        Map<UUID, Post> posts = posts(events);
        Map<String, Settings> own = settingsOfUsers(events);
        List<Candidate> candidates = events.stream()
                .map(event -> candidate(event, posts.get(event.postId()), own))
                .toList();
        List<Wish> wishes = candidates.stream()
                .map(Candidate::wish)
                .filter(Objects::nonNull)
                .toList();
        Iterator<Grant> grants = budget.take(wishes).iterator();
        return candidates.stream()
                .map(candidate -> answer(candidate, candidate.wish() == null ? null : grants.next()))
                .toList();
    }

    /** @param grant null without links */
    private Recorded answer(Candidate candidate, Grant grant) {
        if (grant == null && candidate.skip() == null) {
            return EntryFailure.counted(
                    new PostNotThereYetException(candidate.event().postId()));
        }
        Reason reason = grant == null ? candidate.skip() : reason(candidate, grant);
        metrics.counter(METRIC, "reason", reason.text()).increment();
        return reason == Reason.TRIGGER_TAG
                ? request(
                        candidate,
                        candidate.links().stream()
                                .filter(link -> TelegramLink.isTelegram(link)
                                        || grant.links().contains(link))
                                .map(WebAddress::toString)
                                .toList())
                : StageOutcome.skipped(reason.text());
    }

    private static Reason reason(Candidate candidate, Grant grant) {
        boolean isTriggered =
                grant.exhausted() == null || candidate.links().stream().anyMatch(TelegramLink::isTelegram);
        return isTriggered
                ? Reason.TRIGGER_TAG
                : Reason.valueOf("BUDGET_" + grant.exhausted().name());
    }

    private Candidate candidate(PostTagged event, Post post, Map<String, Settings> ownSettings) {
        if (post == null || (event.tenantId() != null && !event.tenantId().equals(post.tenantId()))) {
            return Candidate.skipped(event, null);
        } else if (post.isDeleted()) {
            return Candidate.skipped(event, Reason.DELETED);
        }
        // events of the prior system contain no links
        List<String> urls = event.urls().isEmpty() ? post.urls() : event.urls();
        if (urls.isEmpty()) {
            return Candidate.skipped(event, Reason.NO_URLS);
        }
        Settings own = ownSettings.getOrDefault(event.userId() + " " + post.tenantId(), Settings.NONE);
        List<Trigger> triggers = new ArrayList<>(policyTriggers);
        triggers.addAll(own.triggers());
        List<String> matched = triggerTags.matching(triggers, event.tags());
        if (matched.isEmpty()) {
            return Candidate.skipped(event, Reason.NO_TRIGGER_TAG);
        }
        List<WebAddress> links = urls.stream()
                .flatMap(url -> WebAddress.of(url).stream())
                .distinct()
                .toList();
        if (links.isEmpty()) {
            return Candidate.skipped(event, Reason.NO_VALID_URL);
        }
        // Telegram links are never fetched: posts are read from the database, and links to chats are dropped
        List<WebAddress> wanted = links.stream()
                .filter(link ->
                        !TelegramLink.isTelegram(link) || TelegramLink.of(link).isPresent())
                .limit(policy.maxUrlsPerPost())
                .toList();
        if (wanted.isEmpty()) {
            return Candidate.skipped(event, Reason.TELEGRAM);
        }
        List<WebAddress> pages =
                wanted.stream().filter(link -> !TelegramLink.isTelegram(link)).toList();
        var wish = new Wish(post.tenantId(), event.postId(), pages, event.userId(), own.postsPerDay(), false);
        return new Candidate(event, null, wish, wanted, matched);
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

    /**
     * User-specific settings.
     *
     * @param postsPerDay maximum number of posts whose links are fetched; null if only the tenant's budget applies
     */
    private record Settings(List<Trigger> triggers, Integer postsPerDay) {
        static final Settings NONE = new Settings(List.of(), null);
    }

    /** Returns the user-specific settings, by user and tenant. */
    private Map<String, Settings> settingsOfUsers(List<PostTagged> events) {
        Long[] users = events.stream()
                .map(PostTagged::userId)
                .filter(user -> user != null && user.matches("\\d{1,18}"))
                .map(Long::valueOf)
                .distinct()
                .toArray(Long[]::new);
        Map<String, Settings> settings = new HashMap<>();
        jdbc.sql(
                        """
                        SELECT id || ' ' || tenant_id AS reader,
                               ARRAY(SELECT tag #>> '{}' FROM jsonb_path_query(settings, 'lax $.crawl_trigger_tags[*]') AS tag
                                     WHERE jsonb_typeof(tag) = 'string' LIMIT 100) AS tags,
                               jsonb_path_query_first(settings, 'lax $.crawl_posts_per_day ? (@ >= 0 && @ <= 1000000)')::int
                                   AS posts_per_day
                        FROM users WHERE id = ANY (:ids)
                        """)
                .param("ids", users)
                .query(row -> {
                    settings.put(
                            row.getString("reader"),
                            new Settings(
                                    triggerTags.of(List.of(
                                            (String[]) row.getArray("tags").getArray())),
                                    row.getObject("posts_per_day", Integer.class)));
                });
        return settings;
    }

    private PostCrawl request(Candidate candidate, List<String> urls) {
        PostTagged event = candidate.event();
        return new PostCrawl(
                Event.SCHEMA_VERSION,
                event.traceId(),
                clock.instant(),
                IdempotencyKeys.postCrawl(event.postId(), urls, null),
                event.postId(),
                candidate.wish().tenantId(),
                event.userId(),
                event.channelId(),
                urls,
                event.tags(),
                Reason.TRIGGER_TAG.text(),
                candidate.triggers(),
                event.trigger() == routes.events.Trigger.VISION_RETAG,
                null);
    }
}
