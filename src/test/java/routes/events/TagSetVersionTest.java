package routes.events;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Instant;
import org.junit.jupiter.api.Test;

class TagSetVersionTest {
    private static final Instant EARLY = Instant.parse("2026-01-01T00:00:00Z");
    private static final Instant LATE = Instant.parse("2026-02-01T00:00:00Z");

    @Test
    void a_newer_text_counts_before_a_newer_picture_and_a_later_time() {
        assertThat(TagSetVersion.of(1, null, EARLY).isNewerThan(TagSetVersion.of(0, "vision@2026-01-01#p9", LATE)))
                .isTrue();
    }

    @Test
    void a_set_without_vision_is_lower_than_any_with_it() {
        assertThat(TagSetVersion.of(0, "vision@2020-01-01#p1", EARLY).isNewerThan(TagSetVersion.of(0, null, LATE)))
                .isTrue();
    }

    @Test
    void prompts_of_a_day_are_ordered_as_numbers() {
        assertThat(TagSetVersion.of(0, "vision@2026-01-01#p10", EARLY)
                        .isNewerThan(TagSetVersion.of(0, "vision@2026-01-01#p9", LATE)))
                .isTrue();
        assertThat(TagSetVersion.of(0, "vision@2026-01-02#p1", EARLY)
                        .isNewerThan(TagSetVersion.of(0, "vision@2026-01-01#p10", LATE)))
                .isTrue();
    }

    @Test
    void time_decides_between_sets_of_the_same_text_and_picture() {
        assertThat(TagSetVersion.of(3, null, LATE).isNewerThan(TagSetVersion.of(3, null, EARLY)))
                .isTrue();
        assertThat(TagSetVersion.of(3, null, LATE).isNewerThan(TagSetVersion.of(3, null, LATE)))
                .isFalse();
    }

    @Test
    void another_form_of_a_vision_version_is_told() {
        assertThatThrownBy(() -> VisionVersion.parse("vision@2026-13-01#p1"))
                .hasMessageContaining("vision@2026-13-01#p1");
        assertThatThrownBy(() -> VisionVersion.parse("p1")).hasMessageContaining("'p1'");
    }
}
