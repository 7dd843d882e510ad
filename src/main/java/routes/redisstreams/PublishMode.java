package routes.redisstreams;

/** When a producer appends its entry. */
public enum PublishMode {
    /** Together with the acknowledgement of the entry the exchange came from; at once in other exchanges. */
    COMPLETION,
    /** At once, in any exchange. */
    IMMEDIATE
}
