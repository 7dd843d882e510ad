package routes.api;

import com.fasterxml.jackson.annotation.JsonInclude;

/**
 * The posts of a user's channels by state: each is deleted, or in one tagging state and one indexing state.
 *
 * @param parsed all posts
 * @param deleted deleted posts; not in any other count except {@code parsed}
 * @param tagged with tags
 * @param taggingSkipped with nothing to tag
 * @param taggingOpen pending or retrying
 * @param taggingFailed given up
 * @param withVision with a vision result
 * @param crawled with fetched pages
 * @param indexed in the index
 * @param indexSkipped without anything to index
 * @param indexOpen not yet in the index
 * @param indexFailed whose last indexing attempt failed
 * @param albums albums with at least one post that is not deleted
 * @param media distinct stored files
 * @param deadLetters posts with a dead letter, which no stage processes further; absent if zero
 */
record Pipeline(
        long parsed,
        long deleted,
        long tagged,
        long taggingSkipped,
        long taggingOpen,
        long taggingFailed,
        long withVision,
        long crawled,
        long indexed,
        long indexSkipped,
        long indexOpen,
        long indexFailed,
        long albums,
        long media,
        @JsonInclude(JsonInclude.Include.NON_DEFAULT) long deadLetters) {}
