package routes.redisstreams;

import org.apache.camel.spi.Metadata;

/** Message headers and exchange properties of the component. */
public final class RedisStreamsConstants {

    @Metadata(label = "consumer", description = "The stream name.", javaType = "String")
    public static final String STREAM = "CamelRedisStreamsStream";

    @Metadata(label = "consumer", description = "The Redis key of the stream.", javaType = "String")
    public static final String KEY = "CamelRedisStreamsKey";

    @Metadata(
            description =
                    "Consumer: the entry id. Producer: the id of the appended entry; set only if the entry was appended"
                            + " immediately.",
            javaType = "String")
    public static final String MESSAGE_ID = "CamelRedisStreamsMessageId";

    @Metadata(label = "consumer", description = "The consumer group.", javaType = "String")
    public static final String GROUP = "CamelRedisStreamsGroup";

    @Metadata(label = "consumer", description = "The consumer name in the group.", javaType = "String")
    public static final String CONSUMER = "CamelRedisStreamsConsumer";

    @Metadata(
            label = "consumer",
            description =
                    "The number of this delivery of the entry, starting at 1. Restarts, reconnects and uncounted failures"
                            + " do not count.",
            javaType = "int")
    public static final String DELIVERIES = "CamelRedisStreamsDeliveries";

    @Metadata(
            label = "consumer",
            description =
                    "The index of the entry in its batch, starting at 0. Set if batchSize is greater than 1. Messages split"
                            + " from the batch must keep it: it assigns their outputs to the entry.",
            javaType = "int")
    public static final String BATCH_INDEX = "CamelRedisStreamsBatchIndex";

    @Metadata(
            label = "producer",
            description =
                    "The token that identifies this message if it is published again; used with the option once. If the"
                            + " body is a list of maps: a list with one token per map.",
            javaType = "String")
    public static final String ONCE = "CamelRedisStreamsOnce";

    /** Exchange property: how to handle a failure, as a {@link FailureKind} or its name. */
    public static final String FAILURE = "CamelRedisStreamsFailure";

    /**
     * Exchange property that contains the {@link StreamCompletion} or the {@link StreamCompletion.Batch}; copies of the exchange share it.
     */
    static final String COMPLETION = "CamelRedisStreamsCompletion";

    private RedisStreamsConstants() {}
}
