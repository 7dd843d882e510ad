package routes.vectorindex;

/** The stored state that decides whether an indexer must embed and write a post again. */
public record StoredPoint(long indexRevision, String textHash) {}
