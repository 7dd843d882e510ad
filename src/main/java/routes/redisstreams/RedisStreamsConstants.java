package routes.redisstreams;

import org.apache.camel.spi.Metadata;

/** Message headers and exchange properties of the component. */
public final class RedisStreamsConstants {

    @Metadata(label = "consumer", description = "The name of the stream.", javaType = "String")
    public static final String STREAM = "CamelRedisStreamsStream";

    @Metadata(label = "consumer", description = "The Redis key of the stream.", javaType = "String")
    public static final String KEY = "CamelRedisStreamsKey";

    @Metadata(
            description =
                    "Consumer: the id of the entry. Producer: the id of the entry that was appended; set only when it"
                            + " was appended at once.",
            javaType = "String")
    public static final String MESSAGE_ID = "CamelRedisStreamsMessageId";

    @Metadata(label = "consumer", description = "The consumer group.", javaType = "String")
    public static final String GROUP = "CamelRedisStreamsGroup";

    @Metadata(label = "consumer", description = "The name of the consumer in its group.", javaType = "String")
    public static final String CONSUMER = "CamelRedisStreamsConsumer";

    @Metadata(
            label = "consumer",
            description =
                    "Which delivery of the entry this is, from 1. Restarts, reconnects and uncounted failures do not"
                            + " count.",
            javaType = "int")
    public static final String DELIVERIES = "CamelRedisStreamsDeliveries";

    @Metadata(
            label = "consumer",
            description =
                    "With batchSize: which entry of the batch this is, from 0. Kept by what is split off the batch, it"
                            + " tells which entry outputs belong to.",
            javaType = "int")
    public static final String BATCH_INDEX = "CamelRedisStreamsBatchIndex";

    @Metadata(
            label = "producer",
            description =
                    "With the option once: the token that identifies this message if it is published again. For a list of"
                            + " maps: a list with a token for each.",
            javaType = "String")
    public static final String ONCE = "CamelRedisStreamsOnce";

    /** Exchange property: how a failure is handled, a {@link FailureKind} or its name. */
    public static final String FAILURE = "CamelRedisStreamsFailure";

    /** Exchange property that carries the {@link StreamCompletion}, or the {@link StreamCompletion.Batch}; copies of the exchange
     * share it. */
    static final String COMPLETION = "CamelRedisStreamsCompletion";

    private RedisStreamsConstants() {}
}
