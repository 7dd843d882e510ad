package routes.events;

import static org.assertj.core.api.Assertions.assertThat;
import static routes.events.Examples.CHANNEL;
import static routes.events.Examples.POST;
import static routes.events.Examples.TENANT;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;

/** Reading what the prior system and others wrote. */
@ExtendWith(OutputCaptureExtension.class)
class EventCodecReadTest {

    private static final String POST_ID = "{\"post_id\": \"" + POST + "\"";

    private final EventCodec codec = new EventCodec(Json.newMapper(), new StreamCatalog());

    @ParameterizedTest
    @ValueSource(strings = {"data", "payload"})
    void reads_canonical_entries(String field) {
        PostTagged event = (PostTagged)
                codec.read("posts.tagged", Map.of(field, LegacyEntries.CANONICAL_TAGGED, "unrelated", "x"));

        assertThat(event.traceId()).isEqualTo("t1:c1:77");
        assertThat(event.occurredAt()).isEqualTo("2025-11-01T10:00:05.123456Z");
        assertThat(event.tags()).containsExactly("Python", "релиз");
        assertThat(event.model()).isEqualTo("GigaChat:latest");
        assertThat(event.trigger()).isEqualTo(Trigger.INITIAL);
        assertThat(event.contentVersion()).isZero();
        assertThat(event.urls()).isEmpty();
        assertThat(event.metadata()).containsEntry("language", "ru");
    }

    @Test
    void reads_flat_entries() {
        PostParsed event = (PostParsed) codec.read("posts.parsed", LegacyEntries.flatPost());

        assertThat(event)
                .isEqualTo(PostParsedBuilder.builder()
                        .schemaVersion("v1")
                        .traceId("t1:c1:77")
                        .occurredAt(Instant.parse("2025-11-01T10:00:01.250Z"))
                        .idempotencyKey("t1:c1:77")
                        .userId("139883458")
                        .tenantId(TENANT)
                        .channelId(CHANNEL)
                        .postId(POST)
                        .text("[\"Вышел релиз\"]")
                        .urls(List.of("https://ex.org/a", "https://ex.org/б"))
                        .postedAt(Instant.parse("2025-11-01T10:00:00Z"))
                        .contentVersion(0L)
                        .trigger(Trigger.INITIAL)
                        .mediaSha256List(List.of())
                        .contentHash(Sha256.hex("[\"вышел релиз\"]"))
                        .linkCount(2)
                        .telegramMessageId(77L)
                        .tgMessageId(77L)
                        .tgChannelId(1987654321L)
                        .hasMedia(false)
                        .isEdited(true)
                        .viewsCount(5)
                        .forwardsCount(0)
                        .forwardDate(Instant.parse("2025-10-31T09:00:00Z"))
                        .build());
    }

    @Test
    void reads_hybrid_entries_where_fields_say_what_data_does_not() {
        VisionAnalyzed event = (VisionAnalyzed) codec.read(
                "posts.vision.analyzed",
                Map.of(
                        "event", "posts.vision.skipped",
                        "data", LegacyEntries.VISION_SKIPPED,
                        "idempotency_key", "t:p:vision_skipped:00ff",
                        "skipped", "true"));

        assertThat(event.skipped()).isTrue();
        assertThat(event.idempotencyKey()).isEqualTo("t:p:vision_skipped:00ff");
        assertThat(event.skipReasons()).containsExactly(new VisionAnalyzed.SkipReason("9f..", "budget"));
        assertThat(event.vision()).isNull();
    }

    @Test
    void data_wins_over_fields_beside_it() {
        Map<String, String> fields = Map.of("data", LegacyEntries.CANONICAL_TAGGED, "trace_id", "other", "tags", "[]");

        PostTagged event = (PostTagged) codec.read("posts.tagged", fields);

        assertThat(event.traceId()).isEqualTo("t1:c1:77");
        assertThat(event.tags()).hasSize(2);
    }

    @Test
    void links_and_tags_of_other_producers_are_bounded_in_number_and_length_and_the_log_says_so_once(
            CapturedOutput output) throws Exception {
        String base = LegacyEntries.CANONICAL_TAGGED;
        ObjectNode event = (ObjectNode) Json.newMapper().readTree(base);
        ArrayNode urls = event.putArray("urls");
        urls.add("https://ex.org/" + "a".repeat(5000)).add("https://пример.рф/" + "б".repeat(1500));
        for (int i = 0; i < 5000; i++) {
            urls.add("https://ex.org/" + i);
        }

        ArrayNode tags = event.putArray("tags");
        tags.add("т".repeat(501));
        for (int i = 0; i < 101; i++) {
            tags.add("тег " + i);
        }
        event.remove("tags_hash");

        codec.read("posts.tagged", "1-0", Map.of("data", event.toString()));
        PostTagged read = (PostTagged) codec.read("posts.tagged", Map.of("data", event.toString()));

        assertThat(read.urls()).hasSize(100).startsWith("https://ex.org/0", "https://ex.org/1");
        assertThat(read.tags()).hasSize(100).startsWith("тег 0").endsWith("тег 99");
        assertThat(read.tagsHash()).isEqualTo(TagsHash.of(read.tags()));
        assertThat(output.getAll().lines())
                .filteredOn(line -> line.contains("are dropped"))
                .hasSize(2)
                .anyMatch(line -> line.contains("Entry 1-0 of posts.tagged: 4902 of 5002 urls are dropped"))
                .anyMatch(line -> line.contains("Entry 1-0 of posts.tagged: 2 of 102 tags are dropped"))
                .noneMatch(line -> line.contains("тег") || line.contains("ex.org"));
    }

    @Test
    void reads_vision_events_of_version_one_zero() {
        VisionAnalyzed event =
                (VisionAnalyzed) codec.read("posts.vision.analyzed", Map.of("data", LegacyEntries.VISION_ANALYZED));

        assertThat(event.schemaVersion()).isEqualTo("v1");
        assertThat(event.media()).containsExactly(new MediaFile("9f..", "media/t1/9f.jpg", "image/jpeg", 256_000L));
        assertThat(event.vision().classification().type()).isEqualTo("screenshot");
        assertThat(event.vision().classification().tags()).isEmpty();
        assertThat(event.vision().labels()).isEmpty();
        assertThat(event.vision().analyzedAt()).isEqualTo("2025-11-01T10:01:00Z");
        assertThat(event.skipped()).isFalse();
        assertThat(event.visionVersion()).isNull();
    }

    @Test
    void finds_what_the_crawl_trigger_hid_in_metadata() {
        PostCrawl event = (PostCrawl) codec.read("posts.crawl", Map.of("data", LegacyEntries.CRAWL));

        assertThat(event.tenantId()).isEqualTo(TENANT);
        assertThat(event.channelId()).isEqualTo(CHANNEL);
        assertThat(event.triggerTags()).containsExactly("ai");
        assertThat(event.isRetagging()).isTrue();
    }

    @Test
    void reads_enriched_events_of_both_producers() {
        PostEnriched persisted =
                (PostEnriched) codec.read("posts.enriched", Map.of("data", LegacyEntries.ENRICHED_BY_TAG_PERSISTENCE));
        assertThat(persisted.tenantId()).as("'default' is no tenant").isNull();
        assertThat(persisted.occurredAt()).isEqualTo("2025-11-01T10:00:06.5Z");
        assertThat(persisted.tagsHash()).isEqualTo(TagsHash.of(List.of("Python", "релиз")));

        PostEnriched enriched = (PostEnriched) codec.read(
                "posts.enriched",
                Map.of("data", POST_ID + ", \"enrichment_data\": {\"tags\": [\"a\"], \"kind\": \"enrichment\"}}"));
        assertThat(enriched.tags()).containsExactly("a");
        assertThat(enriched.enrichmentData()).containsEntry("kind", "enrichment");
    }

    @Test
    void enriched_event_without_tags_says_so() {
        PostEnriched event = (PostEnriched) codec.read("posts.enriched", Map.of("post_id", POST.toString()));

        assertThat(event.tags()).isEmpty();
        assertThat(event.tagsHash()).isNull();
        assertThat(event.source()).isEqualTo("tagged");
        assertThat(event.trigger()).isNull();
    }

    @Test
    void reads_the_smallest_events_of_the_documents() {
        PostTagged tagged = (PostTagged)
                codec.read("posts.tagged", Map.of("data", POST_ID + ", \"tags\": [\"релиз\", \"Python\"]}"));
        assertThat(tagged.tagsHash()).isEqualTo(TagsHash.of(List.of("Python", "релиз")));

        PostDeleted deleted = (PostDeleted) codec.read(
                "posts.deleted",
                Map.of("post_id", POST.toString(), "is_deleted", "True", "deleted_at", "2025-11-01T10:00:00"));
        assertThat(deleted.reason()).isEqualTo("telegram");
        assertThat(deleted.occurredAt()).isEqualTo("2025-11-01T10:00:00Z");

        PostIndexed indexed = (PostIndexed) codec.read(
                "stream:posts:indexed",
                Map.of("data", POST_ID + ", \"vector_id\": 5, \"indexed_at\": \"2025-11-01T10:00:00Z\"}"));
        assertThat(indexed.vectorId()).isEqualTo("5");
    }

    @Test
    void album_counts_its_members_and_starts_at_revision_one() {
        AlbumParsed event = (AlbumParsed) codec.read(
                "albums.parsed",
                Map.of(
                        "tenant_id",
                        TENANT.toString(),
                        "channel_id",
                        CHANNEL.toString(),
                        "grouped_id",
                        "13",
                        "post_ids",
                        "[\"" + POST + "\"]"));

        assertThat(event.itemsCount()).isEqualTo(1);
        assertThat(event.revision()).isEqualTo(1);
    }

    @Test
    void missing_common_fields_come_from_the_entry() {
        Map<String, String> fields = Map.of(
                "data",
                POST_ID + "}",
                "traceparent",
                "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
                "dlq_error",
                "x",
                "replay_count",
                "1");

        Event event = codec.read("posts.indexed", "1762000000123-4", fields);

        assertThat(event.schemaVersion()).isEqualTo("v1");
        assertThat(event.occurredAt()).isEqualTo(Instant.ofEpochMilli(1762000000123L));
        assertThat(event.traceId()).isEqualTo("0af7651916cd43dd8448eb211c80319c");
        assertThat(codec.read("posts.indexed", Map.of("data", POST_ID + "}", "trace_id", "from-field"))
                        .traceId())
                .isEqualTo("from-field");
    }

    @Test
    void the_key_of_an_event_without_one_follows_from_its_content() {
        Map<String, String> flat = Map.of("post_id", POST.toString(), "tags", "[\"a\"]");
        Map<String, String> data = Map.of("data", "{\"tags\": [\"a\"], \"post_id\": \"" + POST + "\"}");
        Map<String, String> other = Map.of("data", "{\"tags\": [\"b\"], \"post_id\": \"" + POST + "\"}");

        String key = codec.read("posts.tagged", "1-0", flat).idempotencyKey();

        assertThat(codec.read("posts.tagged", "2-0", data).idempotencyKey()).isEqualTo(key);
        assertThat(codec.read("posts.tagged", "2-0", data).traceId())
                .isEqualTo(codec.read("posts.tagged", "1-0", flat).traceId());
        assertThat(codec.read("posts.tagged", "1-0", other).idempotencyKey()).isNotEqualTo(key);
    }

    @Test
    void the_key_that_all_tag_sets_of_a_post_shared_is_not_used() {
        String retagged = LegacyEntries.CANONICAL_TAGGED.replace("\"initial\"", "\"vision_retag\"");

        assertThat(codec.read("posts.tagged", Map.of("data", retagged)).idempotencyKey())
                .isNotEqualTo(codec.read("posts.tagged", Map.of("data", LegacyEntries.CANONICAL_TAGGED))
                        .idempotencyKey());
    }

    @ParameterizedTest
    @CsvSource({
        "1987654321, 1987654321",
        "-1001987654321, 1987654321",
        "-1000000000042, 42",
        "-1001, 1",
        "-4242, 4242",
        "0,"
    })
    void channel_ids_become_bare_and_positive(String written, Long expected) {
        Map<String, String> fields = new HashMap<>(LegacyEntries.flatPost());
        fields.put("tg_channel_id", written);

        assertThat(((PostParsed) codec.read("posts.parsed", fields)).tgChannelId())
                .isEqualTo(expected);
    }

    @ParameterizedTest
    @CsvSource({
        "2025-11-01T10:00:00Z, 2025-11-01T10:00:00Z",
        "2025-11-01T10:00:00+00:00, 2025-11-01T10:00:00Z",
        "2025-11-01T13:00:00.5+0300, 2025-11-01T10:00:00.500Z",
        "2025-11-01T10:00, 2025-11-01T10:00:00Z",
        "2025-11-01 10:00:00.123456, 2025-11-01T10:00:00.123456Z",
        "2025-11-01, 2025-11-01T00:00:00Z",
        "1762000000, 2025-11-01T12:26:40Z",
        "1762000000.25, 2025-11-01T12:26:40.250Z",
        "1762000000250, 2025-11-01T12:26:40.250Z"
    })
    void times_in_all_forms_become_utc(String written, Instant expected) {
        Map<String, String> fields = new HashMap<>(LegacyEntries.flatPost());
        fields.put("posted_at", written);

        assertThat(((PostParsed) codec.read("posts.parsed", fields)).postedAt()).isEqualTo(expected);
    }

    @Test
    void numbers_in_json_need_not_be_written_plainly() {
        PostEnriched event = (PostEnriched) codec.read(
                "posts.enriched",
                Map.of(
                        "data",
                        POST_ID
                                + ", \"ts\": 1762000000.25, \"content_version\": 1.762e9, \"quality_score\":"
                                + " \"0.5\"}"));

        assertThat(event.occurredAt()).isEqualTo("2025-11-01T12:26:40.250Z");
        assertThat(event.contentVersion()).isEqualTo(1762000000L);
        assertThat(event.qualityScore()).isEqualTo(0.5);
    }

    @Test
    void nulls_nul_characters_and_unknown_fields_do_no_harm() {
        PostTagged event = (PostTagged) codec.read(
                "posts.tagged",
                Map.of(
                        "data",
                        POST_ID + ", \"tags\": [\"a\\u0000b\", null], \"model\": null, \"new_field\": {\"x\": [1]},"
                                + " \"metadata\": {\"k\\u0000\": \"v\\u0000\", \"none\": null}, \"latency_ms\":"
                                + " \"900\", \"user_id\": 7, \"content_version\": 5.0, \"vision_version\": \"\"}"));

        assertThat(event.tags()).containsExactly("ab");
        assertThat(event.model()).isNull();
        assertThat(event.metadata()).isEqualTo(Map.of("k", "v"));
        assertThat(event.latencyMs()).isEqualTo(900);
        assertThat(event.userId()).isEqualTo("7");
        assertThat(event.contentVersion()).isEqualTo(5);
    }
}
