package routes.vectorindex;

import java.util.Objects;

/**
 * One post to be indexed.
 *
 * @param vector of length 1 and of the collection's dimension; the zero vector means that the text has none: only text search
 *     finds such a post
 * @param text the whole text for full-text search
 * @param indexRevision increases with every composition of the post; an older one never replaces a newer one
 * @param textHash identifies the embedded text <em>and</em> the embedding model, so that a change of either changes the hash;
 *     opaque to the index
 */
// Components are passed, not copied: the vector is big and no caller keeps a reference to it.
@SuppressWarnings("ArrayRecordComponent")
public record IndexedPoint(PostPayload payload, float[] vector, String text, long indexRevision, String textHash) {

    public IndexedPoint {
        Objects.requireNonNull(payload, "payload");
        Objects.requireNonNull(vector, "vector");
        Objects.requireNonNull(text, "text");
        Objects.requireNonNull(textHash, "textHash");
    }
}
