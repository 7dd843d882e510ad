package routes.events;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

/** The tables in docs/events.md follow from the catalogue and the schemas; {@code -Dupdate.docs=true} writes them anew. */
class EventsDocumentTest {

    private static final Path DOCUMENT = Path.of("docs", "events.md");
    private static final String MARK =
            "<!-- generated from here on: mvn test -Dtest=EventsDocumentTest -Dupdate.docs=true -->\n";

    private final StreamCatalog catalog = new StreamCatalog();

    @Test
    void document_shows_the_streams_and_fields_of_the_code() throws IOException {
        String document = Files.readString(DOCUMENT);
        assertThat(document).containsOnlyOnce(MARK);
        String written = document.substring(0, document.indexOf(MARK) + MARK.length());
        String current = written + tables();
        if (Boolean.getBoolean("update.docs")) {
            Files.writeString(DOCUMENT, current);
        } else {
            assertThat(document)
                    .as("docs/events.md is stale: run with -Dupdate.docs=true")
                    .isEqualTo(current);
        }
    }

    private String tables() {
        StringBuilder text = new StringBuilder(
                "\n## Streams\n\n| name | key | published by | consumer groups |\n|---|---|---|---|\n");
        for (EventStream stream : catalog.streams()) {
            text.append("| [%s](#%s) | `%s` | %s | %s |%n"
                    .formatted(
                            stream.name(),
                            stream.name().replace(".", ""),
                            stream.key(),
                            String.join(", ", stream.publishers()),
                            stream.groups().isEmpty() ? "–" : "`" + String.join("`, `", stream.groups()) + "`"));
        }
        text.append("\n## Fields\n");
        catalog.streams().forEach(stream -> appendEvent(text, stream.name()));
        return text.toString();
    }

    private static void appendEvent(StringBuilder text, String name) {
        EventSchema write = EventSchema.write("v1", name);
        text.append("\n### ").append(name).append("\n\n");
        text.append(write.json().path("description").asText()).append("\n\n");
        text.append("| field | type | written | when absent on reading | meaning |\n|---|---|---|---|---|\n");
        appendFields(text, "", write.json(), EventSchema.read("v1", name).json());
    }

    private static void appendFields(StringBuilder text, String prefix, JsonNode write, JsonNode read) {
        write.path("properties").properties().forEach(field -> {
            String name = field.getKey();
            JsonNode schema = field.getValue();
            JsonNode readSchema = read.path("properties").path(name);
            text.append("| `%s%s` | %s | %s | %s | %s |%n"
                    .formatted(
                            prefix,
                            name,
                            type(schema),
                            contains(write.path("required"), name) ? "always" : "if known",
                            contains(read.path("required"), name) ? whenRequired(readSchema) : whenAbsent(readSchema),
                            schema.path("description").asText()));
            boolean list = schema.has("items");
            JsonNode inner = list ? schema.path("items") : schema;
            appendFields(
                    text, prefix + name + (list ? "[]." : "."), inner, list ? readSchema.path("items") : readSchema);
        });
    }

    private static String type(JsonNode schema) {
        if (schema.has("items")) {
            return "list of " + type(schema.path("items"));
        }
        if (schema.has("enum")) {
            StringBuilder values = new StringBuilder();
            schema.path("enum").forEach(value -> values.append(values.isEmpty() ? "" : ", ")
                    .append(value.asText()));
            return values.toString();
        }
        if (schema.has("const")) {
            return "\"" + schema.path("const").asText() + "\"";
        }
        String format = schema.path("format").asText();
        return format.isEmpty() ? schema.path("type").asText() : format;
    }

    private static String whenRequired(JsonNode schema) {
        return schema.has("$comment") ? comment(schema) + ", else refused" : "refused";
    }

    private static String whenAbsent(JsonNode schema) {
        if (schema.has("default")) {
            return "`" + schema.path("default") + "`";
        }
        return schema.has("$comment") ? comment(schema) : "unknown";
    }

    private static String comment(JsonNode schema) {
        return schema.path("$comment").asText().replace("When absent: ", "");
    }

    private static boolean contains(JsonNode array, String text) {
        for (JsonNode item : array) {
            if (item.asText().equals(text)) {
                return true;
            }
        }
        return false;
    }
}
