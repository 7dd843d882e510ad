package routes.api;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.databind.JsonNode;

/**
 * Text of a request that must not appear in a log, message or metric. Neither {@link #toString()} nor conversion errors contain it,
 * because Spring logs both.
 */
record Secret(String text) {

    /** @throws IllegalArgumentException if the value is not a string; the message does not contain the value */
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
