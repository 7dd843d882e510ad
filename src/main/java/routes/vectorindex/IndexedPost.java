package routes.vectorindex;

/**
 * A post as stored in the index.
 *
 * @param text the indexed text, for snippets
 */
public record IndexedPost(PostPayload payload, String text) {}
