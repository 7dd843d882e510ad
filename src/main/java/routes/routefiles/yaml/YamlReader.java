package routes.routefiles.yaml;

import java.util.ArrayList;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
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
import routes.routefiles.RouteProblem;

/** Reads YAML with the parser that Camel's own loader uses, so that both see the same document. */
public final class YamlReader {

    private static final int MAX_DEPTH = 100;

    private static final String INDENTATION =
            ": check the indentation; the keys of a block begin in one column, and so do the '-' of a list";
    /** Advice by parser message; the first match applies. */
    private static final List<Map.Entry<String, String>> HINTS = List.of(
            Map.entry("(TAB)", ""),
            Map.entry("<block end>", INDENTATION),
            Map.entry("sequence entries are not allowed", INDENTATION),
            Map.entry(
                    "mapping values are not allowed",
                    INDENTATION
                            + "; ': ' stands between a key and its value, also in the line before, and in no other place without quotes"),
            Map.entry("could not find expected ':'", ": put ': ' between a key and its value"),
            Map.entry("undefined alias", ": put a value that begins with '*' in quotes"),
            Map.entry("another document", ": remove the line '---'"),
            Map.entry("cannot start any token", ": put a value that begins with it in quotes"),
            Map.entry("end of stream", ": close the quotes or brackets that are open"),
            Map.entry("<stream end>", ": close the quotes or brackets that are open"));

    private final String file;
    private final List<RouteProblem> problems = new ArrayList<>();
    private final Set<Node> seen = Collections.newSetFromMap(new IdentityHashMap<>());

    private YamlReader(String file) {
        this.file = file;
    }

    /** The document of a file, empty if it cannot be read at all, and its YAML problems. */
    public record Document(Optional<YamlNode> root, List<RouteProblem> problems) {}

    public static Document read(String file, String text) {
        return new YamlReader(file).document(text);
    }

    private Document document(String text) {
        try {
            // a non-scalar key is reported here with its place, which the parser does not provide
            LoadSettings settings = LoadSettings.builder()
                    .setLabel(file)
                    .setAllowNonScalarKeys(true)
                    .build();
            Optional<Node> root = new Compose(settings).composeString(text);
            if (root.isEmpty()) {
                problem(new Place(file, 0, 0), "the file is empty: it needs at least one '- route:'");
            }
            return new Document(root.map(node -> convert(node, 0)), problems);
        } catch (MarkedYamlEngineException e) {
            problem(
                    place(e),
                    syntax(e)
                            + (space(e, text)
                                    ? "; line " + place(e).line() + " has a non-breaking space: use plain ones"
                                    : ""));
        } catch (ReaderException e) {
            String before = text.substring(0, Math.min(e.getPosition(), text.length()));
            int line = (int) before.chars().filter(c -> c == '\n').count() + 1;
            problem(
                    new Place(file, line, before.length() - before.lastIndexOf('\n')),
                    "not readable as YAML: the character U+%04X is not allowed".formatted(e.getCodePoint()));
        } catch (YamlEngineException e) {
            problem(new Place(file, 0, 0), "not readable as YAML: " + e.getMessage());
        }
        return new Document(Optional.empty(), problems);
    }

    // an unclosed construct is detected only at the end of the file; its beginning must be fixed
    private Place place(MarkedYamlEngineException e) {
        boolean atEnd = String.valueOf(e.getProblem()).contains("end of stream");
        return (atEnd ? e.getContextMark().or(e::getProblemMark) : e.getProblemMark())
                .map(this::place)
                .orElse(new Place(file, 0, 0));
    }

    private static boolean space(MarkedYamlEngineException e, String text) {
        return e.getProblemMark()
                .flatMap(mark -> text.lines().skip(mark.getLine()).findFirst())
                .filter(line -> line.indexOf('\u00a0') >= 0)
                .isPresent();
    }

    private static String syntax(MarkedYamlEngineException e) {
        String context = e.getContext() == null || e.getContext().isBlank() ? "" : e.getContext() + ": ";
        String problem = String.valueOf(e.getProblem());
        String begin = e.getContextMark()
                .filter(mark -> problem.contains("<block end>"))
                .map(mark ->
                        "; this block begins in line " + (mark.getLine() + 1) + ", column " + (mark.getColumn() + 1))
                .orElse("");
        String hint = HINTS.stream()
                .filter(known -> problem.contains(known.getKey()))
                .map(Map.Entry::getValue)
                .findFirst()
                .orElse("");
        return "not readable as YAML: " + context + problem + hint + begin;
    }

    private YamlNode convert(Node node, int depth) {
        Place place = node.getStartMark().map(this::place).orElse(new Place(file, 0, 0));
        // an alias arrives as the node it points to; expanding it could loop forever
        if (!(node instanceof ScalarNode) && !seen.add(node)) {
            problem(place, "anchors and aliases are not used in route files: repeat the block or make a template");
            return new YamlScalar(place, "", YamlScalar.Kind.NULL);
        }
        if (depth > MAX_DEPTH) {
            problem(place, "nested deeper than " + MAX_DEPTH + " levels");
            return new YamlScalar(place, "", YamlScalar.Kind.NULL);
        }
        if (node instanceof MappingNode mapping) {
            return map(mapping, place, depth);
        }
        if (node instanceof SequenceNode sequence) {
            return new YamlList(
                    place,
                    sequence.getValue().stream()
                            .map(item -> convert(item, depth + 1))
                            .toList());
        }
        ScalarNode scalar = (ScalarNode) node;
        return new YamlScalar(place, scalar.getValue(), kind(scalar.getTag()));
    }

    private YamlMap map(MappingNode mapping, Place place, int depth) {
        Map<String, YamlEntry> entries = new LinkedHashMap<>();
        for (NodeTuple tuple : mapping.getValue()) {
            Place keyPlace = tuple.getKeyNode().getStartMark().map(this::place).orElse(place);
            if (!(tuple.getKeyNode() instanceof ScalarNode key)) {
                problem(keyPlace, "a key must be plain text; a value that begins with '{{' needs quotes");
                continue;
            }
            YamlEntry entry = new YamlEntry(keyPlace, key.getValue(), convert(tuple.getValueNode(), depth + 1));
            if (entries.putIfAbsent(entry.key(), entry) != null) {
                problem(keyPlace, "'" + entry.key() + "' stands twice in the same block");
            }
        }
        return new YamlMap(place, entries);
    }

    private static YamlScalar.Kind kind(Tag tag) {
        if (tag.equals(Tag.INT) || tag.equals(Tag.FLOAT)) {
            return YamlScalar.Kind.NUMBER;
        }
        if (tag.equals(Tag.BOOL)) {
            return YamlScalar.Kind.BOOLEAN;
        }
        return tag.equals(Tag.NULL) ? YamlScalar.Kind.NULL : YamlScalar.Kind.TEXT;
    }

    private Place place(Mark mark) {
        return new Place(file, mark.getLine() + 1, mark.getColumn() + 1);
    }

    private void problem(Place place, String message) {
        problems.add(new RouteProblem(place.file(), place.line(), place.column(), message));
    }
}
