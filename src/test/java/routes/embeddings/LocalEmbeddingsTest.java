package routes.embeddings;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import routes.text.Language;
import routes.text.SearchWords;
import routes.text.TextAnalysis;

class LocalEmbeddingsTest {
    private final LocalEmbeddings embeddings = new LocalEmbeddings(new TextAnalysis(new SearchWords()));

    @Test
    void vectors_have_length_one_and_the_declared_dimension() {
        float[] vector = vector("Вышел релиз PostgreSQL 17 с поддержкой JSON_TABLE");

        assertThat(vector).hasSize(embeddings.dimension());
        assertThat(cosine(vector, vector)).isCloseTo(1, within(1e-5));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "  \n", "и на не но", "🚀🔥", "https://example.com/page"})
    void a_text_without_content_words_has_the_zero_vector(String text) {
        assertThat(vector(text)).containsOnly(0f);
    }

    @Test
    void one_vector_per_text_in_their_order() {
        List<float[]> vectors = embeddings.embed(List.of("кошка", "", "собака"));

        assertThat(vectors).hasSize(3);
        assertThat(vectors.get(0)).isEqualTo(vector("кошка"));
        assertThat(vectors.get(1)).containsOnly(0f);
        assertThat(vectors.get(2)).isEqualTo(vector("собака"));
    }

    /** A recorded value: it changes when the space changes, and then every stored index must be built again. */
    @Test
    void the_space_is_the_same_in_every_jvm() {
        assertThat(Arrays.hashCode(vector("Нейросети меняют поиск: search engines, C++ и Java 17")))
                .isEqualTo(RECORDED);
    }

    private static final int RECORDED = 604650147;

    @ParameterizedTest
    @CsvSource({
        "нейросеть, нейросетями",
        "нейросеть, нейросетевой",
        "kubernetes, kubernets",
        "indexing, indexes",
        "криптовалюта, криптовалютный рынок"
    })
    void related_words_are_far_above_the_noise_floor(String one, String other) {
        assertThat(cosine(vector(one), vector(other)))
                .isGreaterThan(1.5 * embeddings.similarity(Language.RU).unrelated());
    }

    @Test
    void texts_on_the_same_subject_are_nearer_than_texts_on_others() {
        float[] query = vector("обучение нейросетей");
        double same = cosine(
                query, vector("Как обучать нейросети на одной видеокарте: обзор приёмов, которые экономят память"));
        double other = cosine(query, vector("Рецепт борща: свёкла, капуста, говядина и два часа терпения"));

        assertThat(same).isGreaterThan(embeddings.similarity(Language.RU).unrelated());
        assertThat(other).isLessThan(embeddings.similarity(Language.RU).unrelated());
    }

    @Test
    void unrelated_texts_stay_below_the_noise_floor() {
        Random random = new Random(42);
        List<float[]> vectors = java.util.stream.IntStream.range(0, 300)
                .mapToObj(i -> vector(randomText(random)))
                .toList();
        double worst = 0;
        for (int i = 0; i < vectors.size(); i++) {
            for (int j = 0; j < i; j++) {
                worst = Math.max(worst, cosine(vectors.get(i), vectors.get(j)));
            }
        }

        assertThat(worst)
                .isLessThan(embeddings.similarity(Language.RU).unrelated() + 0.02)
                .isGreaterThan(0.1);
    }

    private static String randomText(Random random) {
        return random.ints(12, 4, 11)
                .mapToObj(length -> random.ints(length, 'а', 'я' + 1)
                        .mapToObj(Character::toString)
                        .collect(Collectors.joining()))
                .collect(Collectors.joining(" "));
    }

    private float[] vector(String text) {
        return embeddings.embed(List.of(text)).get(0);
    }

    private static double cosine(float[] a, float[] b) {
        double dot = 0;
        for (int i = 0; i < a.length; i++) {
            dot += a[i] * b[i];
        }
        return dot;
    }
}
