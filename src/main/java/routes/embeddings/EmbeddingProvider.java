package routes.embeddings;

import java.util.List;
import routes.text.Language;

/** Converts texts to vectors of one fixed length. Implementations are thread-safe. */
public interface EmbeddingProvider {

    /** Short name for events and metrics, for example {@code local}. */
    String provider();

    /** The model's name; vectors of different models must never be compared. */
    String model();

    /** Number of components of every vector. */
    int dimension();

    /**
     * One vector per text, in the order of the texts, each of {@link #dimension()} components and of length 1. A text without
     * anything to embed (blank, or only stop words and signs if the model knows them) gives the zero vector, which means "has no
     * vector": it is neither stored nor used in a search.
     */
    List<float[]> embed(List<String> texts);

    /**
     * The vector of a search query, as {@link #embed}. Returns soon or fails: a reader waits for it.
     *
     * @throws EmbeddingsUnavailableException if a model does not answer in time
     */
    default float[] embedQuery(String text) {
        return embed(List.of(text)).get(0);
    }

    /** Whether embedding takes long or can fail, so that it must not happen in a transaction. */
    default boolean isSlow() {
        return false;
    }

    /**
     * What the cosine similarity of two vectors means.
     *
     * @param unrelated at or below it two texts are unrelated; a search drops such hits
     * @param same of two texts that say the same in other words; a search counts this and more in full
     * @param trust how far the vectors are believed where the words have found something: 0 to 1. With 0, vectors are used only for
     *     what the words do not find at all
     */
    record Similarity(float unrelated, float same, float trust) {}

    /** For texts in a language. */
    default Similarity similarity(Language language) {
        return new Similarity(0, 0, 1);
    }

    /**
     * How much the similarity of vectors counts in a search, where the words count 1: 0 to 1. 0 if the vectors say no more than the
     * words; then a search asks for no vector.
     */
    default float searchWeight() {
        return 0.3f;
    }
}
