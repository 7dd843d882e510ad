package routes.tagging.local;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ConcurrentHashMap;
import opennlp.tools.ml.model.MaxentModel;
import opennlp.tools.postag.POSContextGenerator;
import opennlp.tools.postag.POSModel;

/**
 * Parts of speech of an English sentence, from a model of Apache OpenNLP (universal tags: NOUN, PROPN, VERB), because a dictionary
 * cannot determine which reading of a word applies. Selects the best part of speech of each word from left to right; OpenNLP's beam
 * search takes three times as long. Loaded on first use.
 */
final class EnglishSentence {
    private static final String FILE = "/opennlp-en-ud-ewt-pos-1.2-2.5.0.bin";

    private static final POSModel MODEL = load();
    private static final MaxentModel WEIGHTS = MODEL.getArtifact("pos.model");

    /** Stateful: caches its last result. */
    private static final ThreadLocal<POSContextGenerator> FEATURES =
            ThreadLocal.withInitial(() -> MODEL.getFactory().getPOSContextGenerator());

    /** Nearly half of all words are stop words; few of them have more than one part of speech. */
    private static final Map<String, String> STOP_WORDS = new ConcurrentHashMap<>();

    private EnglishSentence() {}

    private static POSModel load() {
        try (InputStream file = EnglishSentence.class.getResourceAsStream(FILE)) {
            return new POSModel(Objects.requireNonNull(file, FILE + " is missing"));
        } catch (IOException e) {
            throw new UncheckedIOException("Cannot read the model of English parts of speech", e);
        }
    }

    /** Returns the part of speech of a word without context. Only for stop words, because results are cached forever. */
    static String ofStopWord(String word) {
        return STOP_WORDS.computeIfAbsent(word, alone -> {
            String[] part = new String[1];
            parts(new String[] {alone}, part);
            return part[0];
        });
    }

    /**
     * @param words words and punctuation marks, in order
     * @param parts the known parts of speech; null elements are filled in
     */
    static void parts(String[] words, String[] parts) {
        for (int i = 0; i < words.length; i++) {
            if (parts[i] == null) {
                String[] features = FEATURES.get().getContext(i, words, parts, null);
                parts[i] = WEIGHTS.getBestOutcome(WEIGHTS.eval(features));
            }
        }
    }
}
