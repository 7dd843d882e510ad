package routes.api;

import com.fasterxml.jackson.annotation.JsonInclude;

/**
 * Where the posts of a user's channels stand: each is deleted, or in one state of tagging and one of indexing.
 *
 * @param parsed all posts
 * @param deleted those that are gone; they are in no other count
 * @param tagged with tags
 * @param taggingSkipped with nothing to tag
 * @param taggingOpen pending or retrying
 * @param taggingFailed given up
 * @param withVision with a result for their pictures
 * @param crawled with fetched pages
 * @param indexed in the index
 * @param indexSkipped without anything to index
 * @param indexOpen not yet in the index
 * @param indexFailed whose last way to the index failed
 * @param albums albums with a post that is there
 * @param media different files that are stored
 * @param deadLetters posts that a dead letter is about: no stage goes on with them; absent where there are none
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
