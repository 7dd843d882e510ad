package routes.api;

import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import com.networknt.schema.JsonSchema;
import com.networknt.schema.JsonSchemaFactory;
import com.networknt.schema.SpecVersion.VersionFlag;
import com.networknt.schema.ValidationMessage;
import io.modelcontextprotocol.json.schema.JsonSchemaValidator;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Collectors;
import org.springframework.stereotype.Component;
import routes.events.Json;

/** JSON schemas of the tools: result schemas taken from the OpenAPI document, and validation of values against schemas. */
@Component
final class ToolSchemas implements JsonSchemaValidator {
    private static final String COMPONENT = "#/components/schemas/";
    private static final ObjectMapper JSON = Json.newMapper();
    /** Preserves null values in maps. */
    private static final ObjectMapper PLAIN = new ObjectMapper();

    private final JsonNode document;
    private final Map<Map<String, Object>, JsonSchema> parsed = new ConcurrentHashMap<>();

    ToolSchemas() {
        try (InputStream text = Objects.requireNonNull(getClass().getResourceAsStream("/openapi/openapi.yaml"))) {
            document = new YAMLMapper().readTree(text);
        } catch (IOException e) {
            throw new UncheckedIOException("Cannot read the OpenAPI document", e);
        }
    }

    /** Returns a schema of the document together with the schemas that it references. */
    Map<String, Object> component(String name) {
        ObjectNode whole =
                document.path("components").path("schemas").path(name).deepCopy();
        ObjectNode definitions = JSON.createObjectNode();
        relocate(whole, definitions);
        if (!definitions.isEmpty()) {
            whole.set("$defs", definitions);
        }
        return map(whole);
    }

    private void relocate(JsonNode schema, ObjectNode definitions) {
        JsonNode reference = schema.path("$ref");
        if (reference.asText().startsWith(COMPONENT)) {
            String name = reference.asText().substring(COMPONENT.length());
            ((ObjectNode) schema).put("$ref", "#/$defs/" + name);
            if (!definitions.has(name)) {
                JsonNode component =
                        document.path("components").path("schemas").path(name).deepCopy();
                definitions.set(name, component);
                relocate(component, definitions);
            }
        }
        schema.forEach(child -> relocate(child, definitions));
    }

    static Map<String, Object> map(Object value) {
        return JSON.convertValue(value, new TypeReference<Map<String, Object>>() {});
    }

    /** Caches the parsed schemas. There is one per tool and direction, so the cache stays small. */
    @Override
    public ValidationResponse validate(Map<String, Object> schema, Object value) {
        JsonSchema known = parsed.computeIfAbsent(schema, one -> JsonSchemaFactory.getInstance(VersionFlag.V202012)
                .getSchema(PLAIN.<JsonNode>valueToTree(one)));
        JsonNode tree = PLAIN.valueToTree(value);
        String problems = known.validate(tree).stream()
                .map(ValidationMessage::getMessage)
                .sorted()
                .limit(3)
                .collect(Collectors.joining("; "));
        return problems.isEmpty()
                ? ValidationResponse.asValid(tree.toString())
                : ValidationResponse.asInvalid(problems);
    }
}
