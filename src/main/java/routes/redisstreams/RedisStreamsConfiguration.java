package routes.redisstreams;

import java.time.Duration;
import org.apache.camel.spi.Metadata;
import org.apache.camel.spi.UriParam;
import org.apache.camel.spi.UriParams;
import org.apache.camel.spi.UriPath;

/** Options of a redis-streams endpoint. */
@UriParams
public class RedisStreamsConfiguration implements Cloneable {
    /** Maximum lease of a consumer name in milliseconds, so that a restart after a crash does not wait long for it. */
    private static final long MAX_NAME_LEASE = 10_000;

    @UriPath(description = "Name of the stream")
    @Metadata(required = true)
    private String name;

    @UriParam(label = "consumer", description = "Consumer group. Required for a consumer.")
    private String group;

    @UriParam(label = "consumer", defaultValue = "1", description = "How many entries are processed at the same time.")
    private int concurrency = 1;

    @UriParam(
            label = "consumer",
            defaultValue = "1",
            description = "With more than 1, an exchange carries up to so many entries: its body is a list of messages,"
                    + " which the route splits or processes together. Each is acknowledged separately; one that"
                    + " failed is delivered again alone.")
    private int batchSize = 1;

    @UriParam(
            label = "consumer",
            defaultValue = "500",
            javaType = "java.time.Duration",
            description = "How long a batch waits to become full, from its first entry on.")
    private long batchTimeout = 500;

    @UriParam(
            label = "consumer",
            defaultValue = "64",
            description = "How many entries are held in memory at most: waiting, being processed or being completed.")
    private int maxInFlight = 64;

    @UriParam(label = "consumer", defaultValue = "32", description = "How many entries are read at most at a time.")
    private int readCount = 32;

    @UriParam(
            label = "consumer",
            defaultValue = "1000",
            javaType = "java.time.Duration",
            description = "How long a read waits for new entries.")
    private long blockTimeout = 1_000;

    @UriParam(
            label = "consumer",
            defaultValue = "60000",
            javaType = "java.time.Duration",
            description =
                    "How long an entry must be idle before another consumer claims it. What a consumer holds is kept"
                            + " fresh every third of this time, so it may be shorter than the processing takes.")
    private long claimMinIdle = 60_000;

    @UriParam(
            label = "consumer",
            defaultValue = "15000",
            javaType = "java.time.Duration",
            description = "How often idle entries of other consumers are looked for.")
    private long claimInterval = 15_000;

    @UriParam(
            label = "consumer",
            defaultValue = "5",
            description = "After how many failed deliveries an entry becomes a dead letter.")
    private int maxDeliveries = 5;

    @UriParam(
            label = "consumer",
            defaultValue = "1000",
            javaType = "java.time.Duration",
            description = "Delay before the first repetition of a failed delivery. Doubled for each further one, with"
                    + " jitter.")
    private long backoffInitial = 1_000;

    @UriParam(
            label = "consumer",
            defaultValue = "60000",
            javaType = "java.time.Duration",
            description = "Longest delay before the repetition of a failed delivery.")
    private long backoffMax = 60_000;

    @UriParam(
            label = "consumer,advanced",
            defaultValue = "10000",
            description =
                    "How many failed entries may wait for their repetition before no new ones are read. Each costs an"
                            + " id in memory.")
    private int maxParked = 10_000;

    @UriParam(
            label = "consumer,advanced",
            defaultValue = "86400000",
            javaType = "java.time.Duration",
            description = "After how long an idle consumer of the group, with nothing pending and no living process, is"
                    + " removed.")
    private long consumerIdle = 86_400_000;

    @UriParam(
            label = "producer",
            defaultValue = "completion",
            enums = "completion,immediate",
            description =
                    "When the entry is appended. completion: together with the acknowledgement of the entry that the"
                            + " exchange came from, or not at all; exchanges of other origin append at once. immediate: at"
                            + " once.")
    private PublishMode publish = PublishMode.COMPLETION;

    @UriParam(
            label = "producer",
            description = "Name of a record in Redis of what the last call published at once. Messages whose header"
                    + " CamelRedisStreamsOnce is in it are not published again, so that the last call may be repeated"
                    + " when nobody knows whether it arrived. One caller at a time.")
    private String once;

    public RedisStreamsConfiguration copy() {
        try {
            return (RedisStreamsConfiguration) clone();
        } catch (CloneNotSupportedException e) {
            throw new IllegalStateException(e);
        }
    }

    /**
     * Checks what a consumer needs.
     *
     * @throws IllegalArgumentException naming the option, its value and what is allowed
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

    /** How long a consumer name stays leased after its last heartbeat; shorter than claimMinIdle. */
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
