package routes.tagging;

import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.UUID;
import org.apache.camel.Body;
import org.apache.camel.Exchange;
import org.apache.camel.ExchangeException;
import org.apache.camel.ExchangeProperty;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.stereotype.Component;
import org.springframework.transaction.PlatformTransactionManager;
import org.springframework.transaction.support.TransactionTemplate;
import routes.events.EntryFailure;
import routes.events.Event;
import routes.events.IdempotencyKeys;
import routes.events.PostParsed;
import routes.events.PostTagged;
import routes.events.PostTaggedBuilder;
import routes.events.Recorded;
import routes.events.StageOutcome;
import routes.events.TagsHash;
import routes.events.Trigger;
import routes.idempotency.InProgressElsewhereException;
import routes.idempotency.RedisIdempotentRepository;
import routes.idempotency.RedisIdempotentRepository.Answer;
import routes.idempotency.RedisIdempotentRepository.Claim;
import routes.llm.ModelResult;
import routes.llm.ProvidersFailedException;
import routes.posts.PostNotThereYetException;
import routes.tagging.TaggingMetrics.Status;
import routes.tagging.TaggingPass.Verdict;

/** The work of the tagging stage: selects the posts to tag, checks the answers, and records the state after each step. */
@Component("tagging")
public class Tagging {
    private static final Logger LOG = LoggerFactory.getLogger(Tagging.class);
    private static final String NO_PROVIDER = "none";
    private static final String PASS = "taggingPass";
    private static final int TIMEOUT_SECONDS = 30;

    private final TaggingStates states;
    private final RedisIdempotentRepository done;
    private final TaggingPrompts prompts;
    private final TagRules rules;
    private final TaggingProperties properties;
    private final TaggingMetrics metrics;
    private final TransactionTemplate transaction;
    private final Clock clock;

    Tagging(
            TaggingStates states,
            RedisIdempotentRepository taggingIdempotency,
            TaggingPrompts prompts,
            TagRules rules,
            TaggingProperties properties,
            TaggingMetrics metrics,
            PlatformTransactionManager transactions,
            Clock clock) {
        this.states = states;
        this.done = taggingIdempotency;
        this.prompts = prompts;
        this.rules = rules;
        this.properties = properties;
        this.metrics = metrics;
        this.transaction = new TransactionTemplate(transactions);
        this.transaction.setTimeout(TIMEOUT_SECONDS);
        this.clock = clock;
    }

    /**
     * Selects the posts to tag. Leaves out a retag after vision, so that retagging cannot trigger itself; a text that an edit has
     * replaced; a deleted post; the same text of the same post again, except on request (trigger=manual); a text without words.
     */
    public TaggingPass begin(Exchange exchange, @Body List<PostParsed> posts) {
        TaggingPass pass = new TaggingPass(posts);
        Map<PostParsed, TaggingStates.Stored> stored = states.stored(posts);
        List<Claim> claims = new ArrayList<>();
        for (int i = 0; i < posts.size(); i++) {
            PostParsed post = posts.get(i);
            Recorded ignored = ignored(post, stored.get(post));
            if (ignored != null) {
                pass.answer(i, ignored);
            } else if (!isTooShort(post)) {
                claims.add(new Claim(i, key(post), isManual(post)));
            }
        }
        List<Answer> answers = done.addAll(exchange, claims);
        for (int i = 0; i < claims.size(); i++) {
            Claim claim = claims.get(i);
            switch (answers.get(i)) {
                case TAKEN -> pass.claims().add(claim);
                case DONE -> pass.answer(claim.event(), StageOutcome.skipped("duplicate"));
                case HELD ->
                    pass.answer(
                            claim.event(),
                            new EntryFailure(
                                    new InProgressElsewhereException(claim.key()), EntryFailure.Kind.UNCOUNTED));
            }
        }
        pass.ask();
        return pass;
    }

    /** Null if the post may need tags. */
    private static Recorded ignored(PostParsed post, TaggingStates.Stored stored) {
        if (post.trigger() == Trigger.VISION_RETAG) {
            return StageOutcome.skipped("vision_retag");
        } else if (stored == null) {
            return EntryFailure.counted(new PostNotThereYetException(post.postId()));
        }
        return stored.obsolete(post).map(StageOutcome::skipped).orElse(null);
    }

    /** Whether there is nothing to tag: later stages receive the post without tags. */
    public boolean isTooShort(PostParsed post) {
        String text = post.allText().strip();
        // a sticker's emoji or a location's coordinates contain no word that could be a tag
        return text.codePointCount(0, text.length()) < properties.minChars()
                || text.codePoints().noneMatch(Character::isLetter);
    }

    /**
     * The same key for the same text of the same post. The key of an edit contains its version, so that a restored earlier text is
     * tagged again.
     */
    private static String key(PostParsed post) {
        String key = post.postId() + ":" + post.contentHash();
        return post.contentVersion() == 0 ? key : key + ":e" + post.contentVersion();
    }

    /** Whether the post was requested explicitly, by trigger or with a request id: such a request ignores earlier results. */
    private static boolean isManual(PostParsed post) {
        return post.trigger() == Trigger.MANUAL || post.requestId() != null;
    }

    /** The next request to the providers. */
    public TaggingTask task(@ExchangeProperty(PASS) TaggingPass pass) {
        return task(pass.next(clock.instant()));
    }

    /** A request for the posts. */
    public TaggingTask task(List<PostParsed> posts) {
        return new TaggingTask(posts, prompts, rules, properties.maxTags(), tag -> metrics.rejected(tag.reason()));
    }

    public void answered(@ExchangeProperty(PASS) TaggingPass pass, @Body ModelResult result) {
        pass.answered(result, clock.instant());
    }

    public void failed(@ExchangeProperty(PASS) TaggingPass pass, @ExchangeException ProvidersFailedException problem) {
        pass.failed(problem, clock.instant());
    }

    /**
     * Stores the results of the posts in one transaction. A pass without usable tags is counted in the post and repeated later.
     * After the last of TAGGING_MAX_ATTEMPTS passes the post continues without tags, so that search does not lose it. If all quotas
     * are exhausted, nothing is counted and the stage pauses.
     *
     * @return an answer for each post
     */
    public List<Recorded> end(Exchange exchange, @ExchangeProperty(PASS) TaggingPass pass) {
        Results results = transaction.execute(status -> store(pass));
        List<Recorded> answers = new ArrayList<>();
        for (int i = 0; i < pass.posts().size(); i++) {
            Recorded known = pass.answer(i);
            answers.add(known == null ? answer(pass.posts().get(i), pass, results) : known);
        }
        done.confirmAll(
                exchange,
                pass.claims().stream()
                        .filter(claim -> !(answers.get(claim.event()) instanceof EntryFailure))
                        .toList());
        return answers;
    }

    /** Posts whose rows were updated, and the number of passes of those that failed. */
    private record Results(Set<UUID> written, Map<UUID, Integer> attempts) {}

    private Results store(TaggingPass pass) {
        Map<PostParsed, Boolean> tagged = new LinkedHashMap<>();
        Map<PostParsed, String> failed = new LinkedHashMap<>();
        Map<PostParsed, String> waiting = new LinkedHashMap<>();
        for (int i = 0; i < pass.posts().size(); i++) {
            PostParsed post = pass.posts().get(i);
            Verdict verdict = pass.verdicts().get(post);
            if (pass.answer(i) != null) {
                continue;
            } else if (verdict == null || verdict.problem() == null) {
                tagged.put(post, hasTags(verdict));
            } else {
                (verdict.problem().restingUntil() == null ? failed : waiting)
                        .put(post, verdict.problem().getMessage());
            }
        }
        Set<UUID> written = new HashSet<>(states.ended(tagged));
        written.addAll(states.waiting(waiting));
        Map<UUID, Integer> attempts = states.failedPasses(failed, properties.maxAttempts());
        written.addAll(attempts.keySet());
        // the post was edited or deleted in the meantime: later stages compare versions
        List<PostParsed> unexpected = tagged.keySet().stream()
                .filter(post -> !written.contains(post.postId()))
                .toList();
        if (!unexpected.isEmpty()) {
            states.stored(unexpected).forEach((post, row) -> {
                if (row.obsolete(post).isPresent()) {
                    written.add(post.postId());
                }
            });
        }
        return new Results(written, attempts);
    }

    private static boolean hasTags(Verdict verdict) {
        return verdict != null && !verdict.proposal().accepted().isEmpty();
    }

    private Recorded answer(PostParsed post, TaggingPass pass, Results results) {
        Verdict verdict = pass.verdicts().get(post);
        if (!results.written().contains(post.postId())) {
            return EntryFailure.counted(new PostNotThereYetException(post.postId()));
        } else if (verdict == null || verdict.problem() == null) {
            metrics.processed(hasTags(verdict) ? Status.SUCCESS : Status.SKIPPED);
            return hasTags(verdict)
                    ? tagged(post, verdict)
                    : tagged(post, NO_PROVIDER, null, List.of(), 0, Map.of("reason", "skipped"));
        }
        ProvidersFailedException problem = verdict.problem();
        if (problem.restingUntil() != null) {
            return new EntryFailure(
                    new TaggingWaitException(problem.restingUntil(), problem), EntryFailure.Kind.UNAVAILABLE);
        }
        int attempts = results.attempts().get(post.postId());
        if (attempts < properties.maxAttempts()) {
            metrics.processed(Status.RETRYING);
            return new EntryFailure(
                    new TaggingRetryException(post.postId(), attempts, properties.maxAttempts(), problem),
                    EntryFailure.Kind.UNCOUNTED);
        }
        metrics.processed(Status.FAILED);
        LOG.warn(
                "Post {} (trace {}) is given up after {} passes: {}",
                post.postId(),
                post.traceId(),
                attempts,
                problem.getMessage());
        return tagged(post, NO_PROVIDER, null, List.of(), 0, Map.of("reason", "tagging_failed"));
    }

    private PostTagged tagged(PostParsed post, Verdict verdict) {
        TagProposal proposal = verdict.proposal();
        Map<String, Object> metadata = new TreeMap<>(proposal.metadata());
        if (!proposal.rejected().isEmpty()) {
            metadata.put(
                    "rejected_tags",
                    proposal.rejected().stream().map(TagRules.Rejected::tag).toList());
        }
        return tagged(
                post,
                verdict.result().provider(),
                verdict.result().model(),
                proposal.accepted(),
                Math.toIntExact(
                        Duration.between(verdict.started(), verdict.ended()).toMillis()),
                metadata);
    }

    private PostTagged tagged(
            PostParsed post,
            String provider,
            String model,
            List<String> tags,
            int latencyMs,
            Map<String, Object> metadata) {
        String hash = TagsHash.of(tags);
        return PostTaggedBuilder.builder()
                .schemaVersion(Event.SCHEMA_VERSION)
                .traceId(post.traceId())
                .occurredAt(clock.instant())
                .idempotencyKey(
                        IdempotencyKeys.postTagged(post.postId(), post.contentVersion(), post.trigger(), null, hash))
                .postId(post.postId())
                .tenantId(post.tenantId())
                .userId(post.userId())
                .channelId(post.channelId())
                .tags(tags)
                .tagsHash(hash)
                .topics(List.of())
                .urls(post.urls())
                .provider(provider)
                .model(model)
                .latencyMs(latencyMs)
                .trigger(post.trigger())
                .contentVersion(post.contentVersion())
                .metadata(metadata.isEmpty() ? null : metadata)
                .build();
    }
}
