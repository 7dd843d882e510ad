package routes.tagging;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.apache.camel.Body;
import org.apache.camel.ExchangeException;
import org.apache.camel.ExchangeProperty;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.stereotype.Component;
import routes.events.Event;
import routes.events.IdempotencyKeys;
import routes.events.PostParsed;
import routes.events.PostTagged;
import routes.events.StageOutcome;
import routes.events.TagsHash;
import routes.events.Trigger;
import routes.llm.ModelResult;
import routes.llm.ProvidersFailedException;
import routes.tagging.TaggingMetrics.Status;

/** The work of the tagging stage: which posts are tagged, what of an answer is accepted, and the state after each step. */
@Component("tagging")
public class Tagging {
    private static final Logger LOG = LoggerFactory.getLogger(Tagging.class);
    private static final String NO_PROVIDER = "none";

    private final TaggingStates states;
    private final TaggingPrompts prompts;
    private final TagRules rules;
    private final TaggingProperties properties;
    private final TaggingMetrics metrics;
    private final Clock clock;

    Tagging(
            TaggingStates states,
            TaggingPrompts prompts,
            TagRules rules,
            TaggingProperties properties,
            TaggingMetrics metrics,
            Clock clock) {
        this.states = states;
        this.prompts = prompts;
        this.rules = rules;
        this.properties = properties;
        this.metrics = metrics;
        this.clock = clock;
    }

    /**
     * Why this event is none of the stage's business: a retag after vision, a text that an edit has replaced, a post that was
     * deleted. Null where it is.
     */
    public StageOutcome ignored(@Body PostParsed post) {
        return post.trigger() == Trigger.VISION_RETAG
                ? StageOutcome.skipped("vision_retag")
                : states.obsolete(post).map(StageOutcome::skipped).orElse(null);
    }

    public boolean isTooShort(@Body PostParsed post) {
        String text = post.allText().strip();
        // a sticker's emoji or a place's coordinates have no word that could be a tag
        return text.codePointCount(0, text.length()) < properties.minChars()
                || text.codePoints().noneMatch(Character::isLetter);
    }

    /**
     * The same for the same text of the same post. An edit carries its version, so that a text that returns to what it was
     * before is tagged again.
     */
    public String key(@Body PostParsed post) {
        String key = post.postId() + ":" + post.contentHash();
        return post.contentVersion() == 0 ? key : key + ":e" + post.contentVersion();
    }

    /** Whether somebody asks for it expressly, by trigger or with a request id: that goes past what was done before. */
    public boolean isManual(@Body PostParsed post) {
        return post.trigger() == Trigger.MANUAL || post.requestId() != null;
    }

    /** A post with nothing to tag: later stages still get it. */
    public PostTagged skip(@Body PostParsed post) {
        states.skipped(post);
        metrics.processed(Status.SKIPPED);
        return tagged(post, NO_PROVIDER, null, List.of(), 0, Map.of("reason", "skipped"));
    }

    /** What is asked for a post. */
    public TaggingTask task(@ExchangeProperty("post") PostParsed post) {
        return task(List.of(post));
    }

    TaggingTask task(List<PostParsed> posts) {
        return new TaggingTask(posts, prompts, rules, properties.maxTags(), tag -> metrics.rejected(tag.reason()));
    }

    /**
     * Stores what the providers proposed for a post.
     *
     * @param started when the pass through the providers began
     */
    public PostTagged accept(
            @ExchangeProperty("post") PostParsed post,
            @Body ModelResult result,
            @ExchangeProperty("taggingStarted") Instant started) {
        TagProposal proposal = TagProposals.of(result, post).orElseThrow();
        if (proposal.accepted().isEmpty()) {
            return skip(post);
        }
        states.success(post);
        metrics.processed(Status.SUCCESS);
        int latency = Math.toIntExact(Duration.between(started, clock.instant()).toMillis());
        Map<String, Object> metadata = new TreeMap<>(proposal.metadata());
        if (!proposal.rejected().isEmpty()) {
            metadata.put(
                    "rejected_tags",
                    proposal.rejected().stream().map(TagRules.Rejected::tag).toList());
        }
        return tagged(post, result.provider(), result.model(), proposal.accepted(), latency, metadata);
    }

    /**
     * Counts a failed pass. The last one lets the post go on without tags.
     *
     * @throws TaggingRetryException when passes are left
     * @throws TaggingWaitException when no provider could be asked, since all have used up their quotas; that is no pass
     */
    public PostTagged failed(
            @ExchangeProperty("post") PostParsed post, @ExchangeException ProvidersFailedException cause) {
        if (cause.restingUntil() != null) {
            states.waiting(post, cause.getMessage());
            throw new TaggingWaitException(cause.restingUntil(), cause);
        }
        int attempts = states.failedPass(post, properties.maxAttempts(), cause.getMessage());
        if (attempts < properties.maxAttempts()) {
            metrics.processed(Status.RETRYING);
            throw new TaggingRetryException(post.postId(), attempts, properties.maxAttempts(), cause);
        }
        metrics.processed(Status.FAILED);
        LOG.warn("Post {} is given up after {} passes: {}", post.postId(), attempts, cause.getMessage());
        return tagged(post, NO_PROVIDER, null, List.of(), 0, Map.of("reason", "tagging_failed"));
    }

    private PostTagged tagged(
            PostParsed post,
            String provider,
            String model,
            List<String> tags,
            int latencyMs,
            Map<String, Object> metadata) {
        String hash = TagsHash.of(tags);
        return new PostTagged(
                Event.SCHEMA_VERSION,
                post.traceId(),
                clock.instant(),
                IdempotencyKeys.postTagged(post.postId(), post.contentVersion(), post.trigger(), null, hash),
                post.postId(),
                post.tenantId(),
                post.userId(),
                post.channelId(),
                tags,
                hash,
                List.of(),
                post.urls(),
                provider,
                model,
                latencyMs,
                post.trigger(),
                post.contentVersion(),
                null,
                null,
                metadata.isEmpty() ? null : metadata);
    }
}
