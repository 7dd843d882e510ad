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
     * The trigger of a text, in any case.
     *
     * @throws IllegalArgumentException for a text that is none of initial, edit, vision_retag, manual
     */
    @JsonCreator
    public static Trigger of(String text) {
        return valueOf(text.toUpperCase(Locale.ROOT));
    }
}
