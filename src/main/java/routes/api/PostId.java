package routes.api;

import java.util.UUID;
import java.util.regex.Pattern;
import org.springframework.web.ErrorResponseException;
import routes.api.http.ProblemType;

/**
 * Identifies a post by UUID or number.
 *
 * @param column of {@code posts p} that holds the value
 */
record PostId(String column, Object value) {

    private static final Pattern NUMBER = Pattern.compile("0|[1-9][0-9]{0,18}");

    /** Accepts only the full form, unlike {@link UUID#fromString}, which also accepts 1-1-1-1-1. */
    private static final Pattern ID = Pattern.compile("\\p{XDigit}{8}(-\\p{XDigit}{4}){3}-\\p{XDigit}{12}");

    /**
     * Called by Spring to convert path variables.
     *
     * @throws ErrorResponseException status 400
     */
    public static PostId valueOf(String text) {
        try {
            if (NUMBER.matcher(text).matches()) {
                return new PostId("p.number", Long.valueOf(text));
            } else if (ID.matcher(text).matches()) {
                return new PostId("p.id", UUID.fromString(text));
            }
        } catch (NumberFormatException e) {
            // 19 digits may exceed the range of long
        }
        throw ProblemType.INVALID_PARAMETER.exception(
                null, "The value must be a UUID or a number", "Use the id or the number of the post.");
    }

    ErrorResponseException unknown() {
        return ProblemType.NOT_FOUND.exception("post_id", "There is no post " + value);
    }
}
