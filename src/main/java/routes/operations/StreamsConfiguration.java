package routes.operations;

import io.lettuce.core.RedisClient;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.function.Consumer;
import org.apache.camel.spi.ComponentCustomizer;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.env.Environment;
import org.springframework.core.io.ResourceLoader;
import org.springframework.core.io.support.PathMatchingResourcePatternResolver;
import routes.configuration.ConfigFolderProperties;
import routes.configuration.ConfigurationException;
import routes.configuration.InstanceProperties;
import routes.events.OwnStreams;
import routes.idempotency.RedisIdempotencyOptions;
import routes.idempotency.RedisIdempotentRepository;
import routes.idempotency.RedisIdempotentRepository.Duplicate;
import routes.redis.RedisLink;
import routes.redis.StreamAdmin;
import routes.redis.StreamRepair;
import routes.redisstreams.RedisStreamsComponent;
import routes.routefiles.OwnStreamsReader;
import routes.routefiles.RouteFiles;

/** Configures the Redis Streams component for the streams of the product. */
@Configuration(proxyBeanMethods = false)
class StreamsConfiguration {
    private static final Duration TIMEOUT = Duration.ofSeconds(10);
    private static final Duration TAGGED_ONCE = Duration.ofHours(24);
    private static final Duration LEASE = Duration.ofSeconds(60);
    private static final int CACHED_KEYS = 10_000;

    /** Sets only the instance name: the component looks up the client, the names and the listener by type. */
    @Bean
    ComponentCustomizer redisStreamsCustomizer(InstanceProperties instance) {
        return ComponentCustomizer.forType(
                RedisStreamsComponent.class, component -> component.setInstanceName(instance.nameOrHost()));
    }

    @Bean
    RouteFiles routeFiles(ConfigFolderProperties config, ResourceLoader resources) {
        return new RouteFiles(
                new PathMatchingResourcePatternResolver(resources), config.dir().resolve("routes"));
    }

    /** Created before anything uses the streams; errors in the files are reported when the routes are loaded. */
    @Bean
    OwnStreams ownStreams(RouteFiles files, Environment environment) {
        try {
            return OwnStreamsReader.read(files, environment::getProperty);
        } catch (UncheckedIOException e) {
            throw new ConfigurationException(
                    e.getMessage() + ": " + e.getCause().getMessage(), e);
        }
    }

    @Bean
    RedisLink redisLink(RedisClient client) {
        return new RedisLink(client, TIMEOUT);
    }

    @Bean
    StreamAdmin streamAdmin(RedisLink link) {
        return new StreamAdmin(link);
    }

    @Bean
    StreamRepair streamRepair(RedisLink link) {
        return new StreamRepair(link);
    }

    /** A picture is analysed by one worker at a time. The result is in the database. */
    @Bean
    RedisIdempotentRepository visionIdempotency(RedisClient client, InstanceProperties instance) {
        return repository("vision:processed:", client, instance, source -> {});
    }

    /** A post is tagged again only once per vision result, even before its tags are stored. */
    @Bean
    RedisIdempotentRepository retaggingIdempotency(RedisClient client, InstanceProperties instance) {
        return repository("retagging:processed:", client, instance, source -> {});
    }

    /** The same text of the same post is tagged at most once a day; for the keys see docs/decisions/0004-tagging-key.md. */
    @Bean
    RedisIdempotentRepository taggingIdempotency(
            RedisClient client, InstanceProperties instance, MeterRegistry registry) {
        Counter hits = registry.counter("tagging.redis.dedup.hits");
        var repository = repository("tagging:processed:", client, instance, source -> {
            if (source == Duplicate.REDIS) {
                hits.increment();
            }
        });
        Gauge.builder("tagging.cache.size", repository, RedisIdempotentRepository::getCacheSize)
                .register(registry);
        return repository;
    }

    private static RedisIdempotentRepository repository(
            String prefix, RedisClient client, InstanceProperties instance, Consumer<Duplicate> listener) {
        var options =
                new RedisIdempotencyOptions(prefix, TAGGED_ONCE, LEASE, instance.nameOrHost(), CACHED_KEYS, TIMEOUT);
        return new RedisIdempotentRepository(client, options, listener);
    }
}
