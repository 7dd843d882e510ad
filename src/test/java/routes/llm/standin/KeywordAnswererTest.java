package routes.llm.standin;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class KeywordAnswererTest {

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "one four fifteen hundred thousand | [\"fifteen\",\"hundred\",\"thousand\"]",
                "Rocket ROCKET rocket moon | [\"Rocket\",\"moon\"]",
                "gpt4turbo covid19 1234567 word | [\"word\"]",
                "a bc def | []",
            })
    void the_three_longest_words_of_letters_in_order_of_appearance(String text, String answer) {
        var call = new ChatCall("m", List.of(new ChatCall.Message("user", text)), Map.of(), Map.of(), Instant.EPOCH);
        assertThat(new KeywordAnswerer().apply(call)).isEqualTo(answer);
    }
}
