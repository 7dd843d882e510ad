package routes.crawltrigger;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;
import org.springframework.transaction.PlatformTransactionManager;
import org.springframework.transaction.support.TransactionTemplate;
import routes.crawltrigger.CrawlBudget.Grant;
import routes.crawltrigger.CrawlBudget.Limit;
import routes.crawltrigger.CrawlBudget.Wish;
import routes.events.Event;
import routes.events.IdempotencyKeys;
import routes.events.PostCrawl;
import routes.outbox.Outbox;
import routes.web.TelegramLink;
import routes.web.WebAddress;

/**
 * Requests the links of a post again, regardless of its tags and of the age of the stored copies. The budgets and robots.txt apply, and
 * conditional requests are used, so that a site can confirm an unchanged page. The event requires copies that are not older than the
 * request, so repeating the event fetches nothing.
 */
@Component
public class LinkRequests {
    /** While a request is open, a repeated request returns the open one. */
    public static final Duration OPEN = Duration.ofMinutes(10);

    private static final String MANUAL = "manual";
    private static final int TRANSACTION_SECONDS = 30;

    /** Reasons why nothing is fetched. */
    public enum Refusal {
        NO_VALID_URL("The post has no link to a web page"),
        BUDGET_TENANT(
                "The daily number of posts with fetched links is used up: budget.tenant_per_day of enrichment_policy.yml"),
        BUDGET_DOMAIN(
                "The hourly number of links per site is used up: budget.domain_per_hour of enrichment_policy.yml");

        private final String text;

        Refusal(String text) {
            this.text = text;
        }

        /** Returns a sentence for display. */
        public String text() {
            return text;
        }
    }

    /**
     * @param id of the request, or of the open request; null if it is refused
     * @param refusal null if the links are requested
     */
    public record Request(UUID id, Refusal refusal) {}

    private record Post(
            UUID id, UUID tenantId, UUID channelId, String traceId, UUID requestId, String[] urls, String[] tags) {}

    private final JdbcClient jdbc;
    private final CrawlBudget budget;
    private final EnrichmentPolicy policy;
    private final Outbox outbox;
    private final Clock clock;
    private final TransactionTemplate transaction;

    LinkRequests(
            JdbcClient jdbc,
            CrawlBudget budget,
            EnrichmentPolicy policy,
            Outbox outbox,
            Clock clock,
            PlatformTransactionManager transactions) {
        this.jdbc = jdbc;
        this.budget = budget;
        this.policy = policy;
        this.outbox = outbox;
        this.clock = clock;
        this.transaction = new TransactionTemplate(transactions);
        this.transaction.setTimeout(TRANSACTION_SECONDS);
    }

    /** Returns empty if the post does not exist. */
    public Optional<Request> fetchAgain(UUID postId) {
        UUID id = UUID.randomUUID();
        return transaction.execute(status -> {
            Optional<Request> request = request(postId, id).map(post -> {
                if (!id.equals(post.requestId())) {
                    return new Request(post.requestId(), null);
                }
                return publish(post);
            });
            if (request.filter(answer -> answer.refusal() != null).isPresent()) {
                status.setRollbackOnly();
            }
            return request;
        });
    }

    /** Returns the post with its currently open request. */
    private Optional<Post> request(UUID postId, UUID id) {
        return jdbc.sql(
                        """
                        UPDATE posts p SET links_request_id = CASE WHEN o.is_open THEN p.links_request_id ELSE :request END,
                                           links_requested_at = CASE WHEN o.is_open THEN p.links_requested_at ELSE now() END
                        FROM (SELECT id, coalesce(links_requested_at > now() - make_interval(secs => :open), false) AS is_open
                              FROM posts WHERE id = :id FOR UPDATE) o
                        WHERE p.id = o.id AND NOT p.is_deleted
                        RETURNING p.id, p.tenant_id, p.channel_id,
                                  coalesce(p.trace_id, replace(gen_random_uuid()::text, '-', '')) AS trace_id, p.links_request_id AS request_id,
                                  ARRAY(SELECT jsonb_array_elements_text(p.urls)) AS urls,
                                  ARRAY(SELECT tag #>> '{}' FROM post_enrichment e, jsonb_path_query(e.data, '$.tags[*]') tag
                                        WHERE e.post_id = p.id AND e.kind = 'tags') AS tags
                        """)
                .param("id", postId)
                .param("request", id)
                .param("open", OPEN.toSeconds())
                .query((row, n) -> new Post(
                        row.getObject("id", UUID.class),
                        row.getObject("tenant_id", UUID.class),
                        row.getObject("channel_id", UUID.class),
                        row.getString("trace_id"),
                        row.getObject("request_id", UUID.class),
                        (String[]) row.getArray("urls").getArray(),
                        (String[]) row.getArray("tags").getArray()))
                .optional();
    }

    private Request publish(Post post) {
        List<WebAddress> links = List.of(post.urls()).stream()
                .flatMap(url -> WebAddress.of(url).stream())
                .distinct()
                .filter(link -> !TelegramLink.isTelegram(link))
                .limit(policy.maxUrlsPerPost())
                .toList();
        if (links.isEmpty()) {
            return new Request(null, Refusal.NO_VALID_URL);
        }
        Grant grant = budget.take(List.of(new Wish(post.tenantId(), post.id(), links, null, null, true)))
                .get(0);
        if (grant.exhausted() != null) {
            return new Request(null, grant.exhausted() == Limit.DOMAIN ? Refusal.BUDGET_DOMAIN : Refusal.BUDGET_TENANT);
        }
        List<String> urls = grant.links().stream().map(WebAddress::toString).toList();
        Instant now = clock.instant();
        outbox.append(List.of(new PostCrawl(
                Event.SCHEMA_VERSION,
                post.traceId(),
                now,
                IdempotencyKeys.postCrawl(post.id(), urls, post.requestId().toString()),
                post.id(),
                post.tenantId(),
                null,
                post.channelId(),
                urls,
                List.of(post.tags()),
                MANUAL,
                List.of(),
                false,
                now)));
        return new Request(post.requestId(), null);
    }
}
