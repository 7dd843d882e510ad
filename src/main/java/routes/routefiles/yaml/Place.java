package routes.routefiles.yaml;

/** Where a node stands: file as shown to the integrator, line and column from 1 (0: the file as a whole). */
public record Place(String file, int line, int column) {}
