package routes.posts;

import java.util.Arrays;
import java.util.Locale;

/** Why a post was deleted; the values of {@code posts.deletion_reason} and of the event {@code posts.deleted}. */
public enum DeletionReason {
    /** The post has expired ({@code POST_TTL_DAYS}). */
    TTL,
    USER,
    ADMIN,
    /** The post is no longer in its channel. The only reason that a later import reverts. */
    TELEGRAM;

    /** An unknown reason is treated as a deletion by an operator. A post deleted by an operator stays deleted. */
    public static DeletionReason of(String text) {
        return Arrays.stream(values())
                .filter(reason -> reason.text().equals(text))
                .findFirst()
                .orElse(ADMIN);
    }

    public String text() {
        return name().toLowerCase(Locale.ROOT);
    }
}
