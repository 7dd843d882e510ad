package routes.vectorindex;

/**
 * A post as the index holds it.
 *
 * @param text the indexed text, for snippets
 */
public record IndexedPost(PostPayload payload, String text) {}
