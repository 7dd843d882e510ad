package routes.api;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.databind.JsonNode;

/**
 * A text of a request that no log, message or metric may have. So neither {@link #toString()} nor an error of the conversion has it; Spring
 * logs both.
 */
record Secret(String text) {

    /** @throws IllegalArgumentException if the value is no text, without the value */
    @JsonCreator(mode = JsonCreator.Mode.DELEGATING)
    static Secret of(JsonNode value) {
        if (!value.isTextual()) {
            throw new IllegalArgumentException("must be a text");
        }
        return new Secret(value.textValue());
    }

    @Override
    public String toString() {
        return "***";
    }
}
