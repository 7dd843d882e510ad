package routes.redisstreams;

/** When a producer appends its entry. */
public enum PublishMode {
    /** Together with the acknowledgement of the entry the exchange came from; immediately in other exchanges. */
    COMPLETION,
    /** Immediately, in any exchange. */
    IMMEDIATE
}
