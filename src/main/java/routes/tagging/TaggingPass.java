package routes.tagging;

import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.camel.Exchange;
import routes.events.EntryFailure;
import routes.events.PostParsed;
import routes.events.Recorded;
import routes.events.StageOutcome;
import routes.idempotency.BatchClaims;
import routes.idempotency.BatchClaims.Answer;
import routes.idempotency.BatchClaims.Claim;
import routes.idempotency.InProgressElsewhereException;
import routes.llm.ModelResult;
import routes.llm.ProvidersFailedException;

/**
 * The state of a batch of posts during tagging. The first request contains all posts that need tags. Posts without a usable answer
 * are then requested one by one.
 */
public class TaggingPass {

    /** The result of the providers for a post. Either the tags or the problem is null. */
    public record Verdict(
            ModelResult result, TagRules.Checked tags, ProvidersFailedException problem, Instant asked, Instant ended) {

        public boolean hasTags() {
            return tags != null && !tags.accepted().isEmpty();
        }
    }

    private static final Verdict NOTHING_TO_TAG = new Verdict(null, null, null, null, null);

    final List<PostParsed> posts;
    /** Answers by index of the post; null until the outcome is known. */
    final Recorded[] answers;

    private final List<Claim> claims = new ArrayList<>();
    /** Vision results of posts; no entry for posts without analysed pictures. */
    final Map<PostParsed, SeenPictures> seen = new HashMap<>();

    private final Map<PostParsed, Verdict> verdicts = new HashMap<>();
    private final Deque<List<PostParsed>> requests = new ArrayDeque<>();
    private List<PostParsed> asked = List.of();
    private Instant askedAt;

    protected TaggingPass(List<PostParsed> posts) {
        this.posts = List.copyOf(posts);
        this.answers = new Recorded[posts.size()];
    }

    /** Whether requests to the providers are left. */
    public final boolean isOpen() {
        return !requests.isEmpty();
    }

    public final List<PostParsed> posts() {
        return posts;
    }

    /** Returns the answer for a post; null until its outcome is known. */
    public final Recorded answer(int post) {
        return answers[post];
    }

    public final void answer(int post, Recorded answer) {
        answers[post] = answer;
    }

    public final List<Recorded> answers() {
        return List.of(answers);
    }

    /**
     * Claims the keys of posts. A post with a completed key is answered as a duplicate; a post whose key is claimed by another
     * consumer is delivered again.
     *
     * @return the number of duplicates
     */
    public final int claim(BatchClaims keys, Exchange exchange, List<Claim> wanted) {
        List<Answer> results = keys.addAll(exchange, wanted);
        int duplicates = 0;
        for (int i = 0; i < wanted.size(); i++) {
            Claim claim = wanted.get(i);
            switch (results.get(i)) {
                case TAKEN -> claims.add(claim);
                case HELD ->
                    answers[claim.event()] = new EntryFailure(
                            new InProgressElsewhereException(claim.key()), EntryFailure.Kind.UNCOUNTED);
                case DONE -> {
                    answers[claim.event()] = StageOutcome.skipped("duplicate");
                    duplicates++;
                }
            }
        }
        return duplicates;
    }

    /** Returns the claimed keys. */
    public final List<Claim> claims() {
        return claims;
    }

    /** Confirms the keys of the posts without a failure. */
    public final void confirm(BatchClaims keys, Exchange exchange) {
        keys.confirmAll(
                exchange,
                claims.stream()
                        .filter(claim -> !(answers[claim.event()] instanceof EntryFailure))
                        .toList());
    }

    /** Adds posts to the requests. */
    public final void request(List<PostParsed> due) {
        if (!due.isEmpty()) {
            requests.add(due);
        }
    }

    /** Returns the posts of the next request. */
    final List<PostParsed> next(Instant now) {
        asked = requests.remove();
        askedAt = now;
        return asked;
    }

    final void answered(ModelResult result, Instant now) {
        for (PostParsed post : asked) {
            TaggingTask.tags(result, post)
                    .ifPresentOrElse(
                            tags -> verdicts.put(post, new Verdict(result, tags, null, askedAt, now)),
                            () -> request(List.of(post)));
        }
    }

    final void failed(ProvidersFailedException problem, Instant now) {
        asked.forEach(post -> verdicts.put(post, new Verdict(null, null, problem, askedAt, now)));
    }

    public final Verdict verdict(PostParsed post) {
        return verdicts.getOrDefault(post, NOTHING_TO_TAG);
    }
}
