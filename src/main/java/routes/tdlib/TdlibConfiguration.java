package routes.tdlib;

import java.util.Arrays;
import java.util.Set;
import java.util.stream.Collectors;
import org.apache.camel.spi.Metadata;
import org.apache.camel.spi.UriParam;
import org.apache.camel.spi.UriParams;
import org.apache.camel.spi.UriPath;

/** Options of a tdlib endpoint. */
@UriParams
public class TdlibConfiguration {

    @UriPath(description = "Name of the client.")
    @Metadata(required = true)
    private String client;

    @UriParam(
            label = "consumer",
            description = "Comma-separated list of update types to consume, such as"
                    + " updateNewMessage,updateDeleteMessages. All types by default.")
    private String types;

    @UriParam(
            label = "consumer",
            defaultValue = "1",
            description =
                    "Maximum number of updates in one exchange. If greater than 1, the body is a list of the queued"
                            + " updates.")
    private int batchSize = 1;

    @UriParam(
            label = "consumer",
            defaultValue = "20000",
            description =
                    "Maximum number of queued updates. When the queue is full, further updates are dropped until it is half"
                            + " empty, and the route receives an object of the type updatesLost with the chats to read"
                            + " again.")
    private int maxQueued = 20_000;

    @UriParam(
            label = "consumer,advanced",
            defaultValue = "67108864",
            description = "Maximum total size of the queued updates in bytes, as JSON.")
    private long maxQueuedBytes = 64L << 20;

    @UriParam(
            label = "consumer,advanced",
            defaultValue = "60000",
            javaType = "java.time.Duration",
            description =
                    "Maximum pause after a failed exchange. The first pause is 1 s; it doubles with each further failure.")
    private long backoffMax = 60_000;

    @UriParam(
            label = "producer",
            description =
                    "Name of the function to call, such as getChatHistory, with the body as its arguments. Defaults to the"
                            + " @type of the body.")
    private String request;

    @UriParam(
            label = "producer",
            defaultValue = "30000",
            javaType = "java.time.Duration",
            description = "Maximum time to wait for the response.")
    private long timeout = 30_000;

    /**
     * Validates the consumer options.
     *
     * @throws IllegalArgumentException with the option, its value and the allowed values
     */
    void validateForConsumer() {
        require(batchSize > 0, "batchSize", batchSize, "at least 1");
        require(maxQueued > 0, "maxQueued", maxQueued, "at least 1");
        require(maxQueuedBytes > 0, "maxQueuedBytes", maxQueuedBytes, "at least 1");
        require(backoffMax >= 0, "backoffMax", backoffMax, "at least 0 ms");
        for (String type : typeSet()) {
            require(type.startsWith("update"), "types", type, "names of updates, such as updateNewMessage");
        }
    }

    /** Validates the producer options. */
    void validateForProducer() {
        require(timeout > 0, "timeout", timeout, "at least 1 ms");
    }

    private void require(boolean condition, String option, Object value, String allowed) {
        if (!condition) {
            throw new IllegalArgumentException(
                    "tdlib:" + client + ": option " + option + " is " + value + ", allowed is " + allowed);
        }
    }

    Set<String> typeSet() {
        return types == null
                ? Set.of()
                : Arrays.stream(types.split(","))
                        .map(String::strip)
                        .filter(type -> !type.isEmpty())
                        .collect(Collectors.toUnmodifiableSet());
    }

    public String getClient() {
        return client;
    }

    public void setClient(String client) {
        this.client = client;
    }

    public String getTypes() {
        return types;
    }

    public void setTypes(String types) {
        this.types = types;
    }

    public int getBatchSize() {
        return batchSize;
    }

    public void setBatchSize(int batchSize) {
        this.batchSize = batchSize;
    }

    public int getMaxQueued() {
        return maxQueued;
    }

    public void setMaxQueued(int maxQueued) {
        this.maxQueued = maxQueued;
    }

    public long getMaxQueuedBytes() {
        return maxQueuedBytes;
    }

    public void setMaxQueuedBytes(long maxQueuedBytes) {
        this.maxQueuedBytes = maxQueuedBytes;
    }

    public long getBackoffMax() {
        return backoffMax;
    }

    public void setBackoffMax(long backoffMax) {
        this.backoffMax = backoffMax;
    }

    public String getRequest() {
        return request;
    }

    public void setRequest(String request) {
        this.request = request;
    }

    public long getTimeout() {
        return timeout;
    }

    public void setTimeout(long timeout) {
        this.timeout = timeout;
    }
}
