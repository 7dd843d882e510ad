package routes.routefiles;

import java.util.List;
import java.util.stream.Collectors;

/** Routes that could not be loaded, with all their problems, one per line. */
public final class RouteLoadException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    public RouteLoadException(List<RouteProblem> problems) {
        super("No route was loaded: " + problems.size() + (problems.size() == 1 ? " problem" : " problems")
                + " in the route files\n"
                + problems.stream().map(RouteProblem::toString).collect(Collectors.joining("\n")));
    }

    public RouteLoadException(String file, Throwable cause) {
        super("Route file " + file + " passed validation, but Camel does not load it: " + cause.getMessage(), cause);
    }
}
