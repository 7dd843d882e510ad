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

/** The redis-streams component. All its endpoints use one Redis. */
@Component("redis-streams")
public class RedisStreamsComponent extends DefaultComponent {

    @Metadata(autowired = true, description = "The Redis client. It stays the property of who made it.")
    private RedisClient redisClient;

    @Metadata(
            label = "advanced",
            autowired = true,
            description = "Resolves the names of streams to Redis keys. By default the name is the key.")
    private StreamNames streamNames;

    @Metadata(
            label = "consumer,advanced",
            autowired = true,
            description = "Hears what becomes of entries, to count it.")
    private StreamListener listener;

    @Metadata(
            label = "consumer",
            description =
                    "Name of this process, unique among those that run at the same time. Consumers have this name in"
                            + " their groups, with a suffix where a living consumer has it already. By default the name of"
                            + " the host.")
    private String instanceName;

    @Metadata(
            label = "advanced",
            defaultValue = "10000",
            javaType = "java.time.Duration",
            description = "How long to wait for an answer of Redis, on top of the time a read waits for new entries.")
    private long commandTimeout = 10_000;

    /** Acquired together by an exchange that must run without any others; other exchanges need one each. */
    static final int ALL_PERMITS = 1 << 20;

    /** Fair, so that an entry that runs alone is not starved. */
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
            throw new IllegalStateException("The redis-streams component has no Redis client: put one"
                    + " io.lettuce.core.RedisClient into the registry, or set the component's option redisClient");
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
                    "The name of this host is unknown: set the option instanceName of the redis-streams component", e);
        }
    }

    RedisLink link() {
        return link;
    }

    /** The resolver in use. The fallback is not the option's default, since Camel autowires only options without a value. */
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
