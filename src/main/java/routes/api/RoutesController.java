package routes.api;

import com.fasterxml.jackson.annotation.JsonInclude;
import java.io.UncheckedIOException;
import java.time.Instant;
import java.util.Collection;
import java.util.List;
import java.util.Set;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.web.ErrorResponseException;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RestController;
import routes.api.access.Role;
import routes.api.http.ProblemType;
import routes.operations.RouteReloads;
import routes.routefiles.LiveRoutes;
import routes.routefiles.RouteProblem;

/** The route files of this process: which are loaded, and which edits are not. */
@RestController
final class RoutesController {

    private final ObjectProvider<RouteReloads> reloads;

    /** @param reloads absent in a process without the pipeline */
    RoutesController(ObjectProvider<RouteReloads> reloads) {
        this.reloads = reloads;
    }

    /**
     * A mistake in a file.
     *
     * @param line from 1; 0 for the file as a whole
     * @param column from 1; 0 for the file as a whole
     */
    record Mistake(String file, int line, int column, String message) {

        static Mistake of(RouteProblem problem) {
            return new Mistake(problem.file(), problem.line(), problem.column(), problem.message());
        }
    }

    /** @param running what runs instead */
    record FailedEdit(String file, List<Mistake> mistakes, String running, Instant since) {

        static List<FailedEdit> all(LiveRoutes.State state) {
            return state.failed().stream()
                    .map(edit -> new FailedEdit(
                            edit.file(),
                            edit.problems().stream().map(Mistake::of).toList(),
                            edit.running(),
                            edit.since()))
                    .toList();
        }
    }

    /**
     * A route of this process.
     *
     * @param origin built_in, overridden or added
     * @param state started, suspended, stopped, or missing
     * @param from the endpoint it consumes; null if it is missing
     */
    @JsonInclude
    record RouteState(String id, String origin, String file, String state, String from, String description) {}

    /**
     * @param watching whether edits are taken without a request
     * @param loadedAt when the last edit was loaded, or the process started
     * @param problem why routes are missing until the process is started again; null if none are
     */
    @JsonInclude
    record LoadedRoutes(
            List<RouteState> items, List<FailedEdit> failedEdits, boolean watching, Instant loadedAt, String problem) {}

    /**
     * @param outcome loaded, refused, restored or failed
     * @param changed ids of routes that were exchanged
     */
    record Reloaded(
            String outcome,
            Collection<String> changed,
            Collection<String> added,
            Collection<String> removed,
            List<FailedEdit> failedEdits) {}

    @GetMapping("/admin/routes")
    @Role.Needed(value = Role.ADMIN, ofInstallation = true)
    LoadedRoutes list() {
        RouteReloads routes = routes();
        LiveRoutes.State state = state(routes);
        List<RouteState> items = routes.list().stream()
                .map(route -> new RouteState(
                        route.id(), route.origin(), route.file(), route.state(), route.from(), route.description()))
                .toList();
        return new LoadedRoutes(
                items,
                FailedEdit.all(state),
                routes.isWatching(),
                state.loadedAt(),
                state.broken().orElse(null));
    }

    @PostMapping("/admin/routes/reload")
    @Role.Needed(value = Role.ADMIN, ofInstallation = true)
    Reloaded reload() throws InterruptedException {
        RouteReloads routes = routes();
        state(routes);
        try {
            LiveRoutes.Reload done = routes.reload()
                    .orElseThrow(() -> ProblemType.CONFLICT.exception(
                            null,
                            "Another reload has not ended yet",
                            "Try again when it has; GET /admin/routes says what is loaded."));
            Set<String> changed = done.changes().changed();
            return new Reloaded(
                    done.outcome().text(),
                    changed,
                    done.changes().added(),
                    done.changes().removed(),
                    FailedEdit.all(state(routes)));
        } catch (UncheckedIOException e) {
            throw ProblemType.DEPENDENCY_DOWN.exception(
                    null, e.getMessage(), "Let the user of the process read the folder and its files, and try again.");
        }
    }

    private RouteReloads routes() {
        RouteReloads routes = reloads.getIfAvailable();
        if (routes == null) {
            throw notReady();
        }
        return routes;
    }

    private static LiveRoutes.State state(RouteReloads routes) {
        return routes.state().orElseThrow(RoutesController::notReady);
    }

    private static ErrorResponseException notReady() {
        return ProblemType.NOT_READY.exception(null, "The routes of this process do not run yet");
    }
}
