package routes.operations;

import com.fasterxml.jackson.annotation.JsonInclude;
import io.micrometer.core.instrument.MeterRegistry;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.apache.camel.CamelContext;
import org.apache.camel.Route;
import org.apache.camel.ServiceStatus;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.context.SmartLifecycle;
import org.springframework.dao.DataAccessException;
import org.springframework.stereotype.Component;
import routes.replay.Operator;
import routes.replay.OperatorAudit;
import routes.routefiles.LiveRoutes;
import routes.routefiles.RouteFile;
import routes.routefiles.RouteFilesProperties;

/** Watches the route files of a running process, and reloads them on request. */
@Component
public class RouteReloads implements SmartLifecycle {
    private static final Logger LOG = LoggerFactory.getLogger(RouteReloads.class);

    /** Name of the operation in the audit. */
    private static final String OPERATION = "reloadRoutes";

    private static final String OF_FILES = "config/routes";

    /** Message for a second reload at the same time. */
    static final String BUSY = "another reload is still running; try again when it is complete";

    /**
     * Interval between checks of the folder. An edit is loaded when two consecutive checks find it unchanged, so it runs within two
     * seconds.
     */
    private static final Duration LOOK = Duration.ofMillis(250);

    /** Time that a reload may take in addition to the drain: validation and the start of routes. */
    private static final Duration REST = Duration.ofSeconds(10);

    private final RouteFilesProperties properties;
    private final MeterRegistry registry;
    private final ObjectProvider<OperatorAudit> audit;
    /** Not injected: Spring would start the context before this lifecycle bean, and without its configurations. */
    private volatile CamelContext camel;

    private volatile LiveRoutes live;
    private Thread watcher;

    RouteReloads(RouteFilesProperties properties, MeterRegistry registry, ObjectProvider<OperatorAudit> audit) {
        this.properties = properties;
        this.registry = registry;
        this.audit = audit;
        for (LiveRoutes.Outcome outcome : LiveRoutes.Outcome.values()) {
            registry.counter("route.reloads", "outcome", outcome.text());
        }
    }

    /** Starts watching for edits of these routes. */
    synchronized void begin(CamelContext context, LiveRoutes routes) {
        camel = context;
        live = routes;
        if (properties.reload()) {
            watcher = new Thread(this::watch, "route-files");
            watcher.setDaemon(true);
            watcher.start();
        }
    }

    void count(LiveRoutes.Outcome outcome) {
        registry.counter("route.reloads", "outcome", outcome.text()).increment();
    }

    private void watch() {
        String problem = "";
        while (!Thread.currentThread().isInterrupted()) {
            try {
                TimeUnit.NANOSECONDS.sleep(LOOK.toNanos());
                live.poll().ifPresent(this::recordEdit);
                problem = "";
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt(); // the process stops
            } catch (UncheckedIOException e) {
                String now = e.getMessage() + ": " + e.getCause().getMessage();
                if (!now.equals(problem)) {
                    LOG.warn("{}; the loaded version continues to run until the files are readable", now);
                    problem = now;
                }
            } catch (RuntimeException e) {
                LOG.error("Unexpected error while loading an edit of the route files", e);
            }
        }
    }

    /** Records an edit after it was loaded, because edits are loaded even while the database is unavailable. */
    private void recordEdit(LiveRoutes.Reload done) {
        try {
            audit.ifAvailable(rows -> rows.record(
                    new Operator(OF_FILES, Operator.Via.FILE),
                    OPERATION,
                    Map.of(),
                    () -> described(Optional.of(done))));
        } catch (DataAccessException e) {
            LOG.warn("Cannot record an edit of the route files in the table operator_audit: {}", e.getMessage());
        }
    }

    private OperatorAudit.Done<Optional<LiveRoutes.Reload>> described(Optional<LiveRoutes.Reload> reload) {
        long routes = reload.map(LiveRoutes.Reload::changes)
                .map(changes -> changes.changed().size()
                        + changes.added().size()
                        + changes.removed().size())
                .orElse(0);
        // log and health contain the problems
        String detail = reload.map(done -> done.outcome().text() + ": " + done.changes()
                        + state().stream()
                                .flatMap(now -> now.failed().stream())
                                .map(edit -> "; not loaded: " + edit.file())
                                .collect(Collectors.joining()))
                .orElse(BUSY);
        return new OperatorAudit.Done<>(reload, routes, detail);
    }

    /**
     * Runs {@link #reload()} and records it in {@code operator_audit}.
     *
     * @throws IllegalStateException if the routes have not started yet, or the process stops
     * @throws UncheckedIOException if the files cannot be read
     */
    public Optional<LiveRoutes.Reload> reload(Operator who) {
        return audit.getObject().record(who, OPERATION, Map.of(), () -> {
            try {
                return described(reload());
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new IllegalStateException("The process is shutting down", e);
            }
        });
    }

    /**
     * A route of this process.
     *
     * @param origin built_in, overridden or added
     * @param state Camel's state, in lower case; missing if the context no longer has the route
     * @param from endpoint that it consumes; null if the route is missing
     */
    @JsonInclude
    public record LoadedRoute(String id, String origin, String file, String state, String from, String description) {}

    /** Returns the routes of the loaded files by id; empty until they have started. */
    public List<LoadedRoute> list() {
        return state().map(LiveRoutes.State::files).orElse(Map.of()).entrySet().stream()
                .map(entry -> loaded(entry.getKey(), entry.getValue()))
                .sorted(Comparator.comparing(LoadedRoute::id))
                .toList();
    }

    private LoadedRoute loaded(String id, RouteFile file) {
        Route route = camel.getRoute(id);
        ServiceStatus status = camel.getRouteController().getRouteStatus(id);
        return new LoadedRoute(
                id,
                file.origin().text(),
                file.location(),
                route == null || status == null ? "missing" : status.name().toLowerCase(Locale.ROOT),
                route == null ? null : route.getEndpoint().getEndpointBaseUri(),
                route == null ? null : route.getDescription());
    }

    /** Returns the file of a route with its text; empty if there is no such route. */
    public Optional<RouteFile> file(String route) {
        return state().map(now -> now.files().get(route));
    }

    /** Returns the loaded state; empty until the routes have started, and in a process that runs only a trial. */
    public Optional<LiveRoutes.State> state() {
        return Optional.ofNullable(live).map(LiveRoutes::state);
    }

    /** Returns whether an edit is currently replacing this route; the route is restarted shortly. */
    boolean isExchanging(String route) {
        LiveRoutes routes = live;
        return routes != null && routes.isExchanging(route);
    }

    /** Returns whether edits are loaded automatically. */
    public boolean isWatching() {
        return properties.reload();
    }

    /**
     * Loads the edits of the route files now.
     *
     * @return empty if another reload takes too long
     * @throws IllegalStateException if the routes have not started yet
     * @throws UncheckedIOException if the files cannot be read
     */
    public Optional<LiveRoutes.Reload> reload() throws InterruptedException {
        LiveRoutes routes = live;
        if (routes == null) {
            throw new IllegalStateException("The routes of this process have not started yet");
        }
        return routes.reload(properties.drainTimeout().plus(REST));
    }

    @Override
    public void start() {
        // watching begins when the routes run
    }

    /** Runs before the routes stop and abandons a reload in progress. */
    @Override
    public void stop() {
        Thread watching;
        synchronized (this) {
            watching = watcher;
            watcher = null;
        }
        if (watching == null) {
            return;
        }
        watching.interrupt();
        try {
            watching.join(REST.toMillis());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    @Override
    public synchronized boolean isRunning() {
        return watcher != null;
    }
}
