package routes.redisstreams;

import io.lettuce.core.RedisURI;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.apache.camel.Category;
import org.apache.camel.Consumer;
import org.apache.camel.MultipleConsumersSupport;
import org.apache.camel.Processor;
import org.apache.camel.Producer;
import org.apache.camel.spi.EndpointServiceLocation;
import org.apache.camel.spi.UriEndpoint;
import org.apache.camel.spi.UriParam;
import org.apache.camel.support.DefaultEndpoint;
import routes.redis.StreamGroup;

/**
 * Consume from and publish to Redis Streams with consumer groups, redelivery and dead letters. Delivery between two streams of
 * the same Redis is exactly once.
 */
@UriEndpoint(
        firstVersion = "4.18.0",
        scheme = "redis-streams",
        title = "Redis Streams",
        syntax = "redis-streams:name",
        category = {Category.MESSAGING, Category.DATABASE},
        headersClass = RedisStreamsConstants.class)
public class RedisStreamsEndpoint extends DefaultEndpoint implements MultipleConsumersSupport, EndpointServiceLocation {

    @UriParam
    private final RedisStreamsConfiguration configuration;

    public RedisStreamsEndpoint(
            String endpointUri, RedisStreamsComponent component, RedisStreamsConfiguration configuration) {
        super(endpointUri, component);
        this.configuration = configuration;
    }

    @Override
    public Producer createProducer() {
        return new RedisStreamsProducer(this);
    }

    @Override
    public Consumer createConsumer(Processor processor) throws Exception {
        configuration.validateForConsumer();
        RedisStreamsConsumer consumer = new RedisStreamsConsumer(this, processor);
        configureConsumer(consumer);
        return consumer;
    }

    /** Each consumer has its own name. */
    @Override
    public boolean isMultipleConsumersSupported() {
        return true;
    }

    /** The address of the server without credentials; null if the component uses a given client instead of a URL. */
    @Override
    public String getServiceUrl() {
        String url = getComponent().getUrl();
        if (url == null) {
            return null;
        }
        RedisURI server = RedisURI.create(url);
        return server.getHost() + ":" + server.getPort();
    }

    @Override
    public String getServiceProtocol() {
        return "redis";
    }

    @Override
    public Map<String, String> getServiceMetadata() {
        String username = getComponent().getUsername();
        return username == null ? null : Map.of("username", username);
    }

    public RedisStreamsConfiguration getConfiguration() {
        return configuration;
    }

    @Override
    public RedisStreamsComponent getComponent() {
        return (RedisStreamsComponent) super.getComponent();
    }

    /** Returns the Redis key of the stream. */
    String key() {
        return getComponent().names().key(configuration.getName());
    }

    /** Returns the group on each key that a consumer reads. The key of the stream itself is the first. */
    List<StreamGroup> streamGroups() {
        List<String> others = getComponent().names().alsoRead(configuration.getName());
        return Stream.concat(Stream.of(key()), others.stream())
                .map(key -> new StreamGroup(configuration.getName(), key, configuration.getGroup()))
                .toList();
    }

    /** Returns the groups to create if the stream is missing: its known groups and the consumer's group. */
    Set<String> groupsOfStream() {
        Set<String> groups = new TreeSet<>(getComponent().names().groups(configuration.getName()));
        groups.add(configuration.getGroup());
        return groups;
    }
}
