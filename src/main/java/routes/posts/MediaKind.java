package routes.posts;

import java.util.Locale;

/** What a post shows beside its text. Voice, audio, stickers and other files count as documents. */
public enum MediaKind {
    PHOTO,
    VIDEO,
    DOCUMENT;

    /** As it stands in {@code media_group_items.media_kind}. */
    public String text() {
        return name().toLowerCase(Locale.ROOT);
    }
}
