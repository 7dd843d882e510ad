package routes.vectorindex;

import java.util.Objects;

/**
 * A new payload for a post whose text has not changed.
 *
 * @param indexRevision as in {@link IndexedPoint}
 * @param textHash hash of the text and model that the stored vector must have been made from
 */
public record PayloadUpdate(PostPayload payload, long indexRevision, String textHash) {

    public PayloadUpdate {
        Objects.requireNonNull(payload, "payload");
        Objects.requireNonNull(textHash, "textHash");
    }
}
