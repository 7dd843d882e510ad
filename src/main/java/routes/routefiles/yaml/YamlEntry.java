package routes.routefiles.yaml;

/** A key of a map, the place of the key, and its value. */
public record YamlEntry(Place place, String key, YamlNode value) {}
