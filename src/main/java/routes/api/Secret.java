package routes.api;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.databind.JsonNode;

/**
 * A text of a request that must not get into a log, message or metric. {@link #toString()} and conversion errors do not contain it, because
 * Spring logs both.
 */
record Secret(String text) {

    /** @throws IllegalArgumentException if the value is not a text; the message does not contain it */
    @JsonCreator(mode = JsonCreator.Mode.DELEGATING)
    static Secret of(JsonNode value) {
        if (!value.isTextual()) {
            throw new IllegalArgumentException("must be a string");
        }
        return new Secret(value.textValue());
    }

    @Override
    public String toString() {
        return "***";
    }
}
