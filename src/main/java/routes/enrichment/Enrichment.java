package routes.enrichment;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.micrometer.core.instrument.MeterRegistry;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.stream.StreamSupport;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;
import routes.events.EntryFailure;
import routes.events.Event;
import routes.events.IdempotencyKeys;
import routes.events.PostEnriched;
import routes.events.PostEnrichedBuilder;
import routes.events.PostTagged;
import routes.events.Recorded;
import routes.posts.PostNotThereYetException;

/** Every tagged event immediately produces one enriched event: with the pages crawled so far, or skipped with the reason. */
@Component("enrichment")
public class Enrichment {
    private static final String METRIC = "enrichment.skipped";
    private static final String SOURCE = "tagged";

    private enum Skip {
        NO_URLS,
        NOT_CRAWLED,
        /** Still published, so that indexing can record it. */
        DELETED;

        String text() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    /** A page fetched for the post. */
    private record Page(String url, String title, String markdown, String author, String language, int words) {}

    private record Known(UUID tenantId, boolean deleted, String content, JsonNode crawl) {}

    private final JdbcClient jdbc;
    private final ObjectMapper json;
    private final MeterRegistry metrics;

    Enrichment(JdbcClient jdbc, ObjectMapper json, MeterRegistry metrics) {
        this.jdbc = jdbc;
        this.json = json;
        this.metrics = metrics;
        for (Skip reason : Skip.values()) {
            metrics.counter(METRIC, "reason", reason.text());
        }
    }

    /** An enriched event for each tagged event; a failure while its post is not stored. */
    public List<Recorded> enrich(List<PostTagged> events) {
        Map<UUID, Known> known = known(events);
        return events.stream()
                .<Recorded>map(event -> {
                    Known post = known.get(event.postId());
                    boolean isThere = post != null
                            && (event.tenantId() == null || event.tenantId().equals(post.tenantId()));
                    return isThere
                            ? enrich(event, post)
                            : EntryFailure.counted(new PostNotThereYetException(event.postId()));
                })
                .toList();
    }

    private PostEnriched enrich(PostTagged event, Known known) {
        List<Page> pages = pages(known.crawl());
        List<String> urls = event.urls();
        Optional<Skip> skip = skip(known, pages, urls);
        skip.ifPresent(
                reason -> metrics.counter(METRIC, "reason", reason.text()).increment());

        int ownWords = words(known.content());
        int pageWords = pages.stream().mapToInt(Page::words).sum();
        return PostEnrichedBuilder.builder()
                .schemaVersion(Event.SCHEMA_VERSION)
                .traceId(event.traceId())
                // the time of the tags, which is part of their order: see docs/decisions/0006-enriched-occurred-at.md
                .occurredAt(event.occurredAt())
                .idempotencyKey(IdempotencyKeys.postEnriched(
                        event.postId(),
                        SOURCE,
                        List.of(
                                Long.toString(event.contentVersion()),
                                String.valueOf(event.visionVersion()),
                                event.tagsHash(),
                                known.crawl().toString())))
                .postId(event.postId())
                .tenantId(known.tenantId())
                .source(SOURCE)
                .tags(event.tags())
                .tagsHash(event.tagsHash())
                .trigger(event.trigger())
                .contentVersion(event.contentVersion())
                .visionVersion(event.visionVersion())
                .enrichmentData(pages.isEmpty() ? null : data(pages.get(0)))
                .sourceUrls(
                        pages.isEmpty() ? urls : pages.stream().map(Page::url).toList())
                .wordCount(ownWords + pageWords)
                .originalWordCount(ownWords)
                .skipped(skip.isPresent())
                .skipReason(skip.map(Skip::text).orElse(null))
                .crawlSuccess(pages.isEmpty() ? null : true)
                .build();
    }

    private static Optional<Skip> skip(Known known, List<Page> pages, List<String> urls) {
        if (known.deleted()) {
            return Optional.of(Skip.DELETED);
        }
        return pages.isEmpty() ? Optional.of(urls.isEmpty() ? Skip.NO_URLS : Skip.NOT_CRAWLED) : Optional.empty();
    }

    private Map<UUID, Known> known(List<PostTagged> events) {
        Map<UUID, Known> known = new HashMap<>();
        jdbc.sql(
                        """
                        SELECT p.id, p.tenant_id, p.is_deleted, concat_ws(E'\n', p.content, p.attachment_text) AS content, e.data
                        FROM posts p
                        LEFT JOIN post_enrichment e ON e.post_id = p.id AND e.kind = 'crawl' AND e.status <> 'error'
                        WHERE p.id = ANY (:ids)
                        """)
                .param("ids", events.stream().map(PostTagged::postId).toArray(UUID[]::new))
                .query(row -> {
                    known.put(
                            row.getObject("id", UUID.class),
                            new Known(
                                    row.getObject("tenant_id", UUID.class),
                                    row.getBoolean("is_deleted"),
                                    row.getString("content"),
                                    parse(row.getString("data"))));
                });
        return known;
    }

    private JsonNode parse(String data) {
        try {
            return data == null ? json.createObjectNode() : json.readTree(data);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("post_enrichment holds what is no JSON", e);
        }
    }

    private static List<Page> pages(JsonNode crawl) {
        return StreamSupport.stream(crawl.path("urls").spliterator(), false)
                .map(page -> new Page(
                        page.path("url").asText(),
                        page.path("title").asText(null),
                        page.path("markdown").asText(""),
                        page.path("author").asText(null),
                        page.path("language").asText(null),
                        page.path("word_count").asInt()))
                .filter(page -> !page.markdown().isBlank())
                .toList();
    }

    private static Map<String, Object> data(Page page) {
        Map<String, Object> data = new LinkedHashMap<>();
        data.put("title", page.title());
        data.put("content", page.markdown());
        data.put("author", page.author());
        data.put("language", page.language());
        data.values().removeIf(value -> value == null);
        return data;
    }

    private static int words(String text) {
        return text.isBlank() ? 0 : text.strip().split("\\s+").length;
    }
}
