package routes.events;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What the product wrote itself is read without coercion and validation; the result must be the same as with them. */
class EventShapeTest {
    private static final int MUTATIONS = 300;
    private static final List<String> VALUES = List.of(
            "null",
            "true",
            "1",
            "-1",
            "1.5",
            "1e300",
            "99999999999999999999",
            "\"\"",
            "\" \"",
            "\"x\"",
            "\"v1\"",
            "\"v2\"",
            "\"a\\u0000b\"",
            "\"\\ud83d\"",
            "\"\\ud83d\\ude00\"",
            "[]",
            "[null]",
            "[\"\"]",
            "[\"a\"]",
            "{}",
            "{\"a\":null}",
            "{\"reason\":1}",
            "{\"model\":\"m\"}",
            "\"2026-01-01T00:00:00Z\"",
            "\"2026-01-01T00:00:00+03:00\"",
            "\"2026-01-01 00:00:00\"",
            "\"+12026-01-01T00:00:00Z\"",
            "\"-0026-01-01T00:00:00Z\"",
            "\"7660B34C-4c20-58e1-ac8c-fea5a2d9d68b\"",
            "\"7660b34c-4c20-58e1-ac8c-fea5a2d9d68b\"",
            "\"initial\"",
            "\"INITIAL\"",
            "\"vision@2026-01-01#p1\"");

    private final ObjectMapper json = Json.newMapper();
    private final StreamCatalog catalog = new StreamCatalog();
    private final EventCodec codec = new EventCodec(json, catalog);

    static List<Event> examples() {
        return Examples.all();
    }

    @ParameterizedTest
    @MethodSource("examples")
    void an_event_that_is_read_the_short_way_is_the_same_as_the_long_way(Event event) throws Exception {
        String stream = codec.stream(event);
        EventSchema schema = EventSchema.write("v1", stream);
        EventShape shape = EventShape.of(schema.json());
        JsonNode written = json.readTree(codec.write(event).get("data"));
        boolean hasDate = stream.equals("digests.generate");
        assertThat(shape.fits(written)).as("what we write takes the short way").isEqualTo(!hasDate);
        Random random = new Random(stream.hashCode());
        int fitting = 0;
        for (int i = 0; i < MUTATIONS; i++) {
            ObjectNode mutated = written.deepCopy();
            mutate(mutated, random);
            if (shape.fits(mutated)) {
                fitting++;
                assertThat(schema.violation(mutated)).as("%s", mutated).isEmpty();
                String data = mutated.toString();
                Event shortWay = codec.read(stream, Map.of("event", stream, "data", data));
                Event longWay = codec.read(stream, Map.of("event", stream, "data", data, "other", "field"));
                assertThat(shortWay).isEqualTo(longWay);
            }
        }
        assertThat(fitting).isBetween(hasDate ? 0 : 1, MUTATIONS);
    }

    private void mutate(JsonNode node, Random random) throws Exception {
        if (node instanceof ObjectNode object) {
            List<String> names = new ArrayList<>();
            object.fieldNames().forEachRemaining(names::add);
            String name =
                    names.isEmpty() || random.nextInt(12) == 0 ? "unknown" : names.get(random.nextInt(names.size()));
            JsonNode value = object.path(name);
            if (value.isContainerNode() && !value.isEmpty() && random.nextBoolean()) {
                mutate(value, random);
            } else if (random.nextInt(4) == 0) {
                object.remove(name);
            } else {
                object.set(name, json.readTree(VALUES.get(random.nextInt(VALUES.size()))));
            }
        } else if (node instanceof ArrayNode array && !array.isEmpty()) {
            int at = random.nextInt(array.size());
            if (array.get(at).isContainerNode() && random.nextBoolean()) {
                mutate(array.get(at), random);
            } else {
                array.set(at, json.readTree(VALUES.get(random.nextInt(VALUES.size()))));
            }
        }
    }
}
