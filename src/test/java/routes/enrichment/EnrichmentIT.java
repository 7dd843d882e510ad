package routes.enrichment;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.time.Instant;
import java.util.Collections;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.springframework.jdbc.core.simple.JdbcClient;
import routes.events.EventCodec;
import routes.events.Json;
import routes.events.PostEnriched;
import routes.events.PostTagged;
import routes.events.StreamCatalog;
import routes.events.TagsHash;
import routes.events.Trigger;
import routes.posts.PostNotThereYetException;
import routes.testing.Answers;
import routes.testing.CountingDatabase;
import routes.testing.EmbeddedDatabase;

class EnrichmentIT {
    @RegisterExtension
    static final EmbeddedDatabase DATABASE = new EmbeddedDatabase();

    private static final UUID TENANT = UUID.fromString("00000000-0000-0000-0000-000000000001");
    private static final Instant TAGGED_AT = Instant.parse("2026-03-01T12:00:00Z");

    private final SimpleMeterRegistry metrics = new SimpleMeterRegistry();
    private final CountingDatabase database = new CountingDatabase(DATABASE.dataSource());
    private Enrichment enrichment;
    private UUID post;

    @BeforeEach
    void aStoredPost() {
        enrichment = new Enrichment(JdbcClient.create(database), Json.newMapper(), metrics);
        post = UUID.randomUUID();
        UUID channel = UUID.randomUUID();
        DATABASE.jdbc()
                .sql("INSERT INTO channels (id) VALUES (?)")
                .param(channel)
                .update();
        DATABASE.jdbc()
                .sql(
                        """
                        INSERT INTO posts (id, tenant_id, channel_id, telegram_message_id, posted_at, content)
                        VALUES (?, ?, ?, 1, now(), 'Три простых слова')
                        """)
                .params(post, TENANT, channel)
                .update();
    }

    @Test
    void a_post_without_links_is_skipped_with_the_reason() {
        PostEnriched enriched = enrich(tagged(TENANT));

        assertThat(enriched.skipped()).isTrue();
        assertThat(enriched.skipReason()).isEqualTo("no_urls");
        assertThat(enriched.originalWordCount()).isEqualTo(3);
        assertThat(metrics.counter("enrichment.skipped", "reason", "no_urls").count())
                .isEqualTo(1);
    }

    @Test
    void a_post_with_links_that_were_not_fetched_says_so() {
        assertThat(enrich(tagged(TENANT, "https://example.org/")).skipReason()).isEqualTo("not_crawled");
    }

    @Test
    void pages_that_are_known_come_with_the_event() {
        DATABASE.jdbc()
                .sql(
                        """
                        INSERT INTO post_enrichment (post_id, kind, provider, data) VALUES (?, 'crawl', 'builtin',
                            '{"urls": [{"url": "https://example.org/", "title": "T", "markdown": "one two", "word_count": 2}]}')
                        """)
                .param(post)
                .update();
        PostEnriched enriched = enrich(tagged(TENANT, "https://example.org/"));

        assertThat(enriched.skipped()).isFalse();
        assertThat(enriched.enrichmentData()).containsEntry("title", "T").containsEntry("content", "one two");
        assertThat(enriched.wordCount()).isEqualTo(5);
    }

    @Test
    void the_event_is_valid_and_keeps_tenant_and_time_of_the_tags() {
        PostEnriched enriched = enrich(tagged(null));

        assertThat(enriched.tenantId()).isEqualTo(TENANT);
        assertThat(enriched.occurredAt()).isEqualTo(TAGGED_AT);
        assertThat(new EventCodec(Json.newMapper(), new StreamCatalog()).write(enriched))
                .containsKey("data");
    }

    @Test
    void the_same_event_gives_the_same_key_and_other_tags_another() {
        assertThat(enrich(tagged(TENANT)).idempotencyKey())
                .isEqualTo(enrich(tagged(TENANT)).idempotencyKey())
                .isNotEqualTo(enrich(tagged(TENANT, List.of("other"))).idempotencyKey());
    }

    @Test
    void a_post_that_is_not_stored_yet_waits() {
        post = UUID.randomUUID();
        assertThatThrownBy(() -> enrich(tagged(TENANT))).isInstanceOf(PostNotThereYetException.class);
    }

    private PostEnriched enrich(PostTagged event) {
        return (PostEnriched) Answers.only(enrichment.enrich(List.of(event)));
    }

    private PostTagged tagged(UUID tenant, String... urls) {
        return tagged(tenant, List.of("слова"), urls);
    }

    private PostTagged tagged(UUID tenant, List<String> tags, String... urls) {
        return new PostTagged(
                "v1",
                "trace",
                TAGGED_AT,
                "key",
                post,
                tenant,
                "1",
                null,
                tags,
                TagsHash.of(tags),
                List.of(),
                List.of(urls),
                "local",
                null,
                1,
                Trigger.INITIAL,
                0L,
                null,
                null,
                null);
    }

    @Test
    void the_number_of_statements_does_not_grow_with_the_batch() {
        PostTagged event = tagged(TENANT, "https://example.org/");

        int one = database.count(() -> enrichment.enrich(List.of(event)));

        assertThat(one).isPositive();
        assertThat(database.count(() -> enrichment.enrich(Collections.nCopies(64, event))))
                .isEqualTo(one);
    }
}
