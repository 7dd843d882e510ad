package routes.timeline;

import java.time.Clock;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.apache.camel.CamelContext;
import org.apache.camel.Exchange;
import org.apache.camel.NamedNode;
import org.apache.camel.Route;
import org.apache.camel.model.RouteDefinition;
import org.apache.camel.spi.RoutePolicy;
import org.apache.camel.spi.RoutePolicyFactory;
import org.apache.camel.support.RoutePolicySupport;
import routes.redisstreams.Outcome;
import routes.redisstreams.RedisStreamsEndpoint;

/**
 * Records every exchange of a stream route in the timeline of its post. This costs an object or two; {@link TimelineWriter}
 * writes the records.
 */
public class StageTimeline implements RoutePolicyFactory {
    private static final String STREAMS = "redis-streams:";

    private final TimelineBuffer buffer;
    private final Clock clock;
    private final boolean enabled;
    private final Map<String, String> stages = new ConcurrentHashMap<>();

    StageTimeline(TimelineBuffer buffer, Clock clock, boolean enabled) {
        this.buffer = buffer;
        this.clock = clock;
        this.enabled = enabled;
    }

    /** Null for routes that do not read a stream. */
    @Override
    public RoutePolicy createRoutePolicy(CamelContext camel, String routeId, NamedNode route) {
        boolean reads = route instanceof RouteDefinition definition
                && definition.getInput().getEndpointUri().startsWith(STREAMS);
        return enabled && reads ? new Stage(routeId) : null;
    }

    /** Records an entry that ended without an exchange. */
    public void unprocessed(String stream, String group, String entryId, Map<String, String> fields, Outcome outcome) {
        if (enabled) {
            String stage = stages.get(key(stream, group));
            buffer.add(List.of(StageRecords.unprocessed(stage, entryId, fields, outcome, clock.instant())));
        }
    }

    private static String key(String stream, String group) {
        return stream + " " + group;
    }

    private final class Stage extends RoutePolicySupport {
        private final String routeId;

        Stage(String routeId) {
            this.routeId = routeId;
        }

        @Override
        public void onInit(Route route) {
            if (route.getEndpoint() instanceof RedisStreamsEndpoint endpoint) {
                var configuration = endpoint.getConfiguration();
                stages.put(key(configuration.getName(), configuration.getGroup()), routeId);
            }
        }

        @Override
        public void onExchangeBegin(Route route, Exchange exchange) {
            exchange.getExchangeExtension().addOnCompletion(new StageVisit(routeId, clock.instant(), buffer));
        }
    }
}
