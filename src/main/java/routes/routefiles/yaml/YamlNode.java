package routes.routefiles.yaml;

import java.util.stream.Stream;

/** A YAML node with its place. */
public sealed interface YamlNode permits YamlMap, YamlList, YamlScalar {

    Place place();

    /** This node, when it is a scalar, and all scalars below it; keys are not included. */
    Stream<YamlScalar> scalars();
}
