package routes.tagging;

import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import routes.events.PostParsed;
import routes.events.Recorded;
import routes.idempotency.RedisIdempotentRepository.Claim;
import routes.llm.ModelResult;
import routes.llm.ProvidersFailedException;

/**
 * The posts of a batch on their way through the providers. The first request contains all posts that need tags. Posts without a
 * usable answer are then requested one by one.
 */
public final class TaggingPass {

    /** The providers' result for a post: either the proposal or the problem is null. */
    record Verdict(
            ModelResult result,
            TagProposal proposal,
            ProvidersFailedException problem,
            Instant started,
            Instant ended) {}

    private final List<PostParsed> posts;
    private final Recorded[] answers;
    private final List<Claim> claims = new ArrayList<>();
    private final Map<PostParsed, Verdict> verdicts = new LinkedHashMap<>();
    private final Deque<List<PostParsed>> tasks = new ArrayDeque<>();
    private List<PostParsed> asked = List.of();
    private Instant askedAt;

    TaggingPass(List<PostParsed> posts) {
        this.posts = List.copyOf(posts);
        this.answers = new Recorded[posts.size()];
    }

    /** Whether requests to the providers remain. */
    public boolean isOpen() {
        return !tasks.isEmpty();
    }

    List<PostParsed> posts() {
        return posts;
    }

    void answer(int post, Recorded answer) {
        answers[post] = answer;
    }

    /** Null until the outcome of the post is known. */
    Recorded answer(int post) {
        return answers[post];
    }

    /** The keys claimed by the posts that need tags. */
    List<Claim> claims() {
        return claims;
    }

    void ask() {
        List<PostParsed> due =
                claims.stream().map(claim -> posts.get(claim.event())).toList();
        if (!due.isEmpty()) {
            tasks.add(due);
        }
    }

    List<PostParsed> next(Instant now) {
        asked = tasks.remove();
        askedAt = now;
        return asked;
    }

    void answered(ModelResult result, Instant now) {
        for (PostParsed post : asked) {
            TagProposals.of(result, post)
                    .ifPresentOrElse(
                            proposal -> verdicts.put(post, new Verdict(result, proposal, null, askedAt, now)),
                            () -> tasks.add(List.of(post)));
        }
    }

    void failed(ProvidersFailedException problem, Instant now) {
        asked.forEach(post -> verdicts.put(post, new Verdict(null, null, problem, askedAt, now)));
    }

    Map<PostParsed, Verdict> verdicts() {
        return verdicts;
    }
}
