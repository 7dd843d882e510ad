package routes.routefiles.yaml;

import java.util.stream.Stream;

/** A YAML node that knows where it stands. */
public sealed interface YamlNode permits YamlMap, YamlList, YamlScalar {

    Place place();

    /** This node, when it is a scalar, and all scalars below it; keys are not included. */
    Stream<YamlScalar> scalars();
}
