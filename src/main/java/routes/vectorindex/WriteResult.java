package routes.vectorindex;

/** What a write did. Every result is final when it is returned: what it says is durable. */
public enum WriteResult {
    /** The point is stored as given. */
    WRITTEN,
    /** Nothing was changed: the index holds a newer revision of the post. */
    STALE,
    /** Only from {@code updatePayload}: the post is not in the index or was embedded from another text; upsert it. */
    TEXT_DIFFERS
}
