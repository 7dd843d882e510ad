package routes.search;

import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.UUID;
import routes.embeddings.EmbeddingProvider;
import routes.embeddings.VectorSpace;
import routes.text.Language;

/**
 * Vectors as of a model that understands texts well, a little or not at all: the vector of a question has a given cosine with that of the
 * text that answers it, and is otherwise random. It is no model, but has what matters for a ranking: how far right and wrong vectors are apart.
 */
final class ModelOfTests implements EmbeddingProvider {
    private static final int DIMENSION = 256;

    private final double understanding;
    private final double common;
    private final double mistakes;

    private final Map<String, String> answers;
    private final VectorSpace space;

    /**
     * @param understanding cosine of a question and its answer, apart from what all texts share
     * @param common cosine that any two texts have, as in spaces such as that of e5
     * @param mistakes share of the questions whose vector is that of a question about another text
     * @param answers texts by their questions
     */
    ModelOfTests(double understanding, double common, double mistakes, Map<String, String> answers) {
        this.understanding = understanding;
        this.common = common;
        this.mistakes = mistakes;
        this.answers = new HashMap<>(answers);
        VectorSpace.pairs().forEach(pair -> this.answers.put(pair.other(), pair.one()));
        List<String> texts = this.answers.values().stream().distinct().sorted().toList();
        this.answers.replaceAll((question, text) -> {
            int hash = Math.floorMod(question.hashCode(), 1000);
            return hash < 1000 * mistakes ? texts.get(hash % texts.size()) : text;
        });
        this.space = VectorSpace.measured(this::embed);
    }

    @Override
    public String provider() {
        return "tests";
    }

    @Override
    public String model() {
        return "tests";
    }

    @Override
    public int dimension() {
        return DIMENSION;
    }

    @Override
    public List<float[]> embed(List<String> texts) {
        return texts.stream().map(this::vector).toList();
    }

    private float[] vector(String text) {
        double[] own = random(text);
        if (answers.containsKey(text)) {
            double[] about = random(answers.get(text));
            for (int i = 0; i < DIMENSION; i++) {
                own[i] = understanding * about[i] + Math.sqrt(1 - understanding * understanding) * own[i];
            }
        }
        double[] shared = random("what all texts share");
        double[] all = new double[DIMENSION];
        double squares = 0;
        for (int i = 0; i < DIMENSION; i++) {
            all[i] = Math.sqrt(common) * shared[i] + Math.sqrt(1 - common) * own[i];
            squares += all[i] * all[i];
        }
        float[] vector = new float[DIMENSION];
        for (int i = 0; i < DIMENSION; i++) {
            vector[i] = (float) (all[i] / Math.sqrt(squares));
        }
        return vector;
    }

    /** Of length 1, about; the same for the same text. */
    private static double[] random(String text) {
        Random random = new Random(
                UUID.nameUUIDFromBytes(text.getBytes(StandardCharsets.UTF_8)).getMostSignificantBits());
        return random.doubles(DIMENSION)
                .map(any -> random.nextGaussian() / Math.sqrt(DIMENSION))
                .toArray();
    }

    @Override
    public Similarity similarity(Language language) {
        return space.byLanguage().get(language);
    }
}
