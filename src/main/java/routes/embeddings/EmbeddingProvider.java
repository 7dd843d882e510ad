package routes.embeddings;

import java.util.List;
import routes.text.Language;

/** Converts texts to vectors of one fixed length. Implementations are thread-safe. */
public interface EmbeddingProvider {

    /** Returns a short name for events and metrics, for example {@code local}. */
    String provider();

    /** Returns the name of the model. Vectors of different models must never be compared. */
    String model();

    /** Returns the number of components of every vector. */
    int dimension();

    /**
     * Returns one vector per text, in the order of the texts, each with {@link #dimension()} components and length 1. A text without
     * content (blank, or only stop words and signs if the model recognises them) gets the zero vector, which means "has no vector": it is
     * neither stored nor used in a search.
     */
    List<float[]> embed(List<String> texts);

    /**
     * Returns the vector of a search query, like {@link #embed}. Returns or fails quickly, because a reader waits for it.
     *
     * @throws EmbeddingsUnavailableException if a model does not respond in time
     */
    default float[] embedQuery(String text) {
        return embed(List.of(text)).get(0);
    }

    /** Returns whether embedding takes long or can fail, so that it must not run in a transaction. */
    default boolean isSlow() {
        return false;
    }

    /**
     * Interprets the cosine similarity of two vectors.
     *
     * @param unrelated two texts are unrelated at or below this similarity; a search drops such hits
     * @param same similarity of two texts with the same meaning in different words; from here on, a search applies the full weight
     * @param trust weight of the vectors for texts that the words also match: 0 to 1. With 0, vectors are used only for texts that the
     *     words do not match
     */
    record Similarity(float unrelated, float same, float trust) {}

    /** Returns the similarity thresholds for texts in a language. */
    default Similarity similarity(Language language) {
        return new Similarity(0, 0, 1);
    }

    /**
     * Returns the weight of vector similarity in a search, relative to 1 for the words: 0 to 1. 0 if the vectors contain no more
     * information than the words; a search then requests no vector.
     */
    default float searchWeight() {
        return 0.3f;
    }
}
