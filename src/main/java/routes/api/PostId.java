package routes.api;

import java.util.UUID;
import java.util.regex.Pattern;
import routes.api.http.ProblemType;

/**
 * What names a post: its UUID or its number.
 *
 * @param column of {@code posts p} that holds the value
 */
record PostId(String column, Object value) {

    private static final Pattern NUMBER = Pattern.compile("[0-9]{1,18}");

    /**
     * @throws org.springframework.web.ErrorResponseException status 400
     */
    static PostId parse(String text) {
        if (NUMBER.matcher(text).matches()) {
            return new PostId("p.number", Long.valueOf(text));
        }
        UUID id = Uuids.parse(text)
                .orElseThrow(() -> ProblemType.INVALID_PARAMETER.exception(
                        "post_id", "post_id is neither a UUID nor a number", "Use id or number of the post."));
        return new PostId("p.id", id);
    }
}
