package routes.routefiles.yaml;

/** Position of a node: file as shown to the integrator, line and column from 1 (0: the file as a whole). */
public record Place(String file, int line, int column) {}
