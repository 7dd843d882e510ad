package routes.posts;

import java.util.HashSet;
import java.util.Objects;

/**
 * What an arriving post changes in the row that is there. A pure function, so that the order in which versions arrive
 * decides nothing: an older version only raises counters; the same version only fills what was missing.
 *
 * <p>Telegram also moves the edit time when somebody reacts or a button changes. That is no edit here: the content version
 * moves only together with the text, the words of attachments, the links or the media, so that no model is paid for the same
 * text twice. Formatting alone is stored and publishes nothing.
 *
 * <p>A deleted post stays deleted, but for one that was only missing in its channel and is seen there again. A version older
 * than the one that is known proves nothing: it comes from an older source.
 *
 * @param post the row as it should be
 * @param textChanged the old text belongs into {@code post_edits}
 * @param mediaChanged the list of files is another one
 * @param versionMoved the content version is another one
 */
record PostMerge(Post post, Outcome outcome, boolean textChanged, boolean mediaChanged, boolean versionMoved) {
    enum Outcome {
        CREATED,
        /** New content: the pipeline runs again. */
        EDITED,
        /** Was deleted and is back: the pipeline runs again. */
        RESTORED,
        /** Counters or other fields that no stage looks at. */
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

    /** As {@link #of}, where what arrives proves that the post is in its channel. */
    static PostMerge seen(StoredPost stored, Post arriving) {
        Post old = stored.post();
        boolean back =
                stored.deletion() == DeletionReason.TELEGRAM && arriving.contentVersion() >= old.contentVersion();
        if (!back) {
            return of(stored, arriving);
        }
        PostMerge merge = merge(old, arriving);
        // the clean-up may take the files off the post until the moment it is back
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
        // until V19 the words of polls, places and games stood in the text
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
                // an album keeps its number, whatever a later export infers
                .groupedId(first(old.groupedId(), arriving.groupedId()))
                .counters(old.counters().max(arriving.counters()))
                .forward(current ? arriving.forward().orElse(old.forward()) : old.forward())
                .replyToMessageId(first(current ? arriving.replyToMessageId() : null, old.replyToMessageId()))
                .authorName(first(current ? arriving.authorName() : null, old.authorName()))
                .details(current ? old.details().merge(arriving.details()) : old.details())
                .build();
        Outcome outcome = edited ? Outcome.EDITED : merged.equals(old) ? Outcome.UNCHANGED : Outcome.UPDATED;
        boolean kept = (text && !wasBlank && !split) || (attachment && old.attachmentText() != null);
        return new PostMerge(merged, outcome, kept, media, merged.contentVersion() != old.contentVersion());
    }

    /** Whether formatting of the same text is to be taken. Its edits move no version, so the time of the edit decides. */
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
