package routes.vectorindex.lucene;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.apache.lucene.util.BytesRef;
import org.junit.jupiter.api.Test;

class LettersTest {
    private static final BytesRef TELESCOPE = Letters.of(List.of("телескоп", "снял", "галактику"));
    private static final BytesRef RECIPE = Letters.of(List.of("рецепт", "грибного", "супа"));

    private static Letters.Sample sample(BytesRef... posts) {
        Letters.Sample sample = new Letters.Sample();
        for (BytesRef post : posts) {
            sample.add(post);
        }
        return sample;
    }

    private static double score(String word, BytesRef post, Letters.Sample sample) {
        return new Letters(Map.of(word, 1f), sample).score(post);
    }

    @Test
    void a_word_with_an_error_is_nearer_to_the_post_that_has_it() {
        Letters.Sample sample = sample(TELESCOPE, RECIPE);

        assertThat(score("телископ", TELESCOPE, sample)).isGreaterThan(0.5);
        assertThat(score("телископ", RECIPE, sample)).isZero();
        assertThat(score("телескоп", TELESCOPE, sample)).isGreaterThan(score("телископ", TELESCOPE, sample));
    }

    @Test
    void letters_of_many_posts_count_less() {
        BytesRef[] posts = Collections.nCopies(50, TELESCOPE).toArray(BytesRef[]::new);
        posts[0] = Letters.of(List.of("телескоп", "снял", "туманность"));

        assertThat(score("туманность", posts[0], sample(posts)))
                .isGreaterThan(10 * score("телескоп", posts[0], sample(posts)));
    }

    @Test
    void a_long_post_and_a_repeated_word_count_as_in_BM25() {
        BytesRef once = Letters.of(List.of("супа", "рецепт"));
        BytesRef twice = Letters.of(List.of("супа", "супа"));
        BytesRef among = Letters.of(IntStream.range(0, 20)
                .mapToObj(i -> i == 7 ? "супа" : "слово" + i)
                .toList());
        Letters.Sample sample = sample(TELESCOPE, RECIPE, once, twice, among);

        assertThat(score("супа", twice, sample))
                .isBetween(score("супа", once, sample), 2 * score("супа", once, sample));
        assertThat(score("супа", among, sample)).isBetween(0.01, score("супа", once, sample));
    }

    @Test
    void nothing_is_found_in_an_index_without_posts_and_in_a_post_without_words() {
        assertThat(score("телескоп", Letters.of(List.of()), sample())).isZero();
        assertThat(new Letters(Map.of(), sample()).score(TELESCOPE)).isZero();
    }

    @Test
    void an_average_post_takes_less_than_a_kilobyte() {
        List<String> words = IntStream.range(0, 65)
                .mapToObj(i -> Integer.toString(i * 7_654_321, Character.MAX_RADIX) + "ов")
                .toList();

        assertThat(Letters.of(words).length).isLessThan(1_024);
    }
}
