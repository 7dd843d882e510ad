package routes.routefiles.check;

import com.networknt.schema.JsonNodePath;
import com.networknt.schema.ValidationMessage;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import routes.routefiles.model.Nearest;
import routes.routefiles.model.RouteModel;
import routes.routefiles.yaml.Place;
import routes.routefiles.yaml.Placeholders;
import routes.routefiles.yaml.YamlEntry;
import routes.routefiles.yaml.YamlList;
import routes.routefiles.yaml.YamlMap;
import routes.routefiles.yaml.YamlNode;
import routes.routefiles.yaml.YamlScalar;

/** The canonical form of the Camel YAML DSL: known EIPs and options, of the right shape, no short forms. */
public final class SchemaCheck implements RouteCheck {

    private static final String CANONICAL = "- route: {id, description, from: {uri, parameters, steps}}";

    private final CanonicalSchema schema;

    public SchemaCheck(ClassLoader classPath) {
        schema = new CanonicalSchema(classPath);
    }

    @Override
    public void check(RouteModel model, Problems problems) {
        model.documents().values().forEach(document -> {
            if (document instanceof YamlList) {
                schema.validate(YamlJson.of(document)).forEach(error -> report(error, document, problems));
            } else {
                problems.add(document.place(), "a route file is a list of elements: begin with " + CANONICAL);
            }
        });
    }

    private void report(ValidationMessage error, YamlNode document, Problems problems) {
        List<Object> path = path(error.getInstanceLocation());
        YamlNode node = at(document, path);
        if (badlyIndented(node)) {
            return; // its empty key is reported separately
        }
        switch (error.getType()) {
            case "additionalProperties" -> {
                Optional<YamlEntry> entry = ((YamlMap) node).entry(error.getProperty());
                problems.add(entry.map(YamlEntry::place).orElse(node.place()), unknown(error, path));
            }
            case "required" ->
                missing(error, (YamlMap) node, path).ifPresent(message -> problems.add(owner(document, path), message));
            case "type" -> wrongType(error, node, path).ifPresent(message -> problems.add(node.place(), message));
            case "minProperties", "maxProperties" -> problems.add(node.place(), notOne(error, path));
            default -> {
                if (!placeholder(node)) {
                    String reason = error.getMessage().replaceFirst("^[^:]*: ", "");
                    problems.add(node.place(), "'" + name(path) + "' is " + quote(node) + ": it " + reason);
                }
            }
        }
    }

    /** A list item whose first key is empty and followed by others: its content is beside it instead of below it. */
    private static boolean badlyIndented(YamlNode node) {
        return node instanceof YamlMap map
                && map.entries().size() > 1
                && map.entries().values().iterator().next().value() instanceof YamlScalar first
                && first.kind() == YamlScalar.Kind.NULL;
    }

    private String unknown(ValidationMessage error, List<Object> path) {
        String key = error.getProperty();
        Set<String> known = schema.allowed(error);
        if (path.size() == 1) {
            String what = key.equals("from") ? "the short form of a route" : "not an element of route files here";
            return "'" + key + "' is " + what + ": write " + CANONICAL + "; elements are " + String.join(", ", known);
        }
        if (name(path).equals("steps")) {
            return "unknown EIP '" + key + "'" + Nearest.hint(key, known);
        }
        if (known.contains("expression") && schema.languages().contains(key)) {
            return "short form: write 'expression: {" + key + ": {expression: …}}' instead of '" + key + ": …'";
        }
        return "unknown option '" + key + "' of '" + name(path) + "'" + Nearest.hint(key, known);
    }

    private Optional<String> missing(ValidationMessage error, YamlMap node, List<Object> path) {
        String key = error.getProperty();
        if (!key.equals("expression") || schema.languages().contains(name(path))) {
            return Optional.of("'" + name(path) + "' needs '" + key + "'");
        }
        // the short form is reported separately
        return Collections.disjoint(node.entries().keySet(), schema.languages())
                ? Optional.of("'" + name(path) + "' needs 'expression: {simple: {expression: …}}', or another language")
                : Optional.empty();
    }

    private static Optional<String> wrongType(ValidationMessage error, YamlNode node, List<Object> path) {
        String wanted = error.getSchemaNode().asText();
        if (node instanceof YamlScalar scalar) {
            boolean empty = scalar.kind() == YamlScalar.Kind.NULL;
            if (path.get(path.size() - 1) instanceof Integer && wanted.equals("object")) {
                return Optional.of(
                        path.size() == 1
                                ? quote(node) + " is not an element of a route file: write " + CANONICAL
                                : "short form: write '- " + scalar.text() + ": {id: …}' instead of '- " + scalar.text()
                                        + "'");
            }
            if (wanted.equals("object")) {
                return Optional.of(
                        empty
                                ? "'" + name(path) + "' is empty: its options belong in a block below it, indented"
                                : "short form: write the options of '" + name(path)
                                        + "' as a block below it instead of " + quote(node));
            }
            if (!empty && convertible(scalar.text(), wanted)) {
                return Optional.empty();
            }
        }
        return Optional.of("'" + name(path) + "' is " + quote(node) + ": "
                + (wanted.equals("array")
                        ? "a list is needed: put '- ' in front of each item"
                        : "a value of type " + wanted + " is needed"));
    }

    /** Camel treats 1000 and "1000" alike, and resolves placeholders before it converts. */
    private static boolean convertible(String text, String wanted) {
        return switch (wanted) {
            case "string" -> true;
            case "number", "integer" -> Placeholders.in(text) || text.matches("-?\\d+(\\.\\d+)?");
            case "boolean" -> Placeholders.in(text) || text.equals("true") || text.equals("false");
            default -> false;
        };
    }

    private String notOne(ValidationMessage error, List<Object> path) {
        Object last = path.get(path.size() - 1);
        return last instanceof Integer
                ? "each list item holds one element: put '-' in front of the next one, and indent options below theirs"
                : "'" + last + "' takes exactly one of " + String.join(", ", schema.allowed(error));
    }

    private static boolean placeholder(YamlNode node) {
        return node instanceof YamlScalar scalar && Placeholders.in(scalar.text());
    }

    private static String quote(YamlNode node) {
        if (node instanceof YamlScalar scalar) {
            return "'" + scalar.text() + "'";
        }
        return node instanceof YamlList ? "a list" : "a block";
    }

    private static List<Object> path(JsonNodePath location) {
        List<Object> path = new ArrayList<>();
        for (int i = 0; i < location.getNameCount(); i++) {
            path.add(location.getElement(i));
        }
        return path;
    }

    /** The last key of the path. */
    private static String name(List<Object> path) {
        for (int i = path.size() - 1; i >= 0; i--) {
            if (path.get(i) instanceof String key) {
                return key;
            }
        }
        return "file";
    }

    private static YamlNode at(YamlNode root, List<Object> path) {
        YamlNode node = root;
        for (Object element : path) {
            node = element instanceof Integer index
                    ? ((YamlList) node).items().get(index)
                    : ((YamlMap) node).entries().get((String) element).value();
        }
        return node;
    }

    /** The place of the key that owns the node: something is missing there. */
    private static Place owner(YamlNode root, List<Object> path) {
        Object last = path.get(path.size() - 1);
        YamlNode parent = at(root, path.subList(0, path.size() - 1));
        return last instanceof String key
                ? ((YamlMap) parent).entries().get(key).place()
                : at(root, path).place();
    }
}
