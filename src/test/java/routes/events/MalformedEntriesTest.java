package routes.events;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.junit.jupiter.params.provider.Arguments.arguments;
import static routes.events.Examples.POST;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

/** What is no event says which stream, which path and what is wrong, and never shows the entry. */
class MalformedEntriesTest {

    private static final String SECRET = "do-not-show-me";

    private final EventCodec codec = new EventCodec(Json.newMapper(), new StreamCatalog());

    static List<Arguments> data() {
        String post = "\"post_id\":\"" + POST + "\",\"model\":\"" + SECRET + "\"";
        return List.of(
                arguments("", "$: the field data does not contain a JSON object"),
                arguments("[1]", "$: the field data does not contain a JSON object"),
                arguments("\"text\"", "$: the field data does not contain a JSON object"),
                arguments("{", "$: the field data is not valid JSON: Unexpected end-of-input"),
                arguments("{" + post + "} {}", "$: the field data is not valid JSON: Trailing token"),
                arguments("{'post_id': 1}", "$: the field data is not valid JSON: Unexpected character"),
                arguments(
                        "{" + post + ",\"tags\":[],\"tags\":[]}",
                        "$: the field data is not valid JSON: Duplicate field 'tags'"),
                arguments(
                        "{" + post + ",\"latency_ms\":NaN}",
                        "$: the field data is not valid JSON: Non-standard token 'NaN'"),
                arguments(
                        "{" + post + ",\"metadata\":" + "[".repeat(101) + "]".repeat(101) + "}",
                        "$: the field data is not valid JSON: Document nesting depth (101) exceeds the maximum allowed (100"),
                arguments(
                        "{}",
                        "$: the entry has neither a field data or payload with the event, nor fields of the event"),
                arguments("{\"trace_id\":\"t\"}", "$: the entry has neither a field data or payload with the event"),
                arguments("{\"tags\":[]}", "$.post_id: required"),
                arguments("{" + post + "}", "$.tags: required"),
                arguments("{\"post_id\":\"p1\",\"tags\":[]}", "$.post_id: does not match the uuid pattern"),
                arguments("{\"post_id\":null,\"tags\":[]}", "$.post_id: required"),
                arguments("{" + post + ",\"tags\":\"ai\"}", "$.tags: string found, array expected"),
                arguments("{" + post + ",\"tags\":[\"a\",{}]}", "$.tags[1]: object found, string expected"),
                arguments(
                        "{" + post + ",\"tags\":[],\"trigger\":\"later\"}",
                        "$.trigger: does not have a value in the enumeration"),
                arguments(
                        "{" + post + ",\"tags\":[],\"schema_version\":\"v2\"}",
                        "$.schema_version: must be the constant value 'v1'"),
                arguments(
                        "{" + post + ",\"tags\":[],\"occurred_at\":\"yesterday\"}",
                        "$.occurred_at: does not match the date-time pattern"),
                arguments(
                        "{" + post + ",\"tags\":[],\"latency_ms\":\"soon\"}",
                        "$.latency_ms: string found, integer expected"),
                arguments(
                        "{" + post + ",\"tags\":[],\"latency_ms\":3000000000}",
                        "$.latency_ms: must have a maximum value of 2147483647"),
                arguments(
                        "{" + post + ",\"tags\":[],\"latency_ms\":1e400}",
                        "$.latency_ms: string found, integer expected"),
                arguments("{" + post + ",\"tags\":[],\"content_version\":99999999999999999999}", "$.content_version: "),
                arguments(
                        "{" + post + ",\"tags\":[],\"latency_ms\":true}",
                        "$.latency_ms: boolean found, integer expected"),
                arguments(
                        "{" + post + ",\"tags\":[],\"trace_id\":\"a\\nb\"}",
                        "$.trace_id: does not match the regex pattern"),
                arguments(
                        "{" + post + ",\"tags\":[],\"metadata\":\"none\"}",
                        "$.metadata: string found, object expected"));
    }

    @ParameterizedTest
    @MethodSource("data")
    void names_the_path_and_the_violation(String data, String problem) {
        assertThatExceptionOfType(InvalidEventException.class)
                .isThrownBy(() -> codec.read("posts.tagged", Map.of("data", data)))
                .withMessageStartingWith("posts.tagged: " + problem)
                .withMessageNotContaining(SECRET);
    }

    @ParameterizedTest
    @CsvSource({
        "has_media, Yes, $.has_media",
        "views_count, 1.5, $.views_count",
        "views_count, -1, $.views_count",
        "urls, https://ex.org/a, $.urls",
        "urls, [1, $.urls",
        "tg_message_id, 77a, $.telegram_message_id",
        "tenant_id, default, $.tenant_id",
        "post_id, album:13, $.post_id",
        "posted_at, 2025-02-30, $.posted_at",
        "posted_at, '', $.posted_at"
    })
    void names_the_path_in_flat_entries(String field, String value, String path) {
        Map<String, String> fields = new HashMap<>(LegacyEntries.flatPost());
        fields.put(field, value);

        assertThatExceptionOfType(InvalidEventException.class)
                .isThrownBy(() -> codec.read("posts.parsed", fields))
                .withMessageStartingWith("posts.parsed: " + path + ": ");
    }

    @Test
    void names_the_path_inside_lists() {
        Map<String, String> fields = Map.of(
                "tenant_id",
                Examples.TENANT.toString(),
                "post_id",
                POST.toString(),
                "media_files",
                "[{\"sha256\":\"9f\",\"s3_key\":\"k\",\"mime_type\":\"image/png\",\"size_bytes\":\"12\"},{\"sha256\":\"9f\"}]");

        assertThatExceptionOfType(InvalidEventException.class)
                .isThrownBy(() -> codec.read("posts.vision.uploaded", fields))
                .withMessageStartingWith("posts.vision.uploaded: $.media_files[1].mime_type: required");
    }

    @Test
    void an_entry_without_fields_or_with_foreign_ones_is_no_event() {
        for (Map<String, String> fields : List.of(Map.<String, String>of(), Map.of("foo", "bar"))) {
            assertThatExceptionOfType(InvalidEventException.class)
                    .isThrownBy(() -> codec.read("posts.parsed", fields))
                    .withMessage(
                            "posts.parsed: $: the entry has neither a field data or payload with the event, nor fields of the event");
        }
    }

    @Test
    void an_entry_above_five_million_characters_is_refused_unread() {
        String text = "x".repeat(5_000_000);
        Map<String, String> flat = new HashMap<>(LegacyEntries.flatPost());
        flat.put("text", text);

        assertThatExceptionOfType(InvalidEventException.class)
                .isThrownBy(() -> codec.read("posts.parsed", flat))
                .withMessageMatching("posts.parsed: \\$: \\d+ characters are more than the 5000000 allowed");
    }

    @Test
    void message_is_bounded_whatever_the_entry_holds() {
        assertThatExceptionOfType(InvalidEventException.class)
                .isThrownBy(() -> codec.read("posts.tagged", Map.of("data", "{\"" + "k".repeat(100_000) + "\":1,")))
                .satisfies(e -> assertThat(e.getMessage()).hasSizeLessThanOrEqualTo(500));
        assertThat(new InvalidEventException("posts.tagged", "x".repeat(9999)).getMessage())
                .hasSize(500)
                .endsWith("…");
    }

    @Test
    void whatever_is_in_an_entry_it_is_read_or_refused() {
        Random random = new Random(20251102);
        String[] values = {"", "null", "True", "[]", "{}", "[null]", "-1", "1e999", "\"", "2025-13-01", "\0", "\ud83d"};
        List<String> names = List.copyOf(LegacyEntries.flatPost().keySet());
        int refused = 0;
        for (int i = 0; i < 2000; i++) {
            Map<String, String> fields = new HashMap<>(LegacyEntries.flatPost());
            for (int n = 1 + random.nextInt(3); n > 0; n--) {
                fields.put(names.get(random.nextInt(names.size())), values[random.nextInt(values.length)]);
            }
            try {
                assertThat(codec.read("posts.parsed", fields)).isNotNull();
            } catch (InvalidEventException e) {
                refused++;
            }
        }
        assertThat(refused).isBetween(200, 1900);
    }
}
