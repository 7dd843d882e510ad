package routes.routefiles;

import java.util.List;
import java.util.stream.Collectors;

/** Routes that could not be loaded, with all their problems, one per line. */
public final class RouteLoadException extends RuntimeException {

    private final String file;

    public RouteLoadException(List<RouteProblem> problems) {
        super("No route was loaded: " + problems.size() + (problems.size() == 1 ? " problem" : " problems")
                + " in the route files\n"
                + problems.stream().map(RouteProblem::toString).collect(Collectors.joining("\n")));
        this.file = null;
    }

    public RouteLoadException(String file, Throwable cause) {
        super("Route file " + file + " passed validation, but Camel cannot load it: " + cause.getMessage(), cause);
        this.file = file;
    }

    /** Returns the file whose routes do not load or start; null if it is unknown or there are several. */
    String file() {
        return file;
    }

    RouteLoadException(Throwable cause) {
        super(String.valueOf(cause.getMessage()), cause);
        this.file = null;
    }
}
