package routes.routefiles.check;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.math.BigDecimal;
import routes.routefiles.yaml.YamlList;
import routes.routefiles.yaml.YamlMap;
import routes.routefiles.yaml.YamlNode;
import routes.routefiles.yaml.YamlScalar;

/** Converts YAML to JSON for schema validation. */
final class YamlJson {

    private static final JsonNodeFactory JSON = JsonNodeFactory.instance;

    private YamlJson() {}

    static JsonNode of(YamlNode node) {
        if (node instanceof YamlMap map) {
            ObjectNode object = JSON.objectNode();
            map.entries().values().forEach(entry -> object.set(entry.key(), of(entry.value())));
            return object;
        }
        if (node instanceof YamlList list) {
            ArrayNode array = JSON.arrayNode();
            list.items().forEach(item -> array.add(of(item)));
            return array;
        }
        return of((YamlScalar) node);
    }

    private static JsonNode of(YamlScalar scalar) {
        return switch (scalar.kind()) {
            case NULL -> JSON.nullNode();
            case BOOLEAN -> JSON.booleanNode(Boolean.parseBoolean(scalar.text()));
            case NUMBER -> number(scalar.text());
            case TEXT -> JSON.textNode(scalar.text());
        };
    }

    // 0x1f and .inf are YAML numbers, but not here: only whether a value is a number matters
    private static JsonNode number(String text) {
        return text.matches("[-+]?\\d+(\\.\\d*)?([eE][-+]?\\d+)?")
                ? JSON.numberNode(new BigDecimal(text))
                : JSON.numberNode(0);
    }
}
