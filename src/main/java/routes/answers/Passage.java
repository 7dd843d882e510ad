package routes.answers;

import java.time.Instant;
import java.util.List;
import java.util.UUID;

/**
 * A part of a post that may answer a question.
 *
 * @param sentences of the passage, in text order: plain text without links and without instructions to a model
 * @param foundIn {@code post}, {@code picture} or {@code link}
 * @param coverage weighted share of the question's words that the passage contains, 0 to 1
 * @param score sort key of passages
 * @param sameStory other posts with nearly the same passage
 * @param isCleaned whether sentences that look like instructions were removed
 */
record Passage(
        Post post,
        List<String> sentences,
        String foundIn,
        double coverage,
        double score,
        List<Answer.Same> sameStory,
        boolean isCleaned) {

    /** The properties of the post that a passage refers to. */
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
