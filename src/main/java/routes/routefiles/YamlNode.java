package routes.routefiles;

import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * A YAML node with its position.
 *
 * @param text of a scalar, as written, without quotes; empty for others
 * @param items of a list; empty for others
 * @param entries of a map by key, in the order of the file; empty for others
 */
record YamlNode(Place place, Kind kind, String text, List<YamlNode> items, Map<String, Entry> entries) {

    /** A scalar has the type that YAML 1.2 assigns to it. */
    enum Kind {
        MAP,
        LIST,
        TEXT,
        NUMBER,
        BOOLEAN,
        NULL
    }

    /** A key of a map, the place of the key, and its value. */
    record Entry(Place place, String key, YamlNode value) {}

    static YamlNode map(Place place, Map<String, Entry> entries) {
        return new YamlNode(place, Kind.MAP, "", List.of(), entries);
    }

    static YamlNode list(Place place, List<YamlNode> items) {
        return new YamlNode(place, Kind.LIST, "", items, Map.of());
    }

    static YamlNode scalar(Place place, Kind kind, String text) {
        return new YamlNode(place, kind, text, List.of(), Map.of());
    }

    YamlNode withText(String other) {
        return scalar(place, kind, other);
    }

    boolean isMap() {
        return kind == Kind.MAP;
    }

    boolean isList() {
        return kind == Kind.LIST;
    }

    boolean isScalar() {
        return !isMap() && !isList();
    }

    Optional<Entry> entry(String key) {
        return Optional.ofNullable(entries.get(key));
    }

    /** Returns the node below these keys. */
    Optional<YamlNode> at(String... keys) {
        Optional<YamlNode> node = Optional.of(this);
        for (String key : keys) {
            node = node.flatMap(map -> map.entry(key)).map(Entry::value);
        }
        return node;
    }

    Optional<YamlNode> scalarAt(String... keys) {
        return at(keys).filter(YamlNode::isScalar);
    }

    /** Returns the text of the scalar below these keys; empty if it is missing or blank. */
    Optional<String> textAt(String... keys) {
        return at(keys).map(YamlNode::text).filter(text -> !text.isBlank());
    }

    /** Returns the items that are maps; the schema check reports others. */
    Stream<YamlNode> maps() {
        return items.stream().filter(YamlNode::isMap);
    }

    /** Returns this node and all nodes below it. */
    Stream<YamlNode> all() {
        Stream<YamlNode> children =
                Stream.concat(items.stream(), values().stream().map(Entry::value));
        return Stream.concat(Stream.of(this), children.flatMap(YamlNode::all));
    }

    /** Returns the entries of this map and of all maps below it. */
    Stream<Entry> allEntries() {
        return all().flatMap(node -> node.values().stream());
    }

    Stream<YamlNode> scalars() {
        return all().filter(YamlNode::isScalar);
    }

    Collection<Entry> values() {
        return entries.values();
    }
}
