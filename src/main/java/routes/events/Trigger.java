package routes.events;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonValue;
import java.util.Locale;

/** Why a post is processed. */
public enum Trigger {
    INITIAL,
    EDIT,
    VISION_RETAG,
    MANUAL;

    @JsonValue
    public String text() {
        return name().toLowerCase(Locale.ROOT);
    }

    /**
     * Parses a trigger, in upper or lower case.
     *
     * @throws IllegalArgumentException if the text is not initial, edit, vision_retag or manual
     */
    @JsonCreator
    public static Trigger of(String text) {
        return valueOf(text.toUpperCase(Locale.ROOT));
    }
}
