package routes.posts;

import java.util.HashSet;
import java.util.Objects;
import routes.posts.PostTable.StoredPost;

/**
 * The changes that an arriving post makes to the stored row. A pure function whose result does not depend on the order in which
 * versions arrive: an older version only raises counters; the same version only fills missing fields.
 *
 * <p>Telegram also changes the edit time for reactions and changed buttons. This does not count as an edit here: the content
 * version changes only together with the text, the text of attachments, the links or the media, so that models are not called twice
 * for the same text. A change of formatting alone is stored without publishing an event.
 *
 * <p>A deleted post stays deleted, unless it was deleted only because it was missing in its channel and reappears there. A version
 * older than the stored one does not restore a post, because it comes from an older source.
 *
 * @param post the new state of the row
 * @param textChanged whether the old text must be saved to {@code post_edits}
 * @param mediaChanged whether the list of files changed
 * @param versionMoved whether the content version changed
 */
record PostMerge(Post post, Outcome outcome, boolean textChanged, boolean mediaChanged, boolean versionMoved) {
    enum Outcome {
        CREATED,
        /** New content: the pipeline runs again. */
        EDITED,
        /** The post was deleted and has reappeared: the pipeline runs again. */
        RESTORED,
        /** Only counters or other fields that no stage uses have changed. */
        UPDATED,
        UNCHANGED
    }

    static PostMerge created(Post arriving) {
        return new PostMerge(arriving, Outcome.CREATED, false, !arriving.media().isEmpty(), true);
    }

    static PostMerge of(StoredPost stored, Post arriving) {
        Post old = stored.post();
        if (stored.deletion() != null) {
            return new PostMerge(old, Outcome.UNCHANGED, false, false, false);
        }
        return merge(old, arriving);
    }

    /** Like {@link #of}, for a source that shows that the post exists in its channel. */
    static PostMerge seen(StoredPost stored, Post arriving) {
        Post old = stored.post();
        boolean back =
                stored.deletion() == DeletionReason.TELEGRAM && arriving.contentVersion() >= old.contentVersion();
        if (!back) {
            return of(stored, arriving);
        }
        PostMerge merge = merge(old, arriving);
        // until the post is restored, the clean-up stage may remove its files
        boolean media = !merge.post().media().isEmpty();
        return new PostMerge(merge.post(), Outcome.RESTORED, merge.textChanged(), media, merge.versionMoved());
    }

    private static PostMerge merge(Post old, Post arriving) {
        boolean newer = arriving.contentVersion() > old.contentVersion();
        boolean current = arriving.contentVersion() >= old.contentVersion();
        boolean wasBlank = old.text().isBlank();
        boolean blank = arriving.text().isBlank();
        boolean attachment = arriving.attachmentText() != null
                && !arriving.attachmentText().equals(old.attachmentText())
                && (newer || (current && old.attachmentText() == null));
        // until V19, the text included the text of polls, places and games
        boolean split = attachment && current && old.text().equals(arriving.allText());
        boolean text = !blank && !arriving.text().equals(old.text()) && (newer || (current && (wasBlank || split)));
        boolean urls = newer && (!blank || wasBlank) && !arriving.urls().equals(old.urls());
        boolean media = current
                && !arriving.media().isEmpty()
                && !arriving.sha256List().equals(old.sha256List())
                && (newer || new HashSet<>(arriving.sha256List()).containsAll(old.sha256List()));
        boolean edited = ((text || attachment) && !split) || urls || (newer && media);
        Post merged = PostBuilder.builder(old)
                .contentVersion(edited ? arriving.contentVersion() : old.contentVersion())
                .text(text || split ? arriving.text() : old.text())
                .entities(text || split || formatted(old, arriving) ? arriving.entities() : old.entities())
                .attachmentText(attachment ? arriving.attachmentText() : old.attachmentText())
                .urls(text || urls || attachment ? arriving.urls() : old.urls())
                .editedAt(later(old.editedAt(), arriving.editedAt()))
                .edited(old.edited() || arriving.edited())
                .telegramPostUrl(first(current ? arriving.telegramPostUrl() : null, old.telegramPostUrl()))
                .hasMedia(old.hasMedia() || arriving.hasMedia())
                .media(media ? arriving.media() : old.media())
                // an album keeps its id, whatever a later export infers
                .groupedId(first(old.groupedId(), arriving.groupedId()))
                .counters(old.counters().max(arriving.counters()))
                // exports do not contain the message id of the origin
                .forward(current ? arriving.forward().or(old.forward()) : old.forward())
                .replyToMessageId(first(current ? arriving.replyToMessageId() : null, old.replyToMessageId()))
                .authorName(first(current ? arriving.authorName() : null, old.authorName()))
                .details(current ? old.details().merge(arriving.details()) : old.details())
                .build();
        Outcome outcome = edited ? Outcome.EDITED : merged.equals(old) ? Outcome.UNCHANGED : Outcome.UPDATED;
        boolean kept = (text && !wasBlank && !split) || (attachment && old.attachmentText() != null);
        return new PostMerge(merged, outcome, kept, media, merged.contentVersion() != old.contentVersion());
    }

    /** Whether to store the formatting of an unchanged text. Formatting edits do not change the version, so the edit time decides. */
    private static boolean formatted(Post old, Post arriving) {
        return arriving.entities() != null
                && arriving.text().equals(old.text())
                && (old.entities() == null
                        || Objects.equals(later(old.editedAt(), arriving.editedAt()), arriving.editedAt()));
    }

    private static <T> T first(T preferred, T other) {
        return preferred == null ? other : preferred;
    }

    private static <T extends Comparable<T>> T later(T one, T other) {
        return one == null || (other != null && other.compareTo(one) > 0) ? other : one;
    }
}
