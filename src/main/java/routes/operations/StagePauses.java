package routes.operations;

import java.util.Comparator;
import java.util.List;
import org.apache.camel.CamelContext;
import org.apache.camel.Route;
import org.springframework.stereotype.Component;
import routes.redisstreams.RedisStreamsConsumer;
import routes.routefiles.PipelineStages;

/** Pauses stages that run in this process, in all processes, until they are resumed. */
@Component
class StagePauses {
    private final CamelContext camel;

    StagePauses(CamelContext camel) {
        this.camel = camel;
    }

    /** @return the number of consumer groups paused */
    int pause(String stage, String reason) {
        List<RedisStreamsConsumer> consumers = consumers(stage);
        consumers.forEach(consumer -> consumer.pauseGroup(reason));
        return consumers.size();
    }

    /** @return the number of consumer groups that were paused until now */
    int resume(String stage) {
        return (int) consumers(stage).stream()
                .filter(RedisStreamsConsumer::resumeGroup)
                .count();
    }

    private List<RedisStreamsConsumer> consumers(String stage) {
        List<RedisStreamsConsumer> consumers = camel.getRoutes().stream()
                .filter(route -> stage(route.getRouteId()).equals(stage))
                .map(Route::getConsumer)
                .filter(RedisStreamsConsumer.class::isInstance)
                .map(RedisStreamsConsumer.class::cast)
                .toList();
        if (consumers.isEmpty()) {
            throw new IllegalArgumentException(
                    "No stage " + stage
                            + " of this process reads a stream; stages are the names of PIPELINE_ROUTES and routes of your own");
        }
        return consumers;
    }

    /** The stage of a route: the prefix of the route id. A route of an integrator is its own stage. */
    private static String stage(String routeId) {
        return PipelineStages.KNOWN.stream()
                .filter(known -> routeId.equals(known) || routeId.startsWith(known + "-"))
                .max(Comparator.comparingInt(String::length))
                .orElse(routeId);
    }
}
