package routes.routefiles;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URL;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import routes.routefiles.YamlNode.Entry;
import routes.routefiles.YamlNode.Kind;

/** Checks for the canonical form of the Camel YAML DSL: known EIPs and options, the correct structure, no short forms. */
final class SchemaCheck {

    private static final String CAMEL_SCHEMA = "schema/camelYamlDsl.json";
    private static final String CANONICAL = "- route: {id, description, from: {uri, parameters, steps}}";
    private static final String FILE = "file";

    private final JsonNode schema;
    private final Set<String> languages = new TreeSet<>();

    /** @param classPath contains Camel's schema */
    SchemaCheck(ClassLoader classPath) {
        URL camel = Objects.requireNonNull(
                classPath.getResource(CAMEL_SCHEMA),
                CAMEL_SCHEMA + " is not on the class path: camel-yaml-dsl is missing");
        try {
            schema = new ObjectMapper().readTree(camel);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        ObjectNode element = (ObjectNode) schema.get("items");
        List<String> elements =
                Stream.of(Flow.Kind.values()).map(kind -> kind.key).toList();
        element.put("type", "object").withObject("/properties").retain(elements);
        ObjectNode definitions = element.withObject("/definitions");
        ObjectNode expression = canonical(definitions.get("org.apache.camel.model.language.ExpressionDefinition"));
        expression.put("maxProperties", 1).get("properties").fieldNames().forEachRemaining(languages::add);
        definitions.forEach(this::canonical);
    }

    /**
     * Removes the deprecated short forms, which Camel's schema accepts as alternatives, so that each mistake causes one message. An
     * alternative is a text in place of an object, or a language in place of {@code expression}.
     */
    private ObjectNode canonical(JsonNode definition) {
        ObjectNode canonical = (ObjectNode) definition;
        for (JsonNode form : canonical.path("oneOf")) {
            if (form.path("type").asText().equals("object")) {
                canonical.setAll((ObjectNode) form);
            }
        }
        ObjectNode options = canonical.withObject("/properties");
        for (JsonNode alternatives : canonical.path("anyOf")) {
            for (JsonNode alternative : alternatives.get("oneOf")) {
                options.setAll(((ObjectNode) alternative).withObject("/properties"));
                if (alternative.at("/required/0").asText().equals("expression")) {
                    canonical.withArray("required").add("expression");
                    options.remove(languages);
                }
            }
        }
        return canonical;
    }

    void check(RouteModel model, Problems problems) {
        model.documents().values().forEach(document -> {
            if (document.isList()) {
                document.items().forEach(item -> item(FILE, item, schema.get("items"), problems));
            } else {
                problems.add(document.place(), "a route file must be a list of elements, beginning with " + CANONICAL);
            }
        });
    }

    private void item(String list, YamlNode item, JsonNode definition, Problems problems) {
        String text = item.text();
        if (text.isEmpty() || !resolve(definition).path("type").asText().equals("object")) {
            value(list, item.place(), item, definition, problems);
        } else {
            problems.add(
                    item.place(),
                    list.equals(FILE)
                            ? notAnElement(text)
                            : "short form is not supported: write '- " + text + ": {id: …}' instead of '- " + text
                                    + "'");
        }
    }

    /** @param key place of the key, reported for anything missing in the node */
    private void value(String name, Place key, YamlNode node, JsonNode definition, Problems problems) {
        JsonNode form = resolve(definition);
        String is =
                "'" + name + "' is " + (node.isMap() ? "a block" : node.isList() ? "a list" : "'" + node.text() + "'");
        switch (form.path("type").asText()) {
            case "" -> {} // any value
            case "object" -> {
                if (node.isMap()) {
                    block(name, key, node, form, problems);
                } else if (node.kind() == Kind.NULL) {
                    problems.add(
                            node.place(), "'" + name + "' is empty: write its options as an indented block below it");
                } else {
                    problems.add(node.place(), is + ", which is a short form: write its options as a block below it");
                }
            }
            case "array" -> {
                if (node.isList()) {
                    node.items().forEach(item -> item(name, item, form.path("items"), problems));
                } else {
                    problems.add(node.place(), is + ", but must be a list: put '- ' in front of each item");
                }
            }
            default -> wrong(node, form).ifPresent(wanted -> problems.add(node.place(), is + ": " + wanted));
        }
    }

    private void block(String name, Place key, YamlNode node, JsonNode form, Problems problems) {
        Set<String> options = new TreeSet<>();
        form.path("properties").fieldNames().forEachRemaining(options::add);
        // a list item whose first key is empty and followed by others: its content is badly indented
        boolean badlyIndented = node.entries().size() > 1
                && node.values().iterator().next().value().kind() == Kind.NULL;
        if (!badlyIndented) { // otherwise report only the empty key
            if (form.has("maxProperties") && node.entries().size() != 1) {
                problems.add(
                        node.place(),
                        options.equals(languages)
                                ? "'" + name + "' requires exactly one of " + String.join(", ", languages)
                                : "each list item must contain one element: put '-' in front of the next element, and"
                                        + " indent options below their element");
            }
            form.path("required").forEach(required -> missing(name, node, required.asText())
                    .ifPresent(message -> problems.add(key, message)));
        }
        for (Entry entry : node.values()) {
            if (options.contains(entry.key())) {
                JsonNode option = form.at("/properties/" + entry.key());
                value(entry.key(), entry.place(), entry.value(), option, problems);
            } else if (!badlyIndented && !options.isEmpty()) {
                problems.add(entry.place(), unknown(name, entry.key(), options));
            }
        }
    }

    private String unknown(String name, String key, Set<String> known) {
        if (name.equals(FILE)) {
            return notAnElement(key) + "; elements are " + String.join(", ", known);
        }
        if (known.contains("expression") && languages.contains(key)) {
            return "short form is not supported: write 'expression: {" + key + ": {expression: …}}' instead of '" + key
                    + ": …'";
        }
        return (name.equals("steps") ? "unknown EIP '" + key + "'" : "unknown option '" + key + "' of '" + name + "'")
                + Nearest.hint(key, known);
    }

    private static String notAnElement(String text) {
        return "'" + text + "' is not an element of a route file: use " + CANONICAL;
    }

    private Optional<String> missing(String name, YamlNode node, String key) {
        if (node.entry(key).isPresent()) {
            return Optional.empty();
        }
        if (!key.equals("expression") || languages.contains(name)) {
            return Optional.of("'" + name + "' requires '" + key + "'");
        }
        // the short form is reported separately
        return Collections.disjoint(node.entries().keySet(), languages)
                ? Optional.of("'" + name + "' requires 'expression: {simple: {expression: …}}', or another language")
                : Optional.empty();
    }

    /**
     * Returns the expected form if the value is invalid. Camel accepts both 1000 and "1000", and resolves placeholders before conversion.
     */
    private static Optional<String> wrong(YamlNode node, JsonNode form) {
        String type = form.get("type").asText();
        boolean scalar = node.isScalar() && node.kind() != Kind.NULL;
        if (scalar && Placeholders.in(node.text())) {
            return Optional.empty();
        }
        boolean convertible =
                switch (type) {
                    case "number", "integer" -> node.text().matches("-?\\d+(\\.\\d+)?");
                    case "boolean" -> node.text().matches("true|false");
                    default -> scalar;
                };
        List<String> choices = new ArrayList<>();
        form.path("enum").forEach(choice -> choices.add(choice.asText()));
        if (!convertible) {
            return Optional.of("a value of type " + type + " is required");
        }
        return choices.isEmpty() || choices.contains(node.text())
                ? Optional.empty()
                : Optional.of("allowed values are " + String.join(", ", choices));
    }

    private JsonNode resolve(JsonNode definition) {
        JsonNode reference = definition.path("$ref");
        return reference.isMissingNode()
                ? definition
                : schema.at(reference.asText().substring(1));
    }
}
