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
 * Parts of speech of an English sentence, by the model of Apache OpenNLP (universal tags: NOUN, PROPN, VERB): a dictionary
 * cannot tell which of its readings is meant. Takes the best part of each word from left to right; the beam search of OpenNLP takes
 * three times as long. Loaded at the first use.
 */
final class EnglishSentence {
    private static final String FILE = "/opennlp-en-ud-ewt-pos-1.2-2.5.0.bin";

    private static final POSModel MODEL = load();
    private static final MaxentModel WEIGHTS = MODEL.getArtifact("pos.model");

    /** It keeps what it computed last. */
    private static final ThreadLocal<POSContextGenerator> FEATURES =
            ThreadLocal.withInitial(() -> MODEL.getFactory().getPOSContextGenerator());

    /** Nearly half of all words; few of them have more than one part. */
    private static final Map<String, String> STOP_WORDS = new ConcurrentHashMap<>();

    private EnglishSentence() {}

    private static POSModel load() {
        try (InputStream file = EnglishSentence.class.getResourceAsStream(FILE)) {
            return new POSModel(Objects.requireNonNull(file, FILE + " is missing"));
        } catch (IOException e) {
            throw new UncheckedIOException("The model of English parts of speech cannot be read", e);
        }
    }

    /** The part of a word that needs no context. Only for stop words: it is kept for ever. */
    static String ofStopWord(String word) {
        return STOP_WORDS.computeIfAbsent(word, alone -> {
            String[] part = new String[1];
            parts(new String[] {alone}, part);
            return part[0];
        });
    }

    /**
     * @param words and punctuation marks, in their order
     * @param parts those that are known; fills in the others
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
