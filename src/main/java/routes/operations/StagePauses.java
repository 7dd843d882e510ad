package routes.operations;

import java.util.Comparator;
import java.util.List;
import org.apache.camel.CamelContext;
import org.apache.camel.Route;
import org.springframework.stereotype.Component;
import routes.redisstreams.RedisStreamsConsumer;
import routes.routefiles.PipelineStages;

/** Has stages of this process rest, and with them the same stages of all others, until they are resumed. */
@Component
class StagePauses {
    private final CamelContext camel;

    StagePauses(CamelContext camel) {
        this.camel = camel;
    }

    /** @return how many consumer groups rest now */
    int pause(String stage, String reason) {
        List<RedisStreamsConsumer> consumers = consumers(stage);
        consumers.forEach(consumer -> consumer.pauseGroup(reason));
        return consumers.size();
    }

    /** @return how many consumer groups rested until now */
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

    /** The stage a route belongs to: its name begins with that of the stage; routes of integrators are stages themselves. */
    private static String stage(String routeId) {
        return PipelineStages.KNOWN.stream()
                .filter(known -> routeId.equals(known) || routeId.startsWith(known + "-"))
                .max(Comparator.comparingInt(String::length))
                .orElse(routeId);
    }
}
