package routes.tagging.local;

import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.dataformat.yaml.YAMLFactory;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.List;

/**
 * A post with the tags a human reader chose for it.
 *
 * @param half which half of the corpus: until the tagger read both languages with dictionaries, only the development half was looked at while it was changed
 */
record EvaluationPost(String id, String language, Half half, String text, List<String> gold) {
    private static final String FILE = "/tagging/evaluation.yml";

    enum Half {
        @JsonProperty("development")
        DEVELOPMENT,
        @JsonProperty("held-out")
        HELD_OUT
    }

    static List<EvaluationPost> all() {
        try (InputStream file = EvaluationPost.class.getResourceAsStream(FILE)) {
            return new ObjectMapper(new YAMLFactory()).readValue(file, new TypeReference<>() {});
        } catch (IOException e) {
            throw new UncheckedIOException("The evaluation corpus cannot be read", e);
        }
    }
}
