package routes.api.access;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.Locale;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ApiKeysTest {

    private static final String HASH = "0123456789abcdef".repeat(4);

    @Test
    void a_key_that_is_made_is_recognised_by_its_entry_alone() {
        NewApiKey made = NewApiKey.make("anna", "Отдел новостей", "operator");

        assertThat(made.key()).matches("ta_[A-Za-z0-9_-]{43}");
        assertThat(made.entry()).doesNotContain(made.key());
        assertThat(new ApiKeys(List.of(made.entry())).find(made.key())).hasValueSatisfying(key -> {
            assertThat(key.name()).isEqualTo("anna");
            assertThat(key.tenant()).isEqualTo("Отдел новостей");
            assertThat(key.role()).isEqualTo(Role.OPERATOR);
        });
        assertThat(new ApiKeys(List.of(made.entry())).find(made.key() + "x")).isEmpty();
    }

    @Test
    void two_keys_are_never_the_same() {
        assertThat(NewApiKey.make("anna", "default", "reader").key())
                .isNotEqualTo(NewApiKey.make("anna", "default", "reader").key());
    }

    @Test
    void no_entries_are_no_keys() {
        assertThat(new ApiKeys(List.of()).isEmpty()).isTrue();
        assertThat(new ApiKeys(List.of(" ")).isEmpty()).isTrue();
    }

    @Test
    void capitals_in_a_hash_do_not_matter() {
        assertThat(ApiKeys.Key.parse("anna:" + HASH.toUpperCase(Locale.ROOT) + ":default:reader")
                        .sha256())
                .isEqualTo(HASH);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "anna",
                "anna:HASH:default",
                "anna:HASH:default:reader:more",
                ":HASH:default:reader",
                "an na:HASH:default:reader",
                "anna:HASH0:default:reader",
                "anna:HASH::reader",
                "anna:HASH:-default:reader",
                "anna:HASH:default:Reader",
                "anna:HASH:default:"
            })
    void an_entry_of_another_form_is_refused_with_its_number(String entry) {
        String good = "good:" + "f".repeat(64) + ":default:admin";
        assertThatThrownBy(() -> new ApiKeys(List.of(good, entry.replace("HASH", HASH))))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageStartingWith("entry 2: ")
                .hasMessageNotContaining(HASH);
    }

    @Test
    void names_and_keys_are_there_once() {
        assertThatThrownBy(() -> new ApiKeys(
                        List.of("anna:" + HASH + ":default:reader", "anna:" + "f".repeat(64) + ":default:reader")))
                .hasMessageContaining("two keys are named anna");
        assertThatThrownBy(() -> new ApiKeys(List.of("anna:" + HASH + ":default:reader", "bob:" + HASH + ":b:reader")))
                .hasMessageContaining("bob and anna have the same key");
    }
}
