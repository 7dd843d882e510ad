package routes.operations;

import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.jmx.export.annotation.ManagedAttribute;
import org.springframework.jmx.export.annotation.ManagedOperation;
import org.springframework.jmx.export.annotation.ManagedOperationParameter;
import org.springframework.jmx.export.annotation.ManagedResource;
import routes.configuration.ConfigurationException;
import routes.replay.Operator;
import routes.routefiles.LiveRoutes;

/** The route files of this process for operators: an MBean next to Camel's MBeans. Results and exceptions use JDK types only. */
@ManagedResource(description = "Loaded route files, edits that are not loaded, and their problems")
public record RouteEdits(RouteReloads reloads, RouteTrials trials) {
    private static final Logger AUDIT = LoggerFactory.getLogger(RouteEdits.class);

    @ManagedAttribute(description = "Whether edits of config/routes are loaded automatically (ROUTES_RELOAD)")
    public boolean isWatching() {
        return reloads.isWatching();
    }

    /** Returns a line for each route: its id, origin, file and state. */
    @ManagedAttribute(description = "Routes with their source, file and state")
    public String[] getRoutes() {
        return reloads.list().stream()
                .map(route -> "%s: %s, %s, %s".formatted(route.id(), route.origin(), route.file(), route.state()))
                .toArray(String[]::new);
    }

    @ManagedAttribute(
            description =
                    "Problems of edits that are not loaded, and the version that runs instead; empty if all edits are loaded")
    public String[] getProblems() {
        return reloads.state().map(LiveRoutes.State::problems).orElse(List.of()).toArray(String[]::new);
    }

    @ManagedOperation(
            description = "Loads the edits of the route files now, including edits whose routes failed to start before")
    public String[] reload() {
        try {
            Optional<LiveRoutes.Reload> reload = reloads.reload(Operator.local(Operator.Via.JMX));
            return reload.map(done -> Stream.concat(
                                    Stream.of(done.outcome().text() + ": " + done.changes()), Stream.of(getProblems()))
                            .toArray(String[]::new))
                    .orElse(new String[] {RouteReloads.BUSY});
        } catch (UncheckedIOException e) {
            throw new IllegalStateException(e.getMessage() + ": " + e.getCause().getMessage());
        }
    }

    /** Runs a post through a route file as if it were saved, and shows what each step did. Nothing is stored or sent. */
    @ManagedOperation(
            description = "Runs a post through a route file without side effects and returns the result of each step")
    @ManagedOperationParameter(
            name = "file",
            description = "Path of the route file on this machine, such as drafts/30-tagging.camel.yaml")
    @ManagedOperationParameter(
            name = "post",
            description = "Id (UUID) or number of the post, or a stream entry as <stream>/<id>")
    public String tryRoute(String file, String post) {
        AUDIT.info("tryRoute({}, {}) was called via JMX", file, post);
        try {
            return trials.show(Path.of(file), post);
        } catch (ConfigurationException e) {
            throw new IllegalArgumentException(e.getMessage());
        }
    }
}
