package routes.redisstreams;

import java.time.Duration;
import org.apache.camel.spi.Metadata;
import org.apache.camel.spi.UriParam;
import org.apache.camel.spi.UriParams;
import org.apache.camel.spi.UriPath;

/** Options of a redis-streams endpoint. */
@UriParams
public class RedisStreamsConfiguration implements Cloneable {
    /** Maximum lease of a consumer name, in milliseconds. After a crash, a restarted consumer waits at most this long for its name. */
    private static final long MAX_NAME_LEASE = 10_000;

    @UriPath(description = "Name of the stream.")
    @Metadata(required = true)
    private String name;

    @UriParam(label = "consumer", description = "Consumer group. Required for a consumer.")
    private String group;

    @UriParam(label = "consumer", defaultValue = "1", description = "Number of entries processed concurrently.")
    private int concurrency = 1;

    @UriParam(
            label = "consumer",
            defaultValue = "1",
            description =
                    "Maximum number of entries in one exchange. If greater than 1, the body is a list of messages,"
                            + " which the route splits or processes together. Each entry is acknowledged separately. An entry"
                            + " that fails is redelivered alone.")
    private int batchSize = 1;

    @UriParam(
            label = "consumer",
            defaultValue = "500",
            javaType = "java.time.Duration",
            description = "Maximum time to wait for a batch to fill up, counted from its first entry.")
    private long batchTimeout = 500;

    @UriParam(
            label = "consumer",
            defaultValue = "64",
            description = "Maximum number of entries in memory: waiting, being processed or being completed.")
    private int maxInFlight = 64;

    @UriParam(label = "consumer", defaultValue = "32", description = "Maximum number of entries to read in one call.")
    private int readCount = 32;

    @UriParam(
            label = "consumer",
            defaultValue = "1000",
            javaType = "java.time.Duration",
            description = "Maximum time that a read blocks while it waits for new entries.")
    private long blockTimeout = 1_000;

    @UriParam(
            label = "consumer",
            defaultValue = "60000",
            javaType = "java.time.Duration",
            description =
                    "Minimum idle time of a pending entry before another consumer claims it. A consumer resets the idle"
                            + " time of its entries every third of this time, so processing may take longer.")
    private long claimMinIdle = 60_000;

    @UriParam(
            label = "consumer",
            defaultValue = "15000",
            javaType = "java.time.Duration",
            description = "Interval between two scans for idle entries of other consumers.")
    private long claimInterval = 15_000;

    @UriParam(
            label = "consumer",
            defaultValue = "5",
            description = "Number of failed deliveries after which an entry becomes a dead letter.")
    private int maxDeliveries = 5;

    @UriParam(
            label = "consumer",
            defaultValue = "1000",
            javaType = "java.time.Duration",
            description = "Delay before the first redelivery. It doubles with each further redelivery; jitter is"
                    + " applied.")
    private long backoffInitial = 1_000;

    @UriParam(
            label = "consumer",
            defaultValue = "60000",
            javaType = "java.time.Duration",
            description = "Maximum delay before a redelivery.")
    private long backoffMax = 60_000;

    @UriParam(
            label = "consumer,advanced",
            defaultValue = "10000",
            description =
                    "Maximum number of failed entries that wait for redelivery. When it is reached, the consumer reads no"
                            + " new entries. Only the ids of these entries are kept in memory.")
    private int maxParked = 10_000;

    @UriParam(
            label = "consumer,advanced",
            defaultValue = "86400000",
            javaType = "java.time.Duration",
            description = "Idle time after which a consumer is removed from the group if it has no pending entries and"
                    + " its process is not running.")
    private long consumerIdle = 86_400_000;

    @UriParam(
            label = "producer",
            defaultValue = "completion",
            enums = "completion,immediate",
            description =
                    "When to append the entry. completion: atomically with the acknowledgement of the entry that started"
                            + " the exchange; an exchange that did not come from a stream appends immediately. immediate:"
                            + " always immediately.")
    private PublishMode publish = PublishMode.COMPLETION;

    @UriParam(
            label = "producer",
            description = "Name of a record in Redis that remembers what the last immediate call published. A message"
                    + " whose header CamelRedisStreamsOnce is in the record is not published again, so a call whose"
                    + " reply was lost can safely be repeated. Only one caller at a time may use a record.")
    private String once;

    public RedisStreamsConfiguration copy() {
        try {
            return (RedisStreamsConfiguration) clone();
        } catch (CloneNotSupportedException e) {
            throw new IllegalStateException(e);
        }
    }

    /**
     * Validates the consumer options.
     *
     * @throws IllegalArgumentException with the option, its value and the allowed values
     */
    public void validateForConsumer() {
        require(group != null && !group.isBlank(), "group", group, "the name of a consumer group");
        require(concurrency > 0, "concurrency", concurrency, "at least 1");
        require(batchSize > 0, "batchSize", batchSize, "at least 1");
        require(batchTimeout >= 0, "batchTimeout", batchTimeout, "at least 0 ms");
        int needed = concurrency * batchSize;
        require(maxInFlight >= needed, "maxInFlight", maxInFlight, "at least concurrency × batchSize, " + needed);
        require(readCount > 0, "readCount", readCount, "at least 1");
        require(blockTimeout > 0, "blockTimeout", blockTimeout, "at least 1 ms");
        require(claimMinIdle >= 100, "claimMinIdle", claimMinIdle, "at least 100 ms");
        require(claimInterval > 0, "claimInterval", claimInterval, "at least 1 ms");
        require(maxDeliveries > 0, "maxDeliveries", maxDeliveries, "at least 1");
        require(backoffInitial > 0, "backoffInitial", backoffInitial, "at least 1 ms");
        require(backoffMax >= backoffInitial, "backoffMax", backoffMax, "at least backoffInitial, " + backoffInitial);
        require(maxParked > 0, "maxParked", maxParked, "at least 1");
        require(consumerIdle >= claimMinIdle, "consumerIdle", consumerIdle, "at least claimMinIdle, " + claimMinIdle);
    }

    private void require(boolean condition, String option, Object value, String allowed) {
        if (!condition) {
            throw new IllegalArgumentException(
                    "redis-streams:" + name + ": option " + option + " is " + value + ", allowed is " + allowed);
        }
    }

    /** Returns the duration of a name lease after the last heartbeat; shorter than claimMinIdle. */
    Duration nameLease() {
        return Duration.ofMillis(Math.min(claimMinIdle / 2, MAX_NAME_LEASE));
    }

    public String getName() {
        return name;
    }

    public void setName(String name) {
        this.name = name;
    }

    public String getGroup() {
        return group;
    }

    public void setGroup(String group) {
        this.group = group;
    }

    public int getConcurrency() {
        return concurrency;
    }

    public void setConcurrency(int concurrency) {
        this.concurrency = concurrency;
    }

    public int getBatchSize() {
        return batchSize;
    }

    public void setBatchSize(int batchSize) {
        this.batchSize = batchSize;
    }

    public long getBatchTimeout() {
        return batchTimeout;
    }

    public void setBatchTimeout(long batchTimeout) {
        this.batchTimeout = batchTimeout;
    }

    public int getMaxInFlight() {
        return maxInFlight;
    }

    public void setMaxInFlight(int maxInFlight) {
        this.maxInFlight = maxInFlight;
    }

    public int getReadCount() {
        return readCount;
    }

    public void setReadCount(int readCount) {
        this.readCount = readCount;
    }

    public long getBlockTimeout() {
        return blockTimeout;
    }

    public void setBlockTimeout(long blockTimeout) {
        this.blockTimeout = blockTimeout;
    }

    public long getClaimMinIdle() {
        return claimMinIdle;
    }

    public void setClaimMinIdle(long claimMinIdle) {
        this.claimMinIdle = claimMinIdle;
    }

    public long getClaimInterval() {
        return claimInterval;
    }

    public void setClaimInterval(long claimInterval) {
        this.claimInterval = claimInterval;
    }

    public int getMaxDeliveries() {
        return maxDeliveries;
    }

    public void setMaxDeliveries(int maxDeliveries) {
        this.maxDeliveries = maxDeliveries;
    }

    public long getBackoffInitial() {
        return backoffInitial;
    }

    public void setBackoffInitial(long backoffInitial) {
        this.backoffInitial = backoffInitial;
    }

    public long getBackoffMax() {
        return backoffMax;
    }

    public void setBackoffMax(long backoffMax) {
        this.backoffMax = backoffMax;
    }

    public int getMaxParked() {
        return maxParked;
    }

    public void setMaxParked(int maxParked) {
        this.maxParked = maxParked;
    }

    public long getConsumerIdle() {
        return consumerIdle;
    }

    public void setConsumerIdle(long consumerIdle) {
        this.consumerIdle = consumerIdle;
    }

    public String getOnce() {
        return once;
    }

    public void setOnce(String once) {
        this.once = once;
    }

    public PublishMode getPublish() {
        return publish;
    }

    public void setPublish(PublishMode publish) {
        this.publish = publish;
    }
}
