package routes.api;

import java.util.regex.Pattern;
import routes.api.http.ProblemType;

/**
 * Identifies a post: its UUID or its number.
 *
 * @param column of {@code posts p} that holds the value
 */
record PostId(String column, Object value) {

    private static final Pattern NUMBER = Pattern.compile("0|[1-9][0-9]{0,18}");

    /**
     * @throws org.springframework.web.ErrorResponseException status 400
     */
    static PostId parse(String text) {
        if (NUMBER.matcher(text).matches()) {
            try {
                return new PostId("p.number", Long.valueOf(text));
            } catch (NumberFormatException e) {
                // 19 digits may exceed the range of long
                throw invalid();
            }
        }
        return new PostId("p.id", Uuids.parse(text).orElseThrow(PostId::invalid));
    }

    private static RuntimeException invalid() {
        return ProblemType.INVALID_PARAMETER.exception(
                "post_id", "post_id is neither a UUID nor a number", "Use id or number of the post.");
    }
}
