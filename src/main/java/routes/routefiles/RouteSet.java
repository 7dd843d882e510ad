package routes.routefiles;

import java.util.List;

/**
 * What a process is to run.
 *
 * @param files in the order of loading: error handling, templates, providers, stages by numeric prefix
 * @param complete whether no stage was left out
 * @param problems files that cannot be taken as they are
 */
public record RouteSet(List<RouteFile> files, boolean complete, List<RouteProblem> problems) {

    public RouteSet {
        files = List.copyOf(files);
        problems = List.copyOf(problems);
    }
}
