package routes.events;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static routes.events.Examples.POST;
import static routes.events.Examples.TENANT;
import static routes.events.Examples.TIME;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

class EventCodecWriteTest {

    private final ObjectMapper mapper = Json.newMapper();
    private final StreamCatalog catalog = new StreamCatalog();
    private final EventCodec codec = new EventCodec(mapper, catalog);

    static List<Event> examples() {
        return Examples.all();
    }

    @ParameterizedTest
    @MethodSource("examples")
    void every_event_is_read_as_it_was_written(Event event) {
        Map<String, String> entry = codec.write(event);

        assertThat(codec.read(entry.get("event"), entry)).isEqualTo(event);
    }

    @ParameterizedTest
    @MethodSource("examples")
    void examples_use_every_field_of_their_schema(Event event) throws JsonProcessingException {
        Map<String, String> entry = codec.write(event);
        JsonNode data = mapper.readTree(entry.get("data"));

        TreeSet<String> written = new TreeSet<>();
        data.fieldNames().forEachRemaining(written::add);
        TreeSet<String> known = new TreeSet<>();
        EventSchema.write("v1", entry.get("event")).properties().fieldNames().forEachRemaining(known::add);
        assertThat(written).isEqualTo(known);
    }

    @Test
    void entry_has_four_fields_and_plain_json() {
        PostDeleted event = new PostDeleted(
                "v1", "t:c:77", TIME.plusMillis(5), "key", POST, TENANT, Examples.CHANNEL, "user", null);

        Map<String, String> entry = codec.write(event);

        assertThat(entry).containsOnlyKeys("event", "data", "trace_id", "traceparent");
        assertThat(entry).containsEntry("event", "posts.deleted").containsEntry("trace_id", "t:c:77");
        assertThat(entry.get("data"))
                .isEqualTo(
                        "{\"schema_version\":\"v1\",\"trace_id\":\"t:c:77\",\"occurred_at\":\"2025-11-01T10:00:00.005Z\","
                                + "\"idempotency_key\":\"key\",\"post_id\":\"7660b34c-4c20-58e1-ac8c-fea5a2d9d68b\","
                                + "\"tenant_id\":\"00000000-0000-0000-0000-000000000001\","
                                + "\"channel_id\":\"11111111-1111-4111-8111-111111111111\",\"reason\":\"user\"}");
    }

    @Test
    void non_ascii_is_not_escaped() {
        assertThat(codec.write(Examples.parsed("Вышел релиз 🎉")).get("data")).contains("\"text\":\"Вышел релиз 🎉\"");
    }

    @Test
    void nul_characters_are_taken_out_and_halves_of_surrogate_pairs_replaced() {
        Map<String, String> entry = codec.write(Examples.parsed("a\0b\ud83dc"));

        assertThat(((PostParsed) codec.read("posts.parsed", entry)).text()).isEqualTo("ab\uFFFDc");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "0af7651916cd43dd8448eb211c80319c|0af7651916cd43dd8448eb211c80319c",
                "0AF76519-16CD-43DD-8448-EB211C80319C|0af7651916cd43dd8448eb211c80319c",
                "00000000-0000-0000-0000-000000000000|HASHED",
                "t1:c1:77|HASHED"
            })
    void traceparent_follows_from_the_trace_id(String traceId, String expected) {
        PostDeleted event = new PostDeleted("v1", traceId, TIME, "key", POST, TENANT, Examples.CHANNEL, "user", null);
        String trace = expected.equals("HASHED") ? Sha256.hex(traceId).substring(0, 32) : expected;

        assertThat(codec.write(event).get("traceparent"))
                .isEqualTo("00-" + trace + "-" + Sha256.hex("key").substring(0, 16) + "-01");
    }

    @Test
    void trace_of_the_work_that_made_the_event_goes_on_if_it_is_valid() {
        Event event = Examples.parsed("text");
        String current = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-00";

        assertThat(codec.write(event, current)).containsEntry("traceparent", current);
        assertThat(codec.write(event, "00-0af7651916cd43dd8448eb211c80319c-0000000000000000-01"))
                .isEqualTo(codec.write(event));
        assertThat(codec.write(event, "garbage")).isEqualTo(codec.write(event));
    }

    @Test
    void a_missing_field_is_a_defect_that_names_its_path() {
        PostDeleted event = new PostDeleted("v1", "t", TIME, "key", POST, null, Examples.CHANNEL, "user", null);

        assertThatIllegalStateException()
                .isThrownBy(() -> codec.write(event))
                .withMessageStartingWith("Event posts.deleted does not match its schema at $.tenant_id: ");
    }

    @Test
    void a_wrong_value_is_a_defect_that_names_its_path() {
        PostDeleted event = new PostDeleted("v1", "t", TIME, "key", POST, TENANT, Examples.CHANNEL, "because", null);
        assertThatIllegalStateException().isThrownBy(() -> codec.write(event)).withMessageContaining("$.reason: ");

        MediaFile file = new MediaFile("not a hash", "k", "image/png", 1L);
        VisionUploaded uploaded = new VisionUploaded(
                "v1", "t", TIME, "key", TENANT, POST, Examples.CHANNEL, null, null, List.of(file), List.of(), true);
        assertThatIllegalStateException()
                .isThrownBy(() -> codec.write(uploaded))
                .withMessageContaining("$.media_files[0].sha256: ");
    }

    @Test
    void a_number_that_is_none_is_a_defect() {
        for (double number : new double[] {Double.NaN, Double.POSITIVE_INFINITY}) {
            TrendsEmerging event = new TrendsEmerging(
                    "v1", "t", TIME, "key", null, "k", List.of(), 1, 1.0, 1, number, List.of(), TIME);
            assertThatIllegalStateException()
                    .as("%s", number)
                    .isThrownBy(() -> codec.write(event))
                    .withMessageContaining("$.burst_score: ");
        }
    }

    @Test
    void any_text_and_tags_survive_the_round_trip() {
        Random random = new Random(20251101);
        for (int i = 0; i < 300; i++) {
            PostParsed post = Examples.parsed(text(random));
            assertThat(codec.read("posts.parsed", codec.write(post))).isEqualTo(post);
            List<String> tags = new ArrayList<>();
            for (int n = random.nextInt(5); n > 0; n--) {
                tags.add("#" + text(random));
            }
            PostTagged tagged = Examples.tagged(tags);
            assertThat(codec.read("posts.tagged", codec.write(tagged))).isEqualTo(tagged);
        }
    }

    /** Any characters that are whole and not NUL: quotes, control characters, Cyrillic, emoji. */
    private static String text(Random random) {
        int[] codePoints = random.ints(1, 0x20000)
                .filter(c -> c < Character.MIN_SURROGATE || c > Character.MAX_SURROGATE)
                .map(c -> random.nextBoolean() ? c : 1 + c % 0x7f)
                .limit(random.nextInt(40))
                .toArray();
        return new String(codePoints, 0, codePoints.length);
    }
}
