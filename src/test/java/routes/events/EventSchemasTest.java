package routes.events;

import static java.util.stream.Collectors.toMap;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.PropertyNamingStrategies;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.RecordComponent;
import java.lang.reflect.Type;
import java.time.Instant;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.UUID;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Records, schemas and the field lists of the specification say the same. */
class EventSchemasTest {

    private static final String COMMON = "schema_version s!, trace_id s!, occurred_at t!, idempotency_key s!, ";
    private static final String ALBUM = "user_id s%s, tenant_id s!, channel_id s!, album_id i!, grouped_id i!, ";

    /** Type and ! of each field, as the specification has them. */
    private static final Map<String, String> FIELDS = Map.ofEntries(
            Map.entry(
                    "posts.parsed",
                    "user_id s!, tenant_id s!, channel_id s!, post_id s!, text s!, attachment_text s, entities [], urls [], posted_at t!, content_version i!,"
                            + " trigger s!, request_id s, media_sha256_list [], grouped_id i, content_hash s!, link_count i,"
                            + " telegram_message_id i!, tg_message_id i, tg_channel_id i!, telegram_post_url s, has_media b,"
                            + " is_edited b, views_count i, forwards_count i, reactions_count i, forward_from_chat_id i,"
                            + " forward_from_message_id i, forward_date t, forward_from_name s, reply_to_message_id i,"
                            + " author_name s"),
            Map.entry(
                    "albums.parsed",
                    ALBUM.formatted("!")
                            + "album_kind s, items_count i!, caption_text s, posted_at t, post_ids []!, cover_media_id s,"
                            + " content_hash s, revision i!"),
            Map.entry(
                    "posts.vision.uploaded",
                    "tenant_id s!, post_id s!, channel_id s!, grouped_id i, album_id i, media_files []!, skipped_files [],"
                            + " requires_vision b!"),
            Map.entry(
                    "posts.vision.analyzed",
                    "tenant_id s!, post_id s!, channel_id s!, grouped_id i, album_id i, media []!, vision o, skipped b!,"
                            + " skip_reasons [], vision_version s!, features_hash s!, analysis_duration_ms i!"),
            Map.entry(
                    "posts.tagged",
                    "post_id s!, tenant_id s!, user_id s, channel_id s, tags []!, tags_hash s!, topics [], urls [],"
                            + " provider s!, model s, latency_ms i, trigger s!, content_version i!, vision_version s,"
                            + " features_hash s, metadata o"),
            Map.entry(
                    "posts.crawl",
                    "post_id s!, tenant_id s!, user_id s, channel_id s, urls []!, tags [], trigger_reason s!,"
                            + " trigger_tags [], is_retagging b, not_before t"),
            Map.entry(
                    "posts.enriched",
                    "post_id s!, tenant_id s!, source s!, tags []!, tags_hash s!, trigger s, content_version i!,"
                            + " vision_version s, enrichment_data o, source_urls [], word_count i, original_word_count i,"
                            + " skipped b!, skip_reason s, crawl_duration_ms i, crawl_success b, policy_applied s,"
                            + " quality_score n"),
            Map.entry(
                    "posts.indexed",
                    "post_id s!, tenant_id s!, vector_id s!, embedding_provider s!, embedding_dim i!, qdrant_collection s!,"
                            + " neo4j_nodes_created i, neo4j_relationships_created i, indexing_duration_ms i!,"
                            + " embedding_generation_ms i!, qdrant_indexing_ms i!, neo4j_indexing_ms i!"),
            Map.entry(
                    "album.assembled",
                    ALBUM.formatted("")
                            + "revision i!, post_ids []!, album_kind s, items_count i!, items_analyzed i!, vision_summary s,"
                            + " vision_labels [], vision_ocr_text s, vision_tags [], has_meme b, has_text b, s3_key s,"
                            + " complete b!, posted_at t, first_analyzed_at t, last_analyzed_at t, assembly_completed_at t!,"
                            + " assembly_lag_seconds n"),
            Map.entry("posts.deleted", "post_id s!, tenant_id s!, channel_id s!, reason s!, expired_at t"),
            Map.entry("digests.generate", "user_id s!, tenant_id s!, digest_date s!, trigger s!"),
            Map.entry(
                    "trends.emerging",
                    "trend_id s, keyword s!, topics [], freq_short i!, freq_baseline n!, source_diversity i!,"
                            + " burst_score n!, post_ids []!, detected_at t!"));

    private static final Map<String, String> LETTERS =
            Map.of("string", "s", "integer", "i", "number", "n", "boolean", "b", "object", "o", "array", "[]");

    static List<EventStream> streams() {
        return new StreamCatalog().streams();
    }

    @ParameterizedTest
    @MethodSource("streams")
    void write_schema_has_the_fields_of_the_specification(EventStream stream) {
        JsonNode schema = EventSchema.write("v1", stream.name()).json();
        List<String> required = texts(schema.path("required"));
        List<String> fields = new ArrayList<>();
        schema.path("properties").properties().forEach(field -> {
            String letter = field.getValue().path("format").asText().equals("date-time")
                    ? "t"
                    : LETTERS.get(field.getValue().path("type").asText());
            fields.add(field.getKey() + " " + letter + (required.contains(field.getKey()) ? "!" : ""));
        });

        assertThat(fields).containsExactly((COMMON + FIELDS.get(stream.name())).split(", *"));
        assertThat(schema.path("additionalProperties").booleanValue()).isFalse();
        assertThat(schema.path("additionalProperties").isBoolean()).isTrue();
    }

    @ParameterizedTest
    @MethodSource("streams")
    void record_has_the_fields_of_its_schemas_in_their_types(EventStream stream) {
        assertAgree(stream.type(), EventSchema.write("v1", stream.name()).json(), stream.name());
        assertAgree(stream.type(), EventSchema.read("v1", stream.name()).json(), stream.name());
    }

    @ParameterizedTest
    @MethodSource("streams")
    void read_schema_asks_for_no_field_that_is_not_written(EventStream stream) {
        assertSubset(
                EventSchema.read("v1", stream.name()).json(),
                EventSchema.write("v1", stream.name()).json());
    }

    @ParameterizedTest
    @MethodSource("streams")
    void schemas_explain_themselves_to_readers(EventStream stream) {
        for (EventSchema schema :
                List.of(EventSchema.write("v1", stream.name()), EventSchema.read("v1", stream.name()))) {
            assertThat(schema.json().path("title").asText()).contains(stream.name());
            assertThat(schema.json().path("description").asText()).isNotBlank();
            assertThat(schema.properties())
                    .allSatisfy(field ->
                            assertThat(field.path("description").asText()).isNotBlank());
        }
    }

    private static void assertAgree(Class<?> type, JsonNode schema, String where) {
        Map<String, Type> components = Arrays.stream(type.getRecordComponents())
                .collect(toMap(EventSchemasTest::jsonName, RecordComponent::getGenericType));
        assertThat(new TreeSet<>(components.keySet()))
                .as(where)
                .isEqualTo(new TreeSet<>(names(schema.path("properties"))));
        components.forEach((name, component) ->
                assertFits(component, schema.path("properties").path(name), where + "." + name));
    }

    private static void assertFits(Type type, JsonNode schema, String where) {
        Class<?> raw = type instanceof ParameterizedType generic ? (Class<?>) generic.getRawType() : (Class<?>) type;
        String expected = schema.path("type").asText() + schema.path("format").asText();
        if (raw.isRecord()) {
            assertThat(expected).as(where).isEqualTo("object");
            assertAgree(raw, schema, where);
        } else if (raw == List.class) {
            assertThat(expected).as(where).isEqualTo("array");
            assertFits(((ParameterizedType) type).getActualTypeArguments()[0], schema.path("items"), where + "[]");
        } else if (raw == Trigger.class) {
            assertThat(Arrays.stream(Trigger.values()).map(Trigger::text))
                    .as(where)
                    .containsAll(texts(schema.path("enum")))
                    .isNotEmpty();
        } else {
            Map<Class<?>, String> kinds = Map.of(
                    String.class,
                    "string",
                    UUID.class,
                    "stringuuid",
                    Instant.class,
                    "stringdate-time",
                    LocalDate.class,
                    "stringdate",
                    Long.class,
                    "integer",
                    Integer.class,
                    "integer",
                    Double.class,
                    "number",
                    Boolean.class,
                    "boolean",
                    Map.class,
                    "object");
            assertThat(expected).as(where).isEqualTo(kinds.get(raw));
            assertBounded(raw, schema, where);
        }
    }

    /** A number that the schema lets through must fit into the component. */
    private static void assertBounded(Class<?> type, JsonNode schema, String where) {
        if (type == Integer.class) {
            assertThat(schema.path("maximum").asLong()).as(where).isEqualTo(Integer.MAX_VALUE);
            assertThat(schema.path("minimum").asLong(-1)).as(where).isBetween(0L, 1L);
        } else if (type == Long.class) {
            assertThat(schema.path("maximum").asLong()).as(where).isEqualTo(Long.MAX_VALUE);
            assertThat(schema.path("minimum").canConvertToLong()).as(where).isTrue();
        }
    }

    private static void assertSubset(JsonNode read, JsonNode write) {
        assertThat(texts(write.path("required"))).containsAll(texts(read.path("required")));
        assertThat(names(read.path("properties"))).isEqualTo(names(write.path("properties")));
        assertThat(read.has("additionalProperties")).isFalse();
    }

    private static String jsonName(RecordComponent component) {
        return PropertyNamingStrategies.SnakeCaseStrategy.INSTANCE.translate(component.getName());
    }

    private static List<String> names(JsonNode properties) {
        return properties.properties().stream().map(Map.Entry::getKey).toList();
    }

    private static List<String> texts(JsonNode array) {
        return array.isMissingNode()
                ? List.of()
                : Stream.of(array)
                        .flatMap(node -> elements(node).stream())
                        .map(JsonNode::asText)
                        .toList();
    }

    private static Collection<JsonNode> elements(JsonNode array) {
        List<JsonNode> elements = new ArrayList<>();
        array.forEach(elements::add);
        return elements;
    }
}
