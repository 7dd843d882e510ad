package routes.routefiles;

import java.util.List;

/**
 * The routes that a process runs.
 *
 * @param files in loading order: error handling, templates, providers, stages by numeric prefix
 * @param complete whether no stage was left out
 * @param problems files that cannot be used as they are
 */
public record RouteSet(List<RouteFile> files, boolean complete, List<RouteProblem> problems) {

    public RouteSet {
        files = List.copyOf(files);
        problems = List.copyOf(problems);
    }
}
