package routes.console;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

/** The login of Hawtio and Jolokia. */
class ConsoleLoginTest {

    @Test
    void a_generated_password_is_handed_out_once_and_differs_at_each_start() {
        var login = new ConsoleLogin(new HawtioProperties("admin", ""));
        var other = new ConsoleLogin(new HawtioProperties("admin", ""));
        String password = login.takeGenerated().orElseThrow();

        assertThat(password)
                .hasSizeGreaterThanOrEqualTo(24)
                .isNotEqualTo(other.takeGenerated().orElseThrow());
        assertThat(login.takeGenerated()).isEmpty();
        assertThat(login.matches("admin", password)).isTrue();
        assertThat(login.matches("admin", "")).isFalse();
    }

    @Test
    void a_configured_password_is_never_handed_out() {
        var properties = new HawtioProperties("anna", "correct horse");
        var login = new ConsoleLogin(properties);

        assertThat(login.takeGenerated()).isEmpty();
        assertThat(login.matches("anna", "correct horse")).isTrue();
        assertThat(login.matches("admin", "correct horse")).isFalse();
        assertThat(properties.toString()).doesNotContain("horse");
    }

    @Test
    void who_guesses_finds_the_door_closed_for_a_moment() {
        var login = new ConsoleLogin(new HawtioProperties("anna", "correct horse"));
        for (int n = 0; n < 40; n++) {
            assertThat(login.matches("anna", "guess " + n)).isFalse();
        }
        assertThat(login.matches("anna", "correct horse")).isFalse();
    }
}
