package routes.events;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Random;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class ContentHashTest {
    private static final Pattern SPACE = Pattern.compile("\\s+", Pattern.UNICODE_CHARACTER_CLASS);

    @Test
    void every_unicode_white_space_counts_as_one_space_and_nothing_else_does() {
        for (int point = 0; point <= Character.MAX_CODE_POINT; point++) {
            String text = "a" + Character.toString(point) + "b";
            assertThat(ContentHash.withSingleSpaces(text))
                    .isEqualTo(SPACE.matcher(text).replaceAll(" "));
        }
    }

    @Test
    void runs_of_white_space_are_one_space() {
        Random random = new Random(1);
        for (int i = 0; i < 1_000; i++) {
            String text = IntStream.range(0, random.nextInt(30))
                    .mapToObj(n -> String.valueOf("аБ \u00a0\n\t\u2003\ud83d\ude00x".charAt(random.nextInt(10))))
                    .reduce("", String::concat);
            assertThat(ContentHash.withSingleSpaces(text))
                    .isEqualTo(SPACE.matcher(text).replaceAll(" "));
        }
    }

    @Test
    void texts_that_differ_only_in_case_and_white_space_have_the_same_hash() {
        assertThat(ContentHash.of(" Новый\u00a0\n релиз "))
                .isEqualTo(ContentHash.of("новый РЕЛИЗ"))
                .isEqualTo(Sha256.hex("новый релиз"))
                .isNotEqualTo(ContentHash.of("новыйрелиз"));
        assertThat(ContentHash.of(null)).isEqualTo(ContentHash.of("", "")).isEqualTo(Sha256.hex(""));
    }
}
