package routes.tagging;

import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
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
import routes.idempotency.BatchClaims;
import routes.idempotency.BatchClaims.Claim;
import routes.llm.ModelResult;
import routes.llm.ProvidersFailedException;
import routes.posts.PostNotThereYetException;
import routes.tagging.TaggingPass.Verdict;

/** The tagging stage: selects the posts to tag, checks the answers, and records the state after each step. */
@Component("tagging")
public class Tagging {
    private static final Logger LOG = LoggerFactory.getLogger(Tagging.class);
    private static final String NO_PROVIDER = "none";
    /** Exchange property that contains the {@link TaggingPass} of the batch. */
    public static final String PASS = "taggingPass";

    private static final int TIMEOUT_SECONDS = 30;

    private final TaggingStates states;
    private final BatchClaims done;
    private final TaggingPrompts prompts;
    private final TagRules rules;
    private final TaggingProperties properties;
    private final MeterRegistry metrics;
    private final TransactionTemplate transaction;
    private final Clock clock;

    Tagging(
            TaggingStates states,
            BatchClaims taggingIdempotency,
            TaggingPrompts prompts,
            TagRules rules,
            TaggingProperties properties,
            MeterRegistry metrics,
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
        List.of("success", "skipped", "retrying", "failed").forEach(status -> count(status, 0));
        Arrays.stream(TagRules.Reason.values()).forEach(reason -> countRejected(reason, 0));
    }

    /** Returns an instance for trials, which claims and counts nothing; the caller rolls back its database changes. */
    public Tagging rehearsal() {
        return new Tagging(
                states,
                BatchClaims.REHEARSAL,
                prompts,
                rules,
                properties,
                new SimpleMeterRegistry(),
                Objects.requireNonNull(transaction.getTransactionManager()),
                clock);
    }

    private void count(String status, int posts) {
        metrics.counter("tagging.processed", "status", status).increment(posts);
    }

    private void countRejected(TagRules.Reason reason, int tags) {
        metrics.counter("tagging.tags.rejected", "reason", reason.label()).increment(tags);
    }

    /**
     * Selects the posts to tag. Skips retagging after vision, so that retagging cannot trigger itself; texts that an edit has
     * replaced; deleted posts; the same text of the same post, except on request (trigger=manual); and texts without words.
     */
    public TaggingPass begin(Exchange exchange, @Body List<PostParsed> events) {
        Map<PostParsed, TaggingStates.Stored> stored = states.stored(events);
        List<PostParsed> posts = events.stream()
                .map(event -> seen(stored.get(event)).addTo(event))
                .toList();
        TaggingPass pass = new TaggingPass(posts);
        List<Claim> claims = new ArrayList<>();
        for (int i = 0; i < posts.size(); i++) {
            PostParsed post = posts.get(i);
            pass.seen.put(post, seen(stored.get(events.get(i))));
            pass.answers[i] = ignored(post, stored.get(events.get(i)));
            if (pass.answers[i] == null && !isTooShort(post)) {
                claims.add(new Claim(i, key(post), isManual(post)));
            }
        }
        pass.claim(done, exchange, claims);
        pass.request(
                pass.claims().stream().map(claim -> posts.get(claim.event())).toList());
        return pass;
    }

    private static SeenPictures seen(TaggingStates.Stored stored) {
        return stored == null ? SeenPictures.NONE : stored.seen();
    }

    /** Returns the answer for a post that needs no tags; null if the post may need tags. */
    private static Recorded ignored(PostParsed post, TaggingStates.Stored stored) {
        if (post.trigger() == Trigger.VISION_RETAG) {
            return StageOutcome.skipped("vision_retag");
        } else if (stored == null) {
            return EntryFailure.counted(new PostNotThereYetException(post.postId()));
        }
        return stored.obsolete(post).map(StageOutcome::skipped).orElse(null);
    }

    /** Whether there is nothing to tag. Later stages receive the post without tags. */
    public boolean isTooShort(PostParsed post) {
        String text = post.allText().strip();
        // the emoji of a sticker or the coordinates of a location contain no word that could be a tag
        return text.codePointCount(0, text.length()) < properties.minChars()
                || text.codePoints().noneMatch(Character::isLetter);
    }

    /**
     * Returns the same key for the same text of the same post. The key of an edit contains its version, so that a restored earlier
     * text is tagged again.
     */
    private static String key(PostParsed post) {
        String key = post.postId() + ":" + post.contentHash();
        return post.contentVersion() == 0 ? key : key + ":e" + post.contentVersion();
    }

    /**
     * Whether tagging of the post was requested explicitly, by trigger or with a request id. Such a request ignores earlier
     * results.
     */
    private static boolean isManual(PostParsed post) {
        return post.trigger() == Trigger.MANUAL || post.requestId() != null;
    }

    /** Returns the next request to the providers. */
    public TaggingTask task(@ExchangeProperty(PASS) TaggingPass pass) {
        return task(pass.next(clock.instant()));
    }

    /** Returns a request for the posts. */
    public TaggingTask task(List<PostParsed> posts) {
        return new TaggingTask(posts, prompts, rules, properties.maxTags(), tag -> countRejected(tag.reason(), 1));
    }

    public void answered(@ExchangeProperty(PASS) TaggingPass pass, @Body ModelResult result) {
        pass.answered(result, clock.instant());
    }

    public void failed(@ExchangeProperty(PASS) TaggingPass pass, @ExchangeException ProvidersFailedException problem) {
        pass.failed(problem, clock.instant());
    }

    /**
     * Stores the results of the posts in one transaction. A pass without usable tags is counted for the post and repeated later.
     * After the last of TAGGING_MAX_ATTEMPTS passes, the post continues without tags, so that it remains searchable. If all quotas
     * are exhausted, nothing is counted and the stage pauses.
     *
     * @return an answer for each post
     */
    public List<Recorded> end(Exchange exchange, @ExchangeProperty(PASS) TaggingPass pass) {
        Map<UUID, Integer> attempts = transaction.execute(status -> store(pass));
        for (int i = 0; i < pass.answers.length; i++) {
            if (pass.answers[i] == null) {
                PostParsed post = pass.posts.get(i);
                pass.answers[i] = answer(post, pass.verdict(post), pass.seen.get(post), attempts.get(post.postId()));
            }
        }
        pass.confirm(done, exchange);
        return List.of(pass.answers);
    }

    /** @return the number of passes so far of each stored post */
    private Map<UUID, Integer> store(TaggingPass pass) {
        Map<PostParsed, TaggingStates.Outcome> outcomes = new LinkedHashMap<>();
        for (int i = 0; i < pass.answers.length; i++) {
            if (pass.answers[i] == null) {
                outcomes.put(pass.posts.get(i), outcome(pass.verdict(pass.posts.get(i))));
            }
        }
        Map<UUID, Integer> attempts = states.record(outcomes, properties.maxAttempts());
        // the post was edited or deleted in the meantime; later stages compare versions
        List<PostParsed> unexpected = outcomes.keySet().stream()
                .filter(post -> pass.verdict(post).problem() == null && !attempts.containsKey(post.postId()))
                .toList();
        if (!unexpected.isEmpty()) {
            states.stored(unexpected).forEach((post, row) -> {
                if (row.obsolete(post).isPresent()) {
                    attempts.put(post.postId(), 0);
                }
            });
        }
        return attempts;
    }

    private static TaggingStates.Outcome outcome(Verdict verdict) {
        ProvidersFailedException problem = verdict.problem();
        return problem == null
                ? new TaggingStates.Outcome(verdict.hasTags() ? "success" : "skipped", null)
                : new TaggingStates.Outcome(
                        problem.restingUntil() == null ? "failed" : "waiting", problem.getMessage());
    }

    /** @param attempts number of passes so far; null if the post is not stored */
    private Recorded answer(PostParsed post, Verdict verdict, SeenPictures seen, Integer attempts) {
        ProvidersFailedException problem = verdict.problem();
        if (attempts == null) {
            return EntryFailure.counted(new PostNotThereYetException(post.postId()));
        } else if (problem == null) {
            count(verdict.hasTags() ? "success" : "skipped", 1);
            return verdict.hasTags() ? tagged(post, verdict, seen) : untagged(post, seen, "skipped");
        } else if (problem.restingUntil() != null) {
            return failure(post, problem);
        } else if (attempts < properties.maxAttempts()) {
            count("retrying", 1);
            String which = "Pass " + attempts + " of " + properties.maxAttempts() + " to tag post " + post.postId();
            return new EntryFailure(new TaggingRetryException(which + " failed", problem), EntryFailure.Kind.UNCOUNTED);
        }
        count("failed", 1);
        LOG.warn(
                "Tagging of post {} (trace {}) failed after {} passes: {}",
                post.postId(),
                post.traceId(),
                attempts,
                problem.getMessage());
        return untagged(post, seen, "tagging_failed");
    }

    /**
     * Returns the answer for a post that no provider tagged. While all providers are paused, the stage pauses; otherwise the
     * failure counts.
     */
    public EntryFailure failure(PostParsed post, ProvidersFailedException problem) {
        return problem.restingUntil() != null
                ? new EntryFailure(
                        new TaggingRetryException("Tagging is paused until " + problem.restingUntil(), problem),
                        EntryFailure.Kind.UNAVAILABLE)
                : EntryFailure.counted(new TaggingRetryException("Post " + post.postId() + " is not tagged", problem));
    }

    private PostTagged untagged(PostParsed post, SeenPictures seen, String reason) {
        return tagged(post, NO_PROVIDER, null, List.of(), 0, seen, Map.of("reason", reason));
    }

    /** Returns the existing tags of a post, with the versions of its pictures. */
    public PostTagged unchanged(PostParsed post, List<String> tags, String provider, String model, SeenPictures seen) {
        return tags.isEmpty()
                ? untagged(post, seen, "skipped")
                : tagged(post, provider, model, tags, 0, seen, Map.of());
    }

    /** Returns the new tags of a post, with the versions of its pictures. */
    public PostTagged tagged(PostParsed post, Verdict verdict, SeenPictures seen) {
        Map<String, Object> metadata = new TreeMap<>(verdict.result().metadata());
        List<TagRules.Rejected> rejected = verdict.tags().rejected();
        if (!rejected.isEmpty()) {
            metadata.put(
                    "rejected_tags",
                    rejected.stream().map(TagRules.Rejected::tag).toList());
        }
        long millis = Duration.between(verdict.asked(), verdict.ended()).toMillis();
        return tagged(
                post,
                verdict.result().provider(),
                verdict.result().model(),
                verdict.tags().accepted(),
                Math.toIntExact(millis),
                seen,
                metadata);
    }

    private PostTagged tagged(
            PostParsed post,
            String provider,
            String model,
            List<String> tags,
            int latencyMs,
            SeenPictures seen,
            Map<String, Object> metadata) {
        String hash = TagsHash.of(tags);
        return PostTaggedBuilder.builder()
                .schemaVersion(Event.SCHEMA_VERSION)
                .traceId(post.traceId())
                .occurredAt(clock.instant())
                .idempotencyKey(IdempotencyKeys.postTagged(
                        post.postId(), post.contentVersion(), post.trigger(), seen.visionVersion(), hash))
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
                .visionVersion(seen.visionVersion())
                .featuresHash(seen.featuresHash())
                .metadata(metadata.isEmpty() ? null : metadata)
                .build();
    }
}
