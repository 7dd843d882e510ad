package routes.reconcile;

import java.util.UUID;
import routes.events.TagSetVersion;

/**
 * A post that may be incomplete.
 *
 * @param number order in which posts are processed
 * @param contentVersion of its text
 * @param taggingOpen pending or retrying
 * @param indexingOpen pending, or its last delivery failed
 * @param storedTags version of its stored tags, null without any
 * @param indexedTags version of the tags in the index, null if it contains none
 */
record OpenPost(
        UUID id,
        long number,
        long contentVersion,
        boolean taggingOpen,
        boolean indexingOpen,
        TagSetVersion storedTags,
        TagSetVersion indexedTags) {

    /** The event whose loss explains the state. */
    enum Lost {
        /** The post was not tagged, or its tags were lost before they were stored. */
        PARSED,
        /** The tags are stored, but the index does not have them. */
        TAGGED,
        NOTHING
    }

    Lost lost() {
        if (taggingOpen || storedTags == null || storedTags.contentVersion() < contentVersion) {
            return Lost.PARSED;
        }
        if (indexingOpen || indexedTags == null || storedTags.isNewerThan(indexedTags)) {
            return Lost.TAGGED;
        }
        return Lost.NOTHING;
    }
}
