package routes.api;

import jakarta.validation.constraints.NotBlank;
import jakarta.validation.constraints.Size;

/**
 * The new text of a post.
 *
 * @param content limited to the length of a Telegram message
 */
record PostEdit(@NotBlank @Size(max = PostEdit.MAX_LENGTH) String content) {
    static final int MAX_LENGTH = 4096;
}
