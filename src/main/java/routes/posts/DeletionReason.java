package routes.posts;

import java.util.Arrays;
import java.util.Locale;

/** Why a post was deleted; as in {@code posts.deletion_reason} and {@code posts.deleted}. */
public enum DeletionReason {
    /** It has expired ({@code POST_TTL_DAYS}). */
    TTL,
    USER,
    ADMIN,
    /** It is no longer in its channel. The only reason that a later import reverts. */
    TELEGRAM;

    /** An unknown reason comes from an operator. A post that an operator deleted stays deleted. */
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
