package routes.embeddings;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.boot.context.properties.source.MapConfigurationPropertySource;
import routes.configuration.ConfigurationException;
import routes.llm.EmbeddingsProperties;
import routes.testing.SmallModel;
import routes.text.Language;

/** With the files of a real model. */
class OnnxEmbeddingsTest {
    @TempDir
    static Path folder;

    private static Path file;
    private static OnnxEmbeddings model;

    @BeforeAll
    static void load() {
        file = SmallModel.in(folder);
        model = open(Map.of("embeddings.onnx-path", file.toString()));
    }

    private static OnnxEmbeddings open(Map<String, String> settings) {
        EmbeddingsProperties properties = new Binder(new MapConfigurationPropertySource(settings))
                .bindOrCreate("embeddings", EmbeddingsProperties.class);
        return new OnnxEmbeddings(properties, folder.resolve("native"));
    }

    private static double cosine(String one, String other) {
        float[] first = model.embedQuery(one);
        float[] second = model.embed(List.of(other)).get(0);
        double product = 0;
        for (int i = 0; i < first.length; i++) {
            product += first[i] * second[i];
        }
        return product;
    }

    @Test
    void texts_of_one_meaning_are_near_without_a_common_word() {
        assertThat(cosine("a feline sleeps", "The cat dozes on the sofa")).isGreaterThan(0.4);
        assertThat(cosine("a feline sleeps", "Stock markets fell sharply"))
                .isLessThan(model.similarity(Language.EN).unrelated());
    }

    @Test
    void vectors_have_the_length_one_and_a_blank_text_has_none() {
        List<float[]> vectors = model.embed(List.of("The cat dozes", " ", "word ".repeat(5_000)));

        assertThat(vectors).hasSize(3).allSatisfy(vector -> assertThat(vector).hasSize(model.dimension()));
        assertThat(model.dimension()).isEqualTo(384);
        assertThat(squares(vectors.get(0))).isCloseTo(1, within(1e-5));
        assertThat(squares(vectors.get(1))).isZero();
        assertThat(squares(vectors.get(2))).isCloseTo(1, within(1e-5));
    }

    private static double squares(float[] vector) {
        double sum = 0;
        for (float component : vector) {
            sum += component * component;
        }
        return sum;
    }

    @Test
    void a_model_for_english_is_trusted_with_english_and_hardly_with_russian() {
        assertThat(model.similarity(Language.EN).trust()).isGreaterThan(0.8f);
        assertThat(model.similarity(Language.EN).same())
                .isGreaterThan(model.similarity(Language.EN).unrelated() + 0.2f);
        assertThat(model.similarity(Language.RU).trust()).isLessThan(0.5f);
    }

    @Test
    void another_file_or_another_prefix_is_another_model() throws Exception {
        assertThat(model.model()).matches("model-[0-9a-f]{8}");
        OnnxEmbeddings prefixed = open(Map.of(
                "embeddings.onnx-path", file.toString(),
                "embeddings.text-prefix", "passage: ",
                "embeddings.onnx-pooling", "cls"));

        assertThat(prefixed.model()).isEqualTo(model.model() + "passage:");
        assertThat(prefixed.embed(List.of("cat")).get(0))
                .isNotEqualTo(model.embed(List.of("cat")).get(0));
    }

    @Test
    void a_missing_or_wrong_file_is_told_by_its_setting() throws Exception {
        Path text = Files.writeString(folder.resolve("text.onnx"), "no model");

        assertThatThrownBy(() -> open(Map.of(
                        "embeddings.onnx-path", folder.resolve("none.onnx").toString())))
                .isInstanceOf(ConfigurationException.class)
                .hasMessageStartingWith("EMBEDDINGS_ONNX_PATH: not a readable file: ");
        assertThatThrownBy(() -> open(Map.of("embeddings.onnx-path", text.toString())))
                .isInstanceOf(ConfigurationException.class)
                .hasMessageStartingWith("EMBEDDINGS_ONNX_PATH=" + text)
                .hasMessageContaining("cannot be used");
        assertThatThrownBy(() -> open(Map.of(
                        "embeddings.onnx-path", file.toString(),
                        "embeddings.onnx-tokenizer", text.toString())))
                .isInstanceOf(ConfigurationException.class)
                .hasMessageContaining("with the tokenizer " + text + " cannot be used");
    }
}
