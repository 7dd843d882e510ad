package routes.vectorindex;

/** What tells an indexer whether a post must be embedded and written again. */
public record StoredPoint(long indexRevision, String textHash) {}
