package routes.operations;

import java.io.UncheckedIOException;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Stream;
import org.apache.camel.CamelContext;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.jmx.export.annotation.ManagedAttribute;
import org.springframework.jmx.export.annotation.ManagedOperation;
import org.springframework.jmx.export.annotation.ManagedResource;
import routes.routefiles.LiveRoutes;

/** The route files of this process, for operators: an MBean next to those of Camel. Results and exceptions use JDK types only. */
@ManagedResource(description = "Route files: which are loaded, which edits are not, and why")
public class RouteEdits {
    private static final Logger AUDIT = LoggerFactory.getLogger(RouteEdits.class);

    private final RouteReloads reloads;
    private final CamelContext camel;

    RouteEdits(RouteReloads reloads, CamelContext camel) {
        this.reloads = reloads;
        this.camel = camel;
    }

    @ManagedAttribute(description = "Whether edits of config/routes are taken without a request (ROUTES_RELOAD)")
    public boolean isWatching() {
        return reloads.isWatching();
    }

    /** A line for each route: its id, where it comes from, its file, and its state. */
    @ManagedAttribute(description = "The routes with where they come from, their file and their state")
    public String[] getRoutes() {
        return reloads.state().stream()
                .flatMap(state -> state.files().entrySet().stream())
                .map(entry -> "%s: %s, %s, %s"
                        .formatted(
                                entry.getKey(),
                                entry.getValue().origin().text(),
                                entry.getValue().location(),
                                String.valueOf(camel.getRouteController().getRouteStatus(entry.getKey()))
                                        .toLowerCase(Locale.ROOT)))
                .sorted()
                .toArray(String[]::new);
    }

    @ManagedAttribute(
            description = "The problems of edits that are not loaded, and what runs in their place; empty if all are")
    public String[] getProblems() {
        return reloads.state().map(LiveRoutes.State::problems).orElse(List.of()).toArray(String[]::new);
    }

    @ManagedOperation(description = "Takes the edits of the route files now, also those that did not start before")
    public String[] reload() throws InterruptedException {
        AUDIT.info("reload() was called over JMX");
        try {
            Optional<LiveRoutes.Reload> reload = reloads.reload();
            return reload.map(done -> Stream.concat(
                                    Stream.of(done.outcome().text() + ": " + done.changes()), Stream.of(getProblems()))
                            .toArray(String[]::new))
                    .orElse(new String[] {"another reload has not ended yet; try again"});
        } catch (UncheckedIOException e) {
            throw new IllegalStateException(e.getMessage() + ": " + e.getCause().getMessage());
        }
    }
}
