package routes.redisstreams;

import io.lettuce.core.ClientOptions;
import io.lettuce.core.RedisClient;
import io.lettuce.core.RedisURI;
import io.lettuce.core.SocketOptions;
import io.lettuce.core.SslOptions;
import io.lettuce.core.StaticCredentialsProvider;
import java.io.IOException;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.security.GeneralSecurityException;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.Semaphore;
import javax.net.ssl.KeyManager;
import javax.net.ssl.TrustManager;
import org.apache.camel.Endpoint;
import org.apache.camel.SSLContextParametersAware;
import org.apache.camel.spi.ExecutorServiceManager;
import org.apache.camel.spi.Metadata;
import org.apache.camel.spi.annotations.Component;
import org.apache.camel.support.DefaultComponent;
import org.apache.camel.support.jsse.SSLContextParameters;
import routes.redis.RedisLink;

/** The redis-streams component. All endpoints of a component use the same Redis. */
@Component("redis-streams")
public class RedisStreamsComponent extends DefaultComponent implements SSLContextParametersAware {

    @Metadata(
            secret = true, // may contain a password
            description =
                    "URL of the Redis server, such as redis://localhost:6379/0, or rediss://localhost:6380 for TLS."
                            + " If it is set, the component creates its own client, and the option redisClient is not used.")
    private String url;

    @Metadata(label = "security", secret = true, description = "User name for the server at the url.")
    private String username;

    @Metadata(label = "security", secret = true, description = "Password for the server at the url.")
    private String password;

    @Metadata(
            label = "security",
            description = "Trusted certificates and the client's own certificate for a url with rediss.")
    private SSLContextParameters sslContextParameters;

    @Metadata(
            label = "security",
            defaultValue = "false",
            description = "Enable usage of global SSL context parameters.")
    private boolean useGlobalSslContextParameters;

    @Metadata(description = "Options that apply to all endpoints of this component, unless an endpoint sets them.")
    private RedisStreamsConfiguration configuration = new RedisStreamsConfiguration();

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

    private ExecutorService connecting;
    private RedisLink link;
    private ScheduledExecutorService heartbeats;
    private ExecutorService writerThreads;
    private CompletionWriter writer;

    @Override
    protected Endpoint createEndpoint(String uri, String remaining, Map<String, Object> parameters) throws Exception {
        RedisStreamsConfiguration own = configuration.copy();
        own.setName(remaining);
        RedisStreamsEndpoint endpoint = new RedisStreamsEndpoint(uri, this, own);
        setProperties(endpoint, parameters);
        return endpoint;
    }

    @Override
    protected void doStart() throws Exception {
        super.doStart();
        if (url != null) {
            redisClient = newClient();
        } else if (redisClient == null) {
            throw new IllegalStateException(
                    "The redis-streams component has no Redis client: set the component option url, or bind one"
                            + " io.lettuce.core.RedisClient to the registry, or set the component option redisClient");
        }
        if (instanceName == null || instanceName.isBlank()) {
            instanceName = hostName();
        }
        ExecutorServiceManager threads = getCamelContext().getExecutorServiceManager();
        connecting = threads.newCachedThreadPool(this, "RedisStreamsConnect");
        link = new RedisLink(redisClient, timeout(), connecting);
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
            threads.shutdownNow(connecting);
        }
        if (url != null && redisClient != null) {
            redisClient.shutdown(Duration.ZERO, timeout());
            redisClient = null;
        }
        super.doStop();
    }

    private RedisClient newClient() throws GeneralSecurityException, IOException {
        RedisURI server = RedisURI.create(url);
        if (password != null) {
            server.setCredentialsProvider(new StaticCredentialsProvider(username, password.toCharArray()));
        }
        RedisClient client = RedisClient.create(server);
        client.setOptions(ClientOptions.builder()
                .disconnectedBehavior(ClientOptions.DisconnectedBehavior.REJECT_COMMANDS)
                .socketOptions(SocketOptions.builder()
                        .connectTimeout(timeout())
                        .keepAlive(true)
                        .build())
                .sslOptions(sslOptions())
                .build());
        return client;
    }

    private SslOptions sslOptions() throws GeneralSecurityException, IOException {
        SSLContextParameters tls =
                sslContextParameters != null ? sslContextParameters : retrieveGlobalSslContextParameters();
        if (tls == null) {
            return SslOptions.create();
        }
        tls.createSSLContext(getCamelContext()); // passes the Camel context to the parts that read the key stores
        TrustManager[] trust =
                tls.getTrustManagers() == null ? null : tls.getTrustManagers().createTrustManagers();
        KeyManager[] keys =
                tls.getKeyManagers() == null ? null : tls.getKeyManagers().createKeyManagers();
        return SslOptions.builder()
                .jdkSslProvider()
                .sslContext(ssl -> {
                    if (trust != null) {
                        ssl.trustManager(trust[0]);
                    }
                    if (keys != null) {
                        ssl.keyManager(keys[0]);
                    }
                })
                .build();
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

    /**
     * Returns the resolver in use. The fallback is not the default of the option because Camel autowires only options without a value.
     */
    StreamNames names() {
        return streamNames != null ? streamNames : name -> name;
    }

    /** Returns the listener in use. */
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

    public String getUrl() {
        return url;
    }

    public void setUrl(String url) {
        this.url = url;
    }

    public String getUsername() {
        return username;
    }

    public void setUsername(String username) {
        this.username = username;
    }

    public String getPassword() {
        return password;
    }

    public void setPassword(String password) {
        this.password = password;
    }

    public SSLContextParameters getSslContextParameters() {
        return sslContextParameters;
    }

    public void setSslContextParameters(SSLContextParameters sslContextParameters) {
        this.sslContextParameters = sslContextParameters;
    }

    @Override
    public boolean isUseGlobalSslContextParameters() {
        return useGlobalSslContextParameters;
    }

    @Override
    public void setUseGlobalSslContextParameters(boolean useGlobalSslContextParameters) {
        this.useGlobalSslContextParameters = useGlobalSslContextParameters;
    }

    public RedisStreamsConfiguration getConfiguration() {
        return configuration;
    }

    public void setConfiguration(RedisStreamsConfiguration configuration) {
        this.configuration = configuration;
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
