package routes.routefiles;

/**
 * One route file to load.
 *
 * @param name of the built-in file if there is one, also for its replacement
 * @param origin where the text comes from
 * @param location as shown in problems and in Hawtio
 * @param text UTF-8, decoded
 */
public record RouteFile(RouteFileName name, Origin origin, String location, String text) {

    /** Where a route file comes from. */
    public enum Origin {
        /** the class path */
        BUILT_IN,
        /** the override folder, in place of a built-in file */
        OVERRIDE,
        /** the override folder, beside the built-in files */
        ADDED
    }

    /** The file name without numeric prefix and suffix: the id of its route and the name of its stage. */
    public String routeId() {
        return name.routeId();
    }
}
