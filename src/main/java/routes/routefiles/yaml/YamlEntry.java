package routes.routefiles.yaml;

/** A key of a map, where the key stands, and its value. */
public record YamlEntry(Place place, String key, YamlNode value) {}
