package routes.routefiles.yaml;

import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/** A YAML mapping, in the order of the file. */
public record YamlMap(Place place, Map<String, YamlEntry> entries) implements YamlNode {

    public Optional<YamlEntry> entry(String key) {
        return Optional.ofNullable(entries.get(key));
    }

    public Optional<YamlScalar> scalar(String key) {
        return value(key, YamlScalar.class);
    }

    public Optional<YamlMap> map(String key) {
        return value(key, YamlMap.class);
    }

    public Optional<YamlList> list(String key) {
        return value(key, YamlList.class);
    }

    /** The text of a scalar; empty when the key is missing, not a scalar, or blank. */
    public Optional<String> text(String key) {
        return scalar(key).map(YamlScalar::text).filter(text -> !text.isBlank());
    }

    @Override
    public Stream<YamlScalar> scalars() {
        return entries.values().stream().flatMap(entry -> entry.value().scalars());
    }

    private <T extends YamlNode> Optional<T> value(String key, Class<T> type) {
        return entry(key).map(YamlEntry::value).filter(type::isInstance).map(type::cast);
    }
}
