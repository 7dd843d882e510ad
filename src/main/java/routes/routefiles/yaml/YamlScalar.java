package routes.routefiles.yaml;

import java.util.stream.Stream;

/** A single value; {@code text} is as written, without quotes. */
public record YamlScalar(Place place, String text, Kind kind) implements YamlNode {

    /** How YAML 1.2 interprets the value. */
    public enum Kind {
        TEXT,
        NUMBER,
        BOOLEAN,
        NULL
    }

    @Override
    public Stream<YamlScalar> scalars() {
        return Stream.of(this);
    }
}
