package routes.llm;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/**
 * Requests a vector for each input. The result value is a {@code List<float[]>} in the order of the inputs. The vectors are
 * returned as received, with any length.
 *
 * @param dimension number of components that each vector must have
 * @param json reads responses of providers that are not OpenAI-compatible: an array of arrays of numbers
 */
public record EmbeddingTask(List<String> inputs, int dimension, ObjectMapper json) implements ModelTask {
    public EmbeddingTask {
        inputs = List.copyOf(inputs);
    }

    @Override
    public String instruction() {
        return "";
    }

    @Override
    public String material() {
        return String.join("\n", inputs);
    }

    @Override
    public int maxTokens() {
        return 0;
    }

    @Override
    public List<float[]> read(String content) {
        try {
            return vectors(json.readTree(content).valueStream().toList());
        } catch (JsonProcessingException e) {
            throw ModelFailureException.unusable("the response is not an array of vectors: " + e.getOriginalMessage());
        }
    }

    /** Reads the {@code data} of an OpenAI-compatible response, whose items state their position. */
    List<float[]> read(JsonNode data) {
        return vectors(data.valueStream()
                .sorted(Comparator.comparingInt(item -> item.path("index").asInt()))
                .map(item -> item.path("embedding"))
                .toList());
    }

    private List<float[]> vectors(List<JsonNode> answers) {
        if (answers.size() != inputs.size()) {
            throw ModelFailureException.unusable(answers.size() + " vectors for " + inputs.size() + " inputs");
        }
        List<float[]> vectors = new ArrayList<>();
        for (JsonNode answer : answers) {
            if (answer.size() != dimension) {
                throw ModelFailureException.unusable(
                        "a vector has %d components instead of %d; check EMBEDDINGS_DIMENSION"
                                .formatted(answer.size(), dimension));
            }
            float[] vector = new float[dimension];
            for (int i = 0; i < dimension; i++) {
                vector[i] = answer.path(i).floatValue();
                if (!answer.path(i).isNumber() || !Float.isFinite(vector[i])) {
                    throw ModelFailureException.unusable("component " + i + " of a vector is not a finite number");
                }
            }
            vectors.add(vector);
        }
        return vectors;
    }
}
