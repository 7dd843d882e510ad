package routes.redisstreams;

import io.lettuce.core.RedisClient;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.Semaphore;
import org.apache.camel.Endpoint;
import org.apache.camel.spi.ExecutorServiceManager;
import org.apache.camel.spi.Metadata;
import org.apache.camel.spi.annotations.Component;
import org.apache.camel.support.DefaultComponent;
import routes.redis.RedisLink;

/** The redis-streams component. All endpoints of a component use the same Redis. */
@Component("redis-streams")
public class RedisStreamsComponent extends DefaultComponent {

    @Metadata(autowired = true, description = "The Redis client. The component does not close it.")
    private RedisClient redisClient;

    @Metadata(
            label = "advanced",
            autowired = true,
            description = "Resolves stream names to Redis keys. By default the name is the key.")
    private StreamNames streamNames;

    @Metadata(
            label = "consumer,advanced",
            autowired = true,
            description = "Listener that receives the outcome of each entry, for metrics.")
    private StreamListener listener;

    @Metadata(
            label = "consumer",
            description =
                    "Name of this process, unique among all running processes. It is the consumer name in each group,"
                            + " with a suffix if a running consumer already uses it. Defaults to the host name.")
    private String instanceName;

    @Metadata(
            label = "advanced",
            defaultValue = "10000",
            javaType = "java.time.Duration",
            description = "Maximum time to wait for a reply from Redis, in addition to the blocking time of a read.")
    private long commandTimeout = 10_000;

    /** An exchange that must run alone acquires all permits; any other exchange acquires one. */
    static final int ALL_PERMITS = 1 << 20;

    /** Fair, so that an entry that must run alone does not starve. */
    private final Semaphore permits = new Semaphore(ALL_PERMITS, true);

    private RedisLink link;
    private ScheduledExecutorService heartbeats;
    private ExecutorService writerThreads;
    private CompletionWriter writer;

    @Override
    protected Endpoint createEndpoint(String uri, String remaining, Map<String, Object> parameters) throws Exception {
        RedisStreamsConfiguration configuration = new RedisStreamsConfiguration();
        configuration.setName(remaining);
        RedisStreamsEndpoint endpoint = new RedisStreamsEndpoint(uri, this, configuration);
        setProperties(endpoint, parameters);
        return endpoint;
    }

    @Override
    protected void doStart() throws Exception {
        super.doStart();
        if (redisClient == null) {
            throw new IllegalStateException("The redis-streams component has no Redis client: bind one"
                    + " io.lettuce.core.RedisClient to the registry, or set the component option redisClient");
        }
        if (instanceName == null || instanceName.isBlank()) {
            instanceName = hostName();
        }
        link = new RedisLink(redisClient, timeout());
        ExecutorServiceManager threads = getCamelContext().getExecutorServiceManager();
        heartbeats = threads.newScheduledThreadPool(this, "RedisStreamsHeartbeat", 2);
        writer = new CompletionWriter(link, heartbeats);
        writerThreads = threads.newFixedThreadPool(this, "RedisStreamsCompletion", 2);
        writerThreads.execute(writer::send);
        writerThreads.execute(writer::receive);
    }

    @Override
    protected void doStop() throws Exception {
        ExecutorServiceManager threads = getCamelContext().getExecutorServiceManager();
        if (writer != null) {
            writer.stop();
            threads.shutdownNow(writerThreads);
            threads.shutdownNow(heartbeats);
            link.close();
        }
        super.doStop();
    }

    private static String hostName() {
        try {
            return InetAddress.getLocalHost().getHostName();
        } catch (UnknownHostException e) {
            throw new IllegalStateException(
                    "Cannot determine the host name: set the option instanceName of the redis-streams component", e);
        }
    }

    RedisLink link() {
        return link;
    }

    /** The resolver in use. The fallback is not the default of the option because Camel autowires only options without a value. */
    StreamNames names() {
        return streamNames != null ? streamNames : name -> name;
    }

    /** The listener in use. */
    StreamListener outcomeListener() {
        return listener != null ? listener : (stream, group, outcome) -> {};
    }

    CompletionWriter writer() {
        return writer;
    }

    ScheduledExecutorService heartbeats() {
        return heartbeats;
    }

    Semaphore permits() {
        return permits;
    }

    Duration timeout() {
        return Duration.ofMillis(commandTimeout);
    }

    public RedisClient getRedisClient() {
        return redisClient;
    }

    public void setRedisClient(RedisClient redisClient) {
        this.redisClient = redisClient;
    }

    public StreamNames getStreamNames() {
        return streamNames;
    }

    public void setStreamNames(StreamNames streamNames) {
        this.streamNames = streamNames;
    }

    public StreamListener getListener() {
        return listener;
    }

    public void setListener(StreamListener listener) {
        this.listener = listener;
    }

    public String getInstanceName() {
        return instanceName;
    }

    public void setInstanceName(String instanceName) {
        this.instanceName = instanceName;
    }

    public long getCommandTimeout() {
        return commandTimeout;
    }

    public void setCommandTimeout(long commandTimeout) {
        this.commandTimeout = commandTimeout;
    }
}
