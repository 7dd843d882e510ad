package routes.operations;

import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.apache.camel.CamelContext;
import org.apache.camel.Route;
import org.springframework.stereotype.Component;
import routes.redisstreams.RedisStreamsConsumer;
import routes.redisstreams.RedisStreamsEndpoint;
import routes.routefiles.PipelineStages;

/** The consumer groups that routes of this process serve. Pauses and resumes them in all processes. */
@Component
class StreamConsumers {

    /** A route that reads a stream. {@code stream} is the logical stream name; the consumer is absent before the first start. */
    record Served(String routeId, String stream, String group, Optional<RedisStreamsConsumer> consumer) {

        private static Served of(Route route, RedisStreamsEndpoint endpoint) {
            return new Served(
                    route.getRouteId(),
                    endpoint.getConfiguration().getName(),
                    endpoint.getConfiguration().getGroup(),
                    Optional.ofNullable(route.getConsumer())
                            .filter(RedisStreamsConsumer.class::isInstance)
                            .map(RedisStreamsConsumer.class::cast));
        }

        /** The prefix of the route id. A route of an integrator is its own stage. */
        private String stage() {
            return PipelineStages.KNOWN.stream()
                    .filter(known -> routeId.equals(known) || routeId.startsWith(known + "-"))
                    .max(Comparator.comparingInt(String::length))
                    .orElse(routeId);
        }
    }

    private final CamelContext camel;

    StreamConsumers(CamelContext camel) {
        this.camel = camel;
    }

    List<Served> list() {
        return camel.getRoutes().stream()
                .flatMap(route -> route.getEndpoint() instanceof RedisStreamsEndpoint endpoint
                        ? Stream.of(Served.of(route, endpoint))
                        : Stream.empty())
                .toList();
    }

    boolean serves(String stream, String group) {
        return list().stream()
                .anyMatch(one -> one.stream().equals(stream) && one.group().equals(group));
    }

    /**
     * Pauses a stage until it is resumed.
     *
     * @return the number of consumer groups paused
     */
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
        List<RedisStreamsConsumer> consumers = list().stream()
                .filter(one -> one.stage().equals(stage))
                .flatMap(one -> one.consumer().stream())
                .toList();
        if (consumers.isEmpty()) {
            throw new IllegalArgumentException(
                    "No stage " + stage
                            + " of this process reads a stream; stages are the names of PIPELINE_ROUTES and routes of your own");
        }
        return consumers;
    }
}
