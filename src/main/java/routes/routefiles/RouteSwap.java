package routes.routefiles;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.apache.camel.CamelContext;
import org.apache.camel.Consumer;
import org.apache.camel.Route;
import org.apache.camel.ServiceStatus;
import org.apache.camel.model.Model;
import org.apache.camel.spi.ShutdownAware;
import org.apache.camel.support.service.ServiceHelper;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import routes.routefiles.RoutePlan.Part;

/**
 * Replaces the parts of a running context that differ between two plans. The replaced routes, and the routes from which exchanges may
 * reach them, stop consuming; exchanges in flight complete; then the new routes replace the old ones. If the new routes do not load or
 * start, the old routes are loaded again. All other routes keep running.
 *
 * @param drain maximum time to wait for exchanges in flight
 */
record RouteSwap(CamelContext camel, Duration drain) {
    private static final Logger LOG = LoggerFactory.getLogger(RouteSwap.class);

    private static final Duration POLL = Duration.ofMillis(10);

    /** Number of consecutive polls without exchanges. A call that has just begun is counted with a short delay. */
    private static final int QUIET_POLLS = 3;

    /** Exchanges that remain after the drain are interrupted after this time, in seconds. */
    private static final long STOP_SECONDS = 1;

    /**
     * Replaces the parts that differ.
     *
     * @param check fails if the context cannot work with the new routes, which are not started yet
     * @throws RouteLoadException if the new parts could not be loaded or started; the old parts run
     * @throws RouteRestoreException if the old parts could not be restored either
     * @throws InterruptedException if the process stops; the old routes remain in place
     */
    RouteChanges swap(RoutePlan before, RoutePlan after, Runnable check) throws InterruptedException {
        List<Part> old = before.without(after);
        List<Part> fresh = after.without(before);
        if (old.isEmpty() && fresh.isEmpty()) {
            return RouteChanges.NONE;
        }
        Map<String, ServiceStatus> were = new HashMap<>();
        old.stream().filter(Part::isRoute).forEach(part -> were.put(part.id(), status(part.id())));
        List<Route> resting = new ArrayList<>();
        try {
            drain(before, old, resting);
            try {
                remove(old);
                RouteLoader.add(camel, RoutePlan.files(fresh));
                check.run();
                start(fresh, were);
            } catch (Exception e) { // Camel declares Exception
                restore(old, fresh, were, e);
                throw e instanceof RouteLoadException refused ? refused : new RouteLoadException(e);
            }
        } finally {
            resting.forEach(this::resume);
        }
        return RouteChanges.of(old, fresh);
    }

    /**
     * @param resting receives the suspended routes: finally those that are kept or, if the drain is interrupted, also those that were to
     *     be replaced
     */
    private void drain(RoutePlan plan, List<Part> old, List<Route> resting) throws InterruptedException {
        Set<String> leaving =
                old.stream().filter(Part::isRoute).map(Part::id).collect(Collectors.toCollection(LinkedHashSet::new));
        Set<String> links =
                plan.routes().filter(Part::isLink).map(Part::id).collect(Collectors.toCollection(LinkedHashSet::new));
        Set<String> sources = new LinkedHashSet<>(leaving);
        sources.addAll(plan.callersOf(leaving));
        sources.removeAll(links);
        links.retainAll(leaving);
        long deadline = System.nanoTime() + drain.toNanos();
        List<Route> reading = started(sources);
        reading.forEach(route -> suspend(route, resting));
        awaitQuiet(reading, deadline);
        for (String id : plan.callersFirst(links)) {
            List<Route> link = started(Set.of(id));
            if (plan.parts().get(RoutePlan.routeKey(id)).from().startsWith("seda:")) {
                awaitQuiet(link, deadline); // a suspended seda route does not process the rest of its queue
            }
            // other callers, such as beans, block until the new route is available
            link.forEach(route -> suspend(route, resting));
            awaitQuiet(link, deadline);
        }
        resting.removeIf(route -> leaving.contains(route.getRouteId()));
    }

    private List<Route> started(Collection<String> ids) {
        return ids.stream()
                .filter(id -> status(id) == ServiceStatus.Started)
                .map(camel::getRoute)
                .toList();
    }

    private ServiceStatus status(String id) {
        return camel.getRouteController().getRouteStatus(id);
    }

    private static void suspend(Route route, List<Route> resting) {
        if (ServiceHelper.suspendService(route.getConsumer())) {
            resting.add(route);
        }
    }

    private void resume(Route route) {
        try {
            ServiceHelper.resumeService(route.getConsumer());
        } catch (RuntimeException e) {
            LOG.error(
                    "Route {} was suspended during a reload of other routes and cannot be resumed",
                    route.getRouteId(),
                    e);
        }
    }

    /** Waits until these routes have no exchanges in flight, but no longer than until the deadline. */
    private void awaitQuiet(List<Route> routes, long deadline) throws InterruptedException {
        int quiet = 0;
        while (quiet < QUIET_POLLS) {
            Map<String, Integer> busy = routes.stream()
                    .filter(route -> pending(route) > 0)
                    .collect(Collectors.toMap(Route::getRouteId, this::pending));
            quiet = busy.isEmpty() ? quiet + 1 : 0;
            if (!busy.isEmpty() && System.nanoTime() - deadline >= 0) {
                LOG.warn(
                        "Exchanges in flight in the replaced routes after {} s: {}. Routes that consume from a stream"
                                + " are stopped, and their entries are redelivered",
                        drain.toSeconds(),
                        busy);
                return;
            }
            TimeUnit.NANOSECONDS.sleep(POLL.toNanos());
        }
    }

    private int pending(Route route) {
        Consumer consumer = route.getConsumer();
        int waiting = consumer instanceof ShutdownAware aware ? aware.getPendingExchangesSize() : 0;
        return waiting + camel.getInflightRepository().size(route.getRouteId());
    }

    private void remove(List<Part> parts) {
        Model model = camel.getCamelContextExtension().getContextPlugin(Model.class);
        for (Part part : parts) {
            try {
                if (part.isRoute()) {
                    camel.getRouteController().stopRoute(part.id(), STOP_SECONDS, TimeUnit.SECONDS);
                    camel.removeRoute(part.id());
                } else if (part.kind() == Flow.Kind.ROUTE_TEMPLATE) {
                    model.removeRouteTemplateDefinitions(model.getRouteTemplateDefinitions().stream()
                            .filter(template -> part.id().equals(template.getId()))
                            .toList());
                } else {
                    model.getRouteConfigurationDefinitions()
                            .removeIf(configuration -> part.id().equals(configuration.getId()));
                }
            } catch (Exception e) { // Camel declares Exception
                throw new RouteLoadException(part.file().location(), e);
            }
        }
    }

    /** Starts links first, so that consumed messages reach their targets. Routes that were stopped or suspended before remain so. */
    private void start(List<Part> parts, Map<String, ServiceStatus> were) throws Exception {
        List<Part> routes = new ArrayList<>(parts.stream().filter(Part::isRoute).toList());
        routes.sort((a, b) -> Boolean.compare(b.isLink(), a.isLink()));
        for (Part part : routes) {
            ServiceStatus was = were.getOrDefault(part.id(), ServiceStatus.Started);
            try {
                if (was != ServiceStatus.Stopped) {
                    camel.getRouteController().startRoute(part.id());
                }
                if (was == ServiceStatus.Suspended) {
                    camel.getRouteController().suspendRoute(part.id());
                }
            } catch (Exception e) { // Camel declares Exception
                throw new RouteLoadException(part.file().location(), e);
            }
        }
    }

    private void restore(List<Part> old, List<Part> fresh, Map<String, ServiceStatus> were, Exception reason) {
        try {
            remove(fresh);
            remove(old);
            RouteLoader.add(camel, RoutePlan.files(old));
            start(old, were);
        } catch (Exception e) { // Camel declares Exception
            e.addSuppressed(reason);
            throw new RouteRestoreException(RouteChanges.of(old, fresh).toString(), e);
        }
    }
}
