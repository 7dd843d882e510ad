package routes.routefiles.check;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.networknt.schema.JsonMetaSchema;
import com.networknt.schema.JsonSchema;
import com.networknt.schema.JsonSchemaFactory;
import com.networknt.schema.NonValidationKeyword;
import com.networknt.schema.PathType;
import com.networknt.schema.SchemaValidatorsConfig;
import com.networknt.schema.ValidationMessage;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.StreamSupport;
import routes.routefiles.model.Flow;

/**
 * The canonical form of the Camel YAML DSL, derived from the schema in camel-yaml-dsl, which also accepts the deprecated short
 * forms. Camel 4.18 ships no canonical schema of its own. Without the short forms it contains no alternatives, so each mistake
 * gives one message.
 */
final class CanonicalSchema {

    private static final String CAMEL_SCHEMA = "schema/camelYamlDsl.json";
    private static final Set<String> ELEMENTS =
            Arrays.stream(Flow.Kind.values()).map(Flow.Kind::key).collect(Collectors.toUnmodifiableSet());

    private final JsonNode canonical;
    private final JsonSchema schema;

    CanonicalSchema(ClassLoader classPath) {
        canonical = canonical(read(classPath));
        SchemaValidatorsConfig config =
                SchemaValidatorsConfig.builder().pathType(PathType.JSON_POINTER).build();
        JsonMetaSchema draft4 = JsonMetaSchema.builder(JsonMetaSchema.getV4())
                .keyword(new NonValidationKeyword("deprecated"))
                .build();
        schema = JsonSchemaFactory.builder()
                .defaultMetaSchemaIri(draft4.getIri())
                .metaSchema(draft4)
                .build()
                .getSchema(canonical, config);
    }

    Set<ValidationMessage> validate(JsonNode document) {
        return schema.validate(document);
    }

    /** The keys that are allowed in the block that the message refers to. */
    Set<String> allowed(ValidationMessage message) {
        String keyword = message.getSchemaLocation().getFragment().toString();
        return names(keyword.substring(0, keyword.lastIndexOf('/')));
    }

    /** The names of the expression languages. */
    Set<String> languages() {
        return names("/items/definitions/org.apache.camel.model.language.ExpressionDefinition");
    }

    private Set<String> names(String definition) {
        Set<String> names = new TreeSet<>();
        canonical.at(definition + "/properties").fieldNames().forEachRemaining(names::add);
        return names;
    }

    private static JsonNode read(ClassLoader classPath) {
        try (InputStream in = classPath.getResourceAsStream(CAMEL_SCHEMA)) {
            if (in == null) {
                throw new FileNotFoundException(CAMEL_SCHEMA + " is not on the class path: camel-yaml-dsl is missing");
            }
            return new ObjectMapper().readTree(in);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static JsonNode canonical(JsonNode schema) {
        ObjectNode items = (ObjectNode) schema.get("items");
        items.put("type", "object");
        ((ObjectNode) items.get("properties")).retain(ELEMENTS);
        items.get("definitions").forEach(definition -> withoutShortForms((ObjectNode) definition));
        return schema;
    }

    private static void withoutShortForms(ObjectNode definition) {
        stringOrObject(definition);
        JsonNode alternatives = definition.remove("anyOf");
        if (alternatives != null) {
            alternatives.forEach(alternative -> chooseOne(definition, alternative.get("oneOf")));
        }
    }

    // "log: hello" as an alternative to "log: {message: hello}"
    private static void stringOrObject(ObjectNode definition) {
        JsonNode forms = definition.remove("oneOf");
        if (forms != null) {
            StreamSupport.stream(forms.spliterator(), false)
                    .filter(form -> form.path("type").asText().equals("object"))
                    .forEach(form ->
                            form.properties().forEach(keyword -> definition.set(keyword.getKey(), keyword.getValue())));
        }
    }

    /**
     * The alternatives are objects with one required key each, besides a "not" of all keys (none of them is given) and,
     * for expressions, a reference to the languages themselves (the short form without "expression").
     */
    private static void chooseOne(ObjectNode definition, JsonNode alternatives) {
        ObjectNode properties = (ObjectNode) definition.get("properties");
        boolean expression = contains(alternatives, "$ref");
        if (expression) {
            keys(alternatives).forEach(properties::remove);
        }
        for (JsonNode alternative : alternatives) {
            alternative.path("properties").properties().forEach(key -> properties.set(key.getKey(), key.getValue()));
            if (expression && alternative.has("properties")) {
                definition.withArray("required").addAll((ArrayNode) alternative.get("required"));
            }
        }
        if (!contains(alternatives, "not")) {
            definition
                    .put("additionalProperties", false)
                    .put("minProperties", 1)
                    .put("maxProperties", 1);
        }
    }

    private static boolean contains(JsonNode alternatives, String keyword) {
        return StreamSupport.stream(alternatives.spliterator(), false).anyMatch(form -> form.has(keyword));
    }

    /** The keys listed in the "not". */
    private static List<String> keys(JsonNode alternatives) {
        return StreamSupport.stream(alternatives.spliterator(), false)
                .flatMap(form -> StreamSupport.stream(form.at("/not/anyOf").spliterator(), false))
                .map(form -> form.at("/required/0").asText())
                .toList();
    }
}
