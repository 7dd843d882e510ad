package routes.routefiles;

import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import org.snakeyaml.engine.v2.api.LoadSettings;
import org.snakeyaml.engine.v2.api.lowlevel.Compose;
import org.snakeyaml.engine.v2.exceptions.Mark;
import org.snakeyaml.engine.v2.exceptions.MarkedYamlEngineException;
import org.snakeyaml.engine.v2.exceptions.ReaderException;
import org.snakeyaml.engine.v2.exceptions.YamlEngineException;
import org.snakeyaml.engine.v2.nodes.MappingNode;
import org.snakeyaml.engine.v2.nodes.Node;
import org.snakeyaml.engine.v2.nodes.NodeTuple;
import org.snakeyaml.engine.v2.nodes.ScalarNode;
import org.snakeyaml.engine.v2.nodes.SequenceNode;
import org.snakeyaml.engine.v2.nodes.Tag;
import routes.routefiles.YamlNode.Entry;
import routes.routefiles.YamlNode.Kind;

/** Reads YAML with the parser that Camel's own loader uses, so that both see the same document. */
final class YamlReader {

    private static final int MAX_DEPTH = 100;

    private static final Map<Tag, Kind> KINDS =
            Map.of(Tag.INT, Kind.NUMBER, Tag.FLOAT, Kind.NUMBER, Tag.BOOL, Kind.BOOLEAN, Tag.NULL, Kind.NULL);

    private static final String INDENTATION =
            ": check the indentation; the keys of a block must begin in the same column, as must the '-' of a list";
    private static final String COLON =
            "; ': ' is allowed only between a key and its value, unless it is in quotes; also check the previous line";
    /** Hints by parser message. The parser's own message about a tab is sufficient. */
    private static final Map<String, String> HINTS = Map.ofEntries(
            Map.entry("<block end>|sequence entries are not allowed", INDENTATION),
            Map.entry("mapping values are not allowed", INDENTATION + COLON),
            Map.entry("could not find expected ':'", ": put ': ' between a key and its value"),
            Map.entry("undefined alias", ": put a value that begins with '*' in quotes"),
            Map.entry("another document", ": remove the line '---'"),
            Map.entry(
                    "(?<!TAB\\)' that )cannot start any token",
                    ": put a value that begins with this character in quotes"),
            Map.entry("end of stream|<stream end>", ": close the open quotes or brackets"));

    private final String file;
    private final Problems problems = new Problems();
    private final Set<Node> seen = Collections.newSetFromMap(new IdentityHashMap<>());

    private YamlReader(String file) {
        this.file = file;
    }

    /** Returns the document of a file; empty if there are problems, which are added to {@code others}. */
    static Optional<YamlNode> read(String file, String text, Problems others) {
        YamlReader reader = new YamlReader(file);
        Optional<YamlNode> document = reader.document(text);
        others.addAll(reader.problems.sorted());
        return document.filter(root -> reader.problems.sorted().isEmpty());
    }

    private Optional<YamlNode> document(String text) {
        try {
            // a non-scalar key is reported here with its position, which the parser does not provide
            LoadSettings settings = LoadSettings.builder()
                    .setLabel(file)
                    .setAllowNonScalarKeys(true)
                    .build();
            Optional<Node> root = new Compose(settings).composeString(text);
            if (root.isEmpty()) {
                problems.add(Place.whole(file), "the file is empty: it must contain at least one '- route:'");
            }
            return root.map(node -> convert(node, 0));
        } catch (MarkedYamlEngineException e) {
            problems.add(place(e), "invalid YAML: " + syntax(e));
        } catch (ReaderException e) {
            String before = text.substring(0, Math.min(e.getPosition(), text.length()));
            int line = (int) before.chars().filter(c -> c == '\n').count() + 1;
            problems.add(
                    new Place(file, line, before.length() - before.lastIndexOf('\n')),
                    "invalid YAML: the character U+%04X is not allowed".formatted(e.getCodePoint()));
        } catch (YamlEngineException e) {
            problems.add(Place.whole(file), "invalid YAML: " + e.getMessage());
        }
        return Optional.empty();
    }

    // an unclosed construct is detected only at the end of the file; the error is at its beginning
    private Place place(MarkedYamlEngineException e) {
        boolean atEnd = e.getProblem().contains("end of stream");
        return place(atEnd ? e.getContextMark().or(e::getProblemMark) : e.getProblemMark());
    }

    private String syntax(MarkedYamlEngineException e) {
        String problem = e.getProblem();
        StringBuilder message = new StringBuilder(problem);
        if (e.getContext() != null && !e.getContext().isBlank()) {
            message.insert(0, e.getContext() + ": ");
        }
        HINTS.forEach((cause, advice) -> {
            if (Pattern.compile(cause).matcher(problem).find()) {
                message.append(advice);
            }
        });
        if (problem.contains("<block end>")) {
            Place begin = place(e.getContextMark());
            message.append("; this block begins at line " + begin.line() + ", column " + begin.column());
        }
        return message.toString();
    }

    private YamlNode convert(Node node, int depth) {
        Place place = place(node.getStartMark());
        // the parser resolves an alias to its target node; expanding it could loop forever
        boolean alias = !(node instanceof ScalarNode) && !seen.add(node);
        if (alias || depth > MAX_DEPTH) {
            problems.add(
                    place,
                    alias
                            ? "anchors and aliases are not allowed in route files: repeat the block or create a template"
                            : "nested deeper than " + MAX_DEPTH + " levels");
            return YamlNode.scalar(place, Kind.NULL, "");
        }
        if (node instanceof MappingNode mapping) {
            return map(mapping, place, depth);
        }
        if (node instanceof SequenceNode sequence) {
            return YamlNode.list(
                    place,
                    sequence.getValue().stream()
                            .map(item -> convert(item, depth + 1))
                            .toList());
        }
        ScalarNode scalar = (ScalarNode) node;
        return YamlNode.scalar(place, KINDS.getOrDefault(scalar.getTag(), Kind.TEXT), scalar.getValue());
    }

    private YamlNode map(MappingNode mapping, Place place, int depth) {
        Map<String, Entry> entries = new LinkedHashMap<>();
        for (NodeTuple tuple : mapping.getValue()) {
            Place keyPlace = place(tuple.getKeyNode().getStartMark());
            if (!(tuple.getKeyNode() instanceof ScalarNode key)) {
                problems.add(keyPlace, "a key must be plain text; put a value that begins with '{{' in quotes");
                continue;
            }
            Entry entry = new Entry(keyPlace, key.getValue(), convert(tuple.getValueNode(), depth + 1));
            if (entries.putIfAbsent(entry.key(), entry) != null) {
                problems.add(keyPlace, "'" + entry.key() + "' occurs twice in the same block");
            }
        }
        return YamlNode.map(place, entries);
    }

    private Place place(Optional<Mark> mark) {
        return mark.map(found -> Place.of(file, found)).orElse(Place.whole(file));
    }
}
