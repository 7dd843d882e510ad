package routes.routefiles.yaml;

import java.util.List;
import java.util.stream.Stream;

/** A YAML sequence. */
public record YamlList(Place place, List<YamlNode> items) implements YamlNode {

    /** The items that are maps; the schema check reports others. */
    public Stream<YamlMap> maps() {
        return items.stream().filter(YamlMap.class::isInstance).map(YamlMap.class::cast);
    }

    @Override
    public Stream<YamlScalar> scalars() {
        return items.stream().flatMap(YamlNode::scalars);
    }
}
