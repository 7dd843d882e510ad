package routes.posts;

import java.util.Arrays;
import java.util.Locale;

/** Who wanted a post gone; as in {@code posts.deletion_reason} and {@code posts.deleted}. */
public enum DeletionReason {
    /** Its time is over ({@code POST_TTL_DAYS}). */
    TTL,
    USER,
    ADMIN,
    /** It is no longer in its channel; the only reason that a later import takes back. */
    TELEGRAM;

    /** A word that is none of ours is an operator's: what it deleted stays deleted. */
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
