package routes.api;

import static routes.api.AdminController.operator;

import com.fasterxml.jackson.annotation.JsonInclude;
import jakarta.validation.Valid;
import jakarta.validation.constraints.NotNull;
import jakarta.validation.constraints.Pattern;
import jakarta.validation.constraints.Size;
import java.io.UncheckedIOException;
import java.time.Instant;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.http.MediaType;
import org.springframework.web.ErrorResponseException;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RestController;
import routes.api.access.Role;
import routes.api.http.ProblemType;
import routes.configuration.ConfigurationException;
import routes.operations.RouteReloads;
import routes.operations.RouteTrials;
import routes.replay.OperatorAudit;
import routes.routefiles.LiveRoutes;
import routes.routefiles.RouteFile;
import routes.routefiles.RouteProblem;
import routes.routefiles.RouteTrial;

/**
 * The route files of this process: which are loaded, and which edits were refused.
 *
 * @param reloads absent in a process without the pipeline
 * @param trials absent in a process without the pipeline
 */
@RestController
@Role.Needed(value = Role.ADMIN, ofInstallation = true)
record RoutesController(ObjectProvider<RouteReloads> reloads, ObjectProvider<RouteTrials> trials, OperatorAudit audit) {

    private static final int MAX_TEXT = 50_000;

    /**
     * The file of a route.
     *
     * @param origin built_in, overridden or added
     * @param file location of its text
     * @param name file name in the folder of route files
     */
    record RouteText(String id, String origin, String file, String name, String text) {}

    /**
     * A route text to try.
     *
     * @param file name of the route file in which the text would be saved
     * @param post id or number; null if {@code entry} is set
     * @param entry {@code <stream>/<id>}; null if {@code post} is set
     */
    record RouteTry(
            @NotNull(message = "is required")
                    @Pattern(
                            regexp = "(providers/)?[A-Za-z0-9._-]{1,100}\\.camel\\.yaml",
                            message = "must be the name of a route file, such as 30-tagging.camel.yaml")
                    String file,
            @NotNull(message = "is required")
                    @Size(min = 1, max = MAX_TEXT, message = "must have 1 to " + MAX_TEXT + " characters")
                    String text,
            @Pattern(regexp = "[0-9a-fA-F-]{1,36}", message = "must be the id or the number of a post") String post,
            @Pattern(
                            regexp = "[a-z0-9._-]{1,100}/\\d{1,19}-\\d{1,19}",
                            message = "must be the name of a stream, a slash and the id of an entry")
                    String entry) {}

    /** @param succeeded whether the entry would be acknowledged */
    record Tried(List<RouteProblem> mistakes, List<RouteTrial.StepTrace> steps, String outcome, boolean succeeded) {

        static Tried not(String reason) {
            return new Tried(List.of(), List.of(), "not tried: " + reason, false);
        }

        static Tried of(RouteTrial.Result result) {
            return new Tried(result.problems(), result.steps(), result.outcome(), result.succeeded());
        }
    }

    /** @param running the version that runs instead */
    record FailedEdit(String file, List<RouteProblem> mistakes, String running, Instant since) {

        static List<FailedEdit> all(LiveRoutes.State state) {
            return state.failed().stream()
                    .map(edit -> new FailedEdit(edit.file(), edit.problems(), edit.running(), edit.since()))
                    .toList();
        }
    }

    /**
     * @param watching whether edits are loaded automatically
     * @param loadedAt time when the last edit was loaded, or when the process started
     * @param problem why routes are missing until the process is restarted; null if none are missing
     */
    @JsonInclude
    record LoadedRoutes(
            List<RouteReloads.LoadedRoute> items,
            List<FailedEdit> failedEdits,
            boolean watching,
            Instant loadedAt,
            String problem) {}

    /**
     * @param outcome loaded, refused, restored or failed
     * @param changed ids of the routes that were replaced
     */
    record Reloaded(
            String outcome,
            Collection<String> changed,
            Collection<String> added,
            Collection<String> removed,
            List<FailedEdit> failedEdits) {}

    @GetMapping("/admin/routes")
    LoadedRoutes list() {
        RouteReloads routes = routes();
        LiveRoutes.State state = state(routes);
        return new LoadedRoutes(
                routes.list(),
                FailedEdit.all(state),
                routes.isWatching(),
                state.loadedAt(),
                state.broken().orElse(null));
    }

    @GetMapping("/admin/routes/{route_id}")
    RouteText text(@PathVariable("route_id") String id) {
        RouteReloads routes = routes();
        state(routes);
        RouteFile file = routes.file(id)
                .orElseThrow(() -> ProblemType.NOT_FOUND.exception(
                        "route_id", "There is no route " + id, "GET /admin/routes lists the routes."));
        return new RouteText(id, file.origin().text(), file.location(), file.path(), file.text());
    }

    @PostMapping(path = "/admin/routes/try", consumes = MediaType.APPLICATION_JSON_VALUE)
    Tried tryRoute(@Valid @RequestBody RouteTry wanted) {
        if ((wanted.post() == null) == (wanted.entry() == null)) {
            return Tried.not("either a post or an entry is required");
        }
        RouteTrials all = present(trials.getIfAvailable());
        String subject = wanted.post() == null ? wanted.entry() : wanted.post();
        return audit.record(operator(), "tryRoute", Map.of("file", wanted.file(), "subject", subject), () -> {
            Tried tried = tried(all, wanted, subject);
            return new OperatorAudit.Done<>(tried, 0, tried.outcome());
        });
    }

    private static Tried tried(RouteTrials trials, RouteTry wanted, String subject) {
        try {
            return trials.runForeign(wanted.file(), wanted.text(), subject)
                    .map(Tried::of)
                    .orElseThrow(() -> ProblemType.CONFLICT.exception(
                            null, "Another trial is still running", "Try again when it is complete."));
        } catch (ConfigurationException e) {
            return Tried.not(e.getMessage());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw notReady();
        }
    }

    @PostMapping("/admin/routes/reload")
    Reloaded reload() {
        RouteReloads routes = routes();
        state(routes);
        try {
            LiveRoutes.Reload done = routes.reload(operator())
                    .orElseThrow(() -> ProblemType.CONFLICT.exception(
                            null,
                            "Another reload is still running",
                            "Try again when it is complete; GET /admin/routes shows the loaded routes."));
            return new Reloaded(
                    done.outcome().text(),
                    done.changes().changed(),
                    done.changes().added(),
                    done.changes().removed(),
                    FailedEdit.all(state(routes)));
        } catch (UncheckedIOException e) {
            throw ProblemType.DEPENDENCY_DOWN.exception(
                    null,
                    e.getMessage(),
                    "Make the folder and its files readable for the user of the process, and try again.");
        }
    }

    private RouteReloads routes() {
        return present(reloads.getIfAvailable());
    }

    private static LiveRoutes.State state(RouteReloads routes) {
        return present(routes.state().orElse(null));
    }

    /** @throws ErrorResponseException status 503 if {@code part} is null */
    private static <T> T present(T part) {
        if (part == null) {
            throw notReady();
        }
        return part;
    }

    private static ErrorResponseException notReady() {
        return ProblemType.NOT_READY.exception(null, "The routes of this process have not started yet");
    }
}
