package routes.operations;

import java.util.List;
import org.apache.camel.CamelContext;
import org.apache.camel.Route;
import org.springframework.stereotype.Component;
import routes.redisstreams.RedisStreamsEndpoint;

/** The consumer groups that routes of this process serve. */
@Component
class ServedGroups {

    /** {@code stream} is the logical stream name. */
    record Served(String routeId, String stream, String group) {}

    private final CamelContext camel;

    ServedGroups(CamelContext camel) {
        this.camel = camel;
    }

    List<Served> list() {
        return camel.getRoutes().stream()
                .flatMap(route -> served(route).stream())
                .toList();
    }

    private static List<Served> served(Route route) {
        if (route.getEndpoint() instanceof RedisStreamsEndpoint endpoint) {
            var configuration = endpoint.getConfiguration();
            return List.of(new Served(route.getRouteId(), configuration.getName(), configuration.getGroup()));
        }
        return List.of();
    }
}
