package routes.api.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Instant;
import java.util.Random;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.web.ErrorResponseException;

class CursorTest {

    @Test
    void a_cursor_comes_back_as_it_was() {
        var random = new Random(7);
        for (int i = 0; i < 1_000; i++) {
            Instant time = Instant.ofEpochSecond(random.nextInt(), random.nextInt(1_000_000) * 1_000L);
            var cursor = new Cursor(time, new UUID(random.nextLong(), random.nextLong()));

            assertThat(Cursor.decode(cursor.encode("scope"), "scope")).isEqualTo(cursor);
        }
    }

    @Test
    void a_number_comes_back_too() {
        String text = Cursor.of(Instant.EPOCH, 42).encode("scope");

        assertThat(Cursor.decode(text, "scope").number()).isEqualTo(42);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "a", "!", "AAAA", "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA", "а"})
    void what_is_no_cursor_is_refused(String text) {
        assertRefused(text, "scope");
    }

    @Test
    void a_cursor_of_another_list_is_refused() {
        assertRefused(Cursor.of(Instant.EPOCH, 42).encode("posts of 1"), "posts of 2");
    }

    @Test
    void every_changed_character_is_noticed() {
        String text = Cursor.of(Instant.parse("2026-01-31T12:00:00Z"), 42).encode("scope");
        // the last character also carries bits that stand for nothing
        for (int i = 0; i < text.length() - 1; i++) {
            char other = text.charAt(i) == 'A' ? 'B' : 'A';
            assertRefused(text.substring(0, i) + other + text.substring(i + 1), "scope");
        }
    }

    @Test
    void a_time_that_the_database_cannot_hold_is_refused() {
        assertRefused(new Cursor(Instant.parse("+290000-01-01T00:00:00Z"), new UUID(0, 1)).encode("scope"), "scope");
    }

    private static void assertRefused(String text, String scope) {
        assertThatThrownBy(() -> Cursor.decode(text, scope))
                .as(text)
                .isInstanceOfSatisfying(
                        ErrorResponseException.class,
                        e -> assertThat(e.getBody().getProperties()).containsEntry("field", "cursor"));
    }
}
