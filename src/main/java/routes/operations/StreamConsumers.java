package routes.operations;

import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.apache.camel.CamelContext;
import org.apache.camel.Route;
import org.springframework.stereotype.Component;
import routes.events.StreamCatalog;
import routes.redis.StreamGroup;
import routes.redisstreams.RedisStreamsConsumer;
import routes.redisstreams.RedisStreamsEndpoint;
import routes.replay.StageGroups;
import routes.routefiles.PipelineStages;
import routes.stages.StreamKeys;

/** The consumer groups that routes of this process serve. */
@Component
record StreamConsumers(CamelContext camel, StreamCatalog catalog, StreamKeys keys) implements StageGroups {

    /** A route that reads a stream. {@code stream} is the logical stream name; {@code consumer} is empty before the first start. */
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

        /** Returns the prefix of the route id. The stage of an integrator's route is the route itself. */
        private String stage() {
            return PipelineStages.KNOWN.stream()
                    .filter(known -> routeId.equals(known) || routeId.startsWith(known + "-"))
                    .max(Comparator.comparingInt(String::length))
                    .orElse(routeId);
        }
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

    @Override
    public List<StreamGroup> of(String routeId) {
        return list().stream()
                .filter(one -> one.stage().equals(routeId))
                .flatMap(one -> keys.of(catalog.stream(one.stream())).stream()
                        .map(key -> new StreamGroup(one.stream(), key, one.group())))
                .toList();
    }
}
