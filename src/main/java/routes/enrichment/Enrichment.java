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
import java.util.Objects;
import java.util.UUID;
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

    /** Returns an enriched event for each tagged event; a failure while its post is not stored. */
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
        List<JsonNode> pages = pages(known.crawl());
        Skip skip = skip(known, pages, event.urls());
        if (skip != null) {
            metrics.counter(METRIC, "reason", skip.text()).increment();
        }
        int ownWords = words(known.content());
        int pageWords =
                pages.stream().mapToInt(page -> page.path("word_count").asInt()).sum();
        return PostEnrichedBuilder.builder()
                .schemaVersion(Event.SCHEMA_VERSION)
                .traceId(event.traceId())
                // the time of the tags, which determines their order: see docs/decisions/0006-enriched-occurred-at.md
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
                        pages.isEmpty()
                                ? event.urls()
                                : pages.stream()
                                        .map(page -> page.path("url").asText())
                                        .toList())
                .wordCount(ownWords + pageWords)
                .originalWordCount(ownWords)
                .skipped(skip != null)
                .skipReason(skip == null ? null : skip.text())
                .crawlSuccess(pages.isEmpty() ? null : true)
                .build();
    }

    /** Returns null if there are pages. */
    private static Skip skip(Known known, List<JsonNode> pages, List<String> urls) {
        if (known.deleted()) {
            return Skip.DELETED;
        } else if (!pages.isEmpty()) {
            return null;
        }
        return urls.isEmpty() ? Skip.NO_URLS : Skip.NOT_CRAWLED;
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
            throw new IllegalStateException("A row of post_enrichment does not contain JSON", e);
        }
    }

    /** Returns the pages fetched for the post that contain text. */
    private static List<JsonNode> pages(JsonNode crawl) {
        return crawl.path("urls")
                .valueStream()
                .filter(page -> !page.path("markdown").asText("").isBlank())
                .toList();
    }

    private static Map<String, Object> data(JsonNode page) {
        Map<String, Object> data = new LinkedHashMap<>();
        data.put("title", page.path("title").asText(null));
        data.put("content", page.path("markdown").asText());
        data.put("author", page.path("author").asText(null));
        data.put("language", page.path("language").asText(null));
        data.values().removeIf(Objects::isNull);
        return data;
    }

    private static int words(String text) {
        return text.isBlank() ? 0 : text.strip().split("\\s+").length;
    }
}
