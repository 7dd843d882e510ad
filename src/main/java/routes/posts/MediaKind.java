package routes.posts;

import java.util.Locale;

/** The media of a post. Voice, audio, stickers and other files count as documents. */
public enum MediaKind {
    PHOTO,
    VIDEO,
    DOCUMENT;

    /** As in {@code media_group_items.media_kind}. */
    public String text() {
        return name().toLowerCase(Locale.ROOT);
    }
}
