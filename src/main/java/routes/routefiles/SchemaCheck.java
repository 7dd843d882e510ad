package routes.routefiles;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import routes.routefiles.YamlNode.Entry;
import routes.routefiles.YamlNode.Kind;

/**
 * The canonical form of the Camel YAML DSL: known EIPs and options, of the right shape, no short forms. The names come from the
 * schema in camel-yaml-dsl. That schema also accepts the deprecated short forms, as alternatives; here they are left out, so that
 * each mistake gives one message.
 */
final class SchemaCheck {

    private static final String CAMEL_SCHEMA = "schema/camelYamlDsl.json";
    private static final String EXPRESSION = "/items/definitions/org.apache.camel.model.language.ExpressionDefinition";
    private static final String CANONICAL = "- route: {id, description, from: {uri, parameters, steps}}";
    private static final List<String> ELEMENTS =
            Arrays.stream(Flow.Kind.values()).map(kind -> kind.key).sorted().toList();

    private final JsonNode schema;
    private final Set<String> languages;

    /** @param classPath contains Camel's schema */
    SchemaCheck(ClassLoader classPath) {
        try (InputStream in = classPath.getResourceAsStream(CAMEL_SCHEMA)) {
            if (in == null) {
                throw new FileNotFoundException(CAMEL_SCHEMA + " is not on the class path: camel-yaml-dsl is missing");
            }
            schema = new ObjectMapper().readTree(in);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        languages = Block.of(schema.at(EXPRESSION), Set.of()).options().keySet();
    }

    void check(RouteModel model, Problems problems) {
        model.documents().values().forEach(document -> {
            if (document.isList()) {
                document.items().forEach(element -> new Walk(problems).element(element));
            } else {
                problems.add(document.place(), "a route file is a list of elements: begin with " + CANONICAL);
            }
        });
    }

    /**
     * What the schema says of a block.
     *
     * @param options by name; empty if every name is allowed
     * @param required options that must be there
     * @param single whether the block takes exactly one of its options
     */
    private record Block(Map<String, JsonNode> options, Set<String> required, boolean single) {

        static Block of(JsonNode form, Set<String> languages) {
            Map<String, JsonNode> options = new TreeMap<>();
            form.path("properties").properties().forEach(option -> options.put(option.getKey(), option.getValue()));
            Set<String> required = names(form.path("required"));
            boolean single = form.has("maxProperties");
            for (JsonNode group : form.path("anyOf")) {
                JsonNode alternatives = group.path("oneOf");
                // an alternative with "not" stands for none of the others
                single |= stream(alternatives).noneMatch(alternative -> alternative.has("not"));
                for (JsonNode alternative : alternatives) {
                    alternative
                            .path("properties")
                            .properties()
                            .forEach(option -> options.put(option.getKey(), option.getValue()));
                }
                // the other alternative is the short form, with the language in place of "expression"
                if (stream(alternatives).anyMatch(alternative -> alternative.has("$ref"))) {
                    options.keySet().removeAll(languages);
                    stream(alternatives).forEach(alternative -> required.addAll(names(alternative.path("required"))));
                }
            }
            return new Block(options, required, single);
        }

        private static Set<String> names(JsonNode array) {
            return stream(array).map(JsonNode::asText).collect(Collectors.toCollection(LinkedHashSet::new));
        }
    }

    /** Follows references; of two forms, a text and an object, takes the object. */
    private JsonNode form(JsonNode definition) {
        JsonNode form = definition;
        while (form.has("$ref")) {
            form = schema.at(form.get("$ref").asText().substring(1));
        }
        for (JsonNode alternative : form.path("oneOf")) {
            if (alternative.path("type").asText().equals("object")) {
                return ((ObjectNode) alternative.deepCopy()).set("required", form.get("required"));
            }
        }
        return form;
    }

    private static Stream<JsonNode> stream(JsonNode array) {
        return StreamSupport.stream(array.spliterator(), false);
    }

    private final class Walk {
        private final Problems problems;

        Walk(Problems problems) {
            this.problems = problems;
        }

        void element(YamlNode element) {
            if (!element.isMap()) {
                problems.add(
                        element.place(), quote(element) + " is not an element of a route file: write " + CANONICAL);
                return;
            }
            single("", element, Set.of());
            for (Entry entry : element.values()) {
                String key = entry.key();
                if (ELEMENTS.contains(key)) {
                    value(key, entry.place(), entry.value(), schema.at("/items/properties/" + key));
                } else if (!badlyIndented(element)) {
                    problems.add(
                            entry.place(),
                            "'" + key + "' is "
                                    + (key.equals("from")
                                            ? "the short form of a route"
                                            : "not an element of route files here")
                                    + ": write " + CANONICAL + "; elements are " + String.join(", ", ELEMENTS));
                }
            }
        }

        /** @param owner place of the key: something is missing there */
        private void value(String name, Place owner, YamlNode node, JsonNode definition) {
            JsonNode form = form(definition);
            String type = form.path("type").asText();
            switch (type) {
                case "object" -> {
                    if (node.isMap()) {
                        block(name, owner, node, Block.of(form, languages));
                    } else {
                        problems.add(node.place(), noBlock(name, node));
                    }
                }
                case "array" -> {
                    if (node.isList()) {
                        node.items().forEach(item -> item(name, item, form.path("items")));
                    } else {
                        problems.add(node.place(), is(name, node) + "a list is needed: put '- ' in front of each item");
                    }
                }
                case "" -> {}
                default -> scalar(name, node, type, form.path("enum"));
            }
        }

        private void item(String list, YamlNode item, JsonNode definition) {
            boolean objects = form(definition).path("type").asText().equals("object");
            if (objects && item.isScalar() && item.kind() != Kind.NULL) {
                String step = item.text();
                problems.add(item.place(), "short form: write '- " + step + ": {id: …}' instead of '- " + step + "'");
            } else {
                value(list, item.place(), item, definition);
            }
        }

        private void block(String name, Place owner, YamlNode node, Block block) {
            if (block.single()) {
                single(name, node, block.options().keySet());
            }
            if (!badlyIndented(node)) { // else its empty key is reported
                block.required().stream()
                        .filter(key -> node.entry(key).isEmpty())
                        .forEach(key -> missing(name, owner, node, key));
            }
            if (block.options().isEmpty()) {
                return;
            }
            for (Entry entry : node.values()) {
                JsonNode option = block.options().get(entry.key());
                if (option != null) {
                    value(entry.key(), entry.place(), entry.value(), option);
                } else if (!badlyIndented(node)) {
                    problems.add(
                            entry.place(),
                            unknown(name, entry.key(), block.options().keySet()));
                }
            }
        }

        private void single(String name, YamlNode node, Set<String> options) {
            if (node.entries().size() == 1 || badlyIndented(node)) {
                return;
            }
            problems.add(
                    node.place(),
                    options.equals(languages)
                            ? "'" + name + "' takes exactly one of " + String.join(", ", languages)
                            : "each list item holds one element: put '-' in front of the next one, and indent options"
                                    + " below theirs");
        }

        private String unknown(String name, String key, Set<String> known) {
            if (name.equals("steps")) {
                return "unknown EIP '" + key + "'" + Nearest.hint(key, known);
            }
            return known.contains("expression") && languages.contains(key)
                    ? "short form: write 'expression: {" + key + ": {expression: …}}' instead of '" + key + ": …'"
                    : "unknown option '" + key + "' of '" + name + "'" + Nearest.hint(key, known);
        }

        private void missing(String name, Place owner, YamlNode node, String key) {
            if (!key.equals("expression") || languages.contains(name)) {
                problems.add(owner, "'" + name + "' needs '" + key + "'");
            } else if (Collections.disjoint(node.entries().keySet(), languages)) { // else reported as a short form
                problems.add(
                        owner, "'" + name + "' needs 'expression: {simple: {expression: …}}', or another language");
            }
        }

        private String noBlock(String name, YamlNode node) {
            if (node.isList()) {
                return is(name, node) + "a value of type object is needed";
            }
            return node.kind() == Kind.NULL
                    ? "'" + name + "' is empty: its options belong in a block below it, indented"
                    : "short form: write the options of '" + name + "' as a block below it instead of " + quote(node);
        }

        /** Camel treats 1000 and "1000" alike, and resolves placeholders before it converts. */
        private void scalar(String name, YamlNode node, String type, JsonNode choices) {
            boolean valid = node.isScalar() && node.kind() != Kind.NULL;
            if (valid && Placeholders.in(node.text())) {
                return;
            }
            valid &= switch (type) {
                case "number", "integer" -> node.text().matches("-?\\d+(\\.\\d+)?");
                case "boolean" -> node.text().matches("true|false");
                default -> true;
            };
            if (!valid) {
                problems.add(node.place(), is(name, node) + "a value of type " + type + " is needed");
            } else if (!choices.isMissingNode() && !Block.names(choices).contains(node.text())) {
                problems.add(node.place(), is(name, node) + "allowed are " + String.join(", ", Block.names(choices)));
            }
        }

        private static String is(String name, YamlNode node) {
            return "'" + name + "' is " + quote(node) + ": ";
        }

        private static String quote(YamlNode node) {
            return node.isMap() ? "a block" : node.isList() ? "a list" : "'" + node.text() + "'";
        }

        /** A list item whose first key is empty and followed by others: its content is beside it instead of below it. */
        private static boolean badlyIndented(YamlNode node) {
            return node.entries().size() > 1
                    && node.values().iterator().next().value().kind() == Kind.NULL;
        }
    }
}
