package routes.routefiles;

import java.util.Map;
import java.util.Set;
import java.util.function.Function;

/**
 * What route files may refer to.
 *
 * @param beans type of each bean by name; {@code Object.class} if unknown
 * @param properties value of a property, null if there is none
 * @param streams logical names of the stream catalogue
 * @param entryPoints names of {@code direct:} endpoints that Java code sends to
 */
public record RouteEnvironment(
        Map<String, Class<?>> beans,
        Function<String, String> properties,
        Set<String> streams,
        Set<String> entryPoints) {

    public RouteEnvironment {
        beans = Map.copyOf(beans);
        streams = Set.copyOf(streams);
        entryPoints = Set.copyOf(entryPoints);
    }
}
