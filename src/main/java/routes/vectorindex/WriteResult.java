package routes.vectorindex;

/** Result of a write. A returned result is final and durable. */
public enum WriteResult {
    /** The point is stored as given. */
    WRITTEN,
    /** Nothing was changed: the index contains a newer revision of the post. */
    STALE,
    /** Only from {@code updatePayload}: the post is not in the index or was embedded from another text; upsert it. */
    TEXT_DIFFERS
}
