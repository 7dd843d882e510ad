package routes.answers;

import java.time.Instant;
import java.util.List;
import java.util.UUID;

/**
 * A part of a post that may answer a question.
 *
 * @param sentences of the passage, in text order: plain text without links and without orders to the program that answers
 * @param foundIn {@code post}, {@code picture} or {@code link}
 * @param coverage share of the question's words that are in the passage, by weight: 0 to 1
 * @param score for the order of passages
 * @param sameStory other posts with nearly the same passage
 * @param isCleaned whether sentences that look like orders were left out of it
 */
record Passage(
        Post post,
        List<String> sentences,
        String foundIn,
        double coverage,
        double score,
        List<Answer.Same> sameStory,
        boolean isCleaned) {

    /** What a passage says about its post. */
    record Post(
            UUID postId,
            long number,
            UUID channelId,
            String channel,
            String link,
            Instant postedAt,
            int views,
            List<String> tags) {}

    String text() {
        return String.join(" ", sentences);
    }

    Passage alsoIn(List<Answer.Same> posts) {
        return new Passage(post, sentences, foundIn, coverage, score, posts, isCleaned);
    }

    Answer.Source source(int n) {
        return new Answer.Source(
                n,
                post.postId(),
                post.number(),
                post.channelId(),
                post.channel(),
                post.link(),
                text(),
                foundIn,
                score,
                post.postedAt(),
                sameStory);
    }
}
