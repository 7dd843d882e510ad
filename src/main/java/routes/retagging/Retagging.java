package routes.retagging;

import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import org.apache.camel.Body;
import org.apache.camel.Exchange;
import org.apache.camel.ExchangeProperty;
import org.springframework.stereotype.Component;
import routes.events.EntryFailure;
import routes.events.Event;
import routes.events.PostParsed;
import routes.events.PostParsedBuilder;
import routes.events.PostTagged;
import routes.events.Recorded;
import routes.events.StageOutcome;
import routes.events.Trigger;
import routes.events.VisionAnalyzed;
import routes.events.VisionVersion;
import routes.idempotency.BatchClaims;
import routes.idempotency.BatchClaims.Claim;
import routes.posts.PostNotThereYetException;
import routes.tagging.SeenPictures;
import routes.tagging.Tagging;
import routes.tagging.TaggingPass;

/**
 * The stage {@code retagging}: tags posts again with the vision results of their pictures. A post is tagged again only if the vision
 * version is newer than that of its tags, or the features differ. Every such event publishes a set of tags, even if it is unchanged, so
 * that versions advance and the text of the pictures is indexed.
 */
@Component("retagging")
public class Retagging {
    private static final List<String> SKIPS =
            List.of("vision_skipped", "older_version", "unchanged", "superseded", "deleted", "duplicate");

    private final RetaggingStore store;
    private final BatchClaims done;
    private final Tagging tagging;
    private final MeterRegistry metrics;
    private final Clock clock;

    Retagging(
            RetaggingStore store,
            BatchClaims retaggingIdempotency,
            Tagging tagging,
            MeterRegistry metrics,
            Clock clock) {
        this.store = store;
        this.done = retaggingIdempotency;
        this.tagging = tagging;
        this.metrics = metrics;
        this.clock = clock;
        SKIPS.forEach(reason -> metrics.counter("retagging.skipped", "reason", reason));
        for (boolean changed : List.of(true, false)) {
            count(changed, "ok", 0);
            duration(changed);
        }
        count(false, "err", 0);
    }

    /** Returns the stage for trials: it claims nothing and counts nothing. The caller rolls back what it writes to the database. */
    public Retagging rehearsal() {
        return new Retagging(store, BatchClaims.REHEARSAL, tagging.rehearsal(), new SimpleMeterRegistry(), clock);
    }

    private void count(boolean changed, String outcome, int posts) {
        metrics.counter("retagging.processed", "changed", Boolean.toString(changed), "outcome", outcome)
                .increment(posts);
    }

    private Timer duration(boolean changed) {
        return metrics.timer("retagging.duration", "changed", Boolean.toString(changed));
    }

    /** Selects the posts to tag again. */
    public RetaggingPass begin(Exchange exchange, @Body List<VisionAnalyzed> events) {
        Map<UUID, RetaggingStore.Stored> stored = store.posts(events);
        List<PostParsed> posts = new ArrayList<>();
        for (VisionAnalyzed event : events) {
            posts.add(post(event, stored.get(event.postId())));
        }
        RetaggingPass pass = new RetaggingPass(posts, events, stored, clock.instant());
        List<Claim> claims = new ArrayList<>();
        for (int i = 0; i < events.size(); i++) {
            VisionAnalyzed event = events.get(i);
            RetaggingStore.Stored post = stored.get(event.postId());
            if (post == null) {
                pass.answer(i, EntryFailure.counted(new PostNotThereYetException(event.postId())));
                continue;
            }
            String skip = skip(event, post);
            if (skip != null) {
                skipped(pass, i, skip);
            } else {
                claims.add(new Claim(i, key(event, post), false));
            }
        }
        metrics.counter("retagging.skipped", "reason", "duplicate").increment(pass.claim(done, exchange, claims));
        pass.request(pass.claims().stream()
                .filter(claim -> needsTags(pass, claim.event()))
                .map(claim -> posts.get(claim.event()))
                .toList());
        return pass;
    }

    private void skipped(RetaggingPass pass, int event, String reason) {
        metrics.counter("retagging.skipped", "reason", reason).increment();
        pass.answer(event, StageOutcome.skipped(reason));
    }

    /** Returns why a post is not tagged again; null if it is. */
    private static String skip(VisionAnalyzed event, RetaggingStore.Stored post) {
        if (post.deleted()) {
            return "deleted";
        }
        boolean isOther = !event.featuresHash().equals(post.tagsFeaturesHash());
        int order = VisionVersion.parse(event.visionVersion()).compareTo(VisionVersion.parse(post.tagsVisionVersion()));
        boolean isSuperseded = post.visionVersion() != null
                && !event.featuresHash().equals(post.visionFeaturesHash())
                && VisionVersion.parse(post.visionVersion()).compareTo(VisionVersion.parse(event.visionVersion())) >= 0;
        if (isSuperseded) {
            return "superseded";
        } else if (order < 0) {
            return "older_version";
        } else if (order == 0 && !isOther) {
            return "unchanged";
        } else if (Boolean.TRUE.equals(event.skipped()) && post.tagsVisionVersion() == null) {
            return "vision_skipped";
        }
        return null;
    }

    private static String key(VisionAnalyzed event, RetaggingStore.Stored post) {
        return event.postId() + ":" + post.contentVersion() + ":" + event.visionVersion() + ":" + event.featuresHash();
    }

    /** Returns the post with the text of its pictures, in the form for the tagging stage. */
    private PostParsed post(VisionAnalyzed event, RetaggingStore.Stored stored) {
        PostParsedBuilder post = PostParsedBuilder.builder()
                .schemaVersion(Event.SCHEMA_VERSION)
                .traceId(event.traceId())
                .occurredAt(clock.instant())
                .idempotencyKey(event.idempotencyKey())
                .tenantId(event.tenantId())
                .channelId(event.channelId())
                .postId(event.postId())
                .text("")
                .urls(List.of())
                .contentVersion(0L)
                .trigger(Trigger.VISION_RETAG);
        if (stored != null) {
            post.text(stored.content())
                    .attachmentText(stored.attachmentText())
                    .urls(stored.urls())
                    .contentVersion(stored.contentVersion())
                    .channelId(stored.channelId());
        }
        return SeenPictures.of(event).addTo(post.build());
    }

    /** Returns whether providers must be called. Pictures without text leave the tags unchanged. */
    private boolean needsTags(RetaggingPass pass, int event) {
        boolean hasWords = !SeenPictures.of(pass.event(event)).text().isBlank();
        boolean isUntagged = pass.stored(event).tagsHash() == null;
        return (hasWords || isUntagged) && !tagging.isTooShort(pass.posts().get(event));
    }

    /** Publishes a set of tags for each post that was tagged again. */
    public List<Recorded> end(Exchange exchange, @ExchangeProperty("taggingPass") RetaggingPass pass) {
        Set<UUID> tagged = new HashSet<>();
        for (int i = 0; i < pass.posts().size(); i++) {
            if (pass.answer(i) == null) {
                pass.answer(i, answer(pass, i, tagged));
            }
        }
        store.tagged(tagged);
        pass.confirm(done, exchange);
        return pass.answers();
    }

    private Recorded answer(RetaggingPass pass, int index, Set<UUID> tagged) {
        PostParsed post = pass.posts().get(index);
        TaggingPass.Verdict verdict = pass.verdict(post);
        if (verdict.problem() != null) {
            count(false, "err", 1);
            return tagging.failure(post, verdict.problem());
        }
        RetaggingStore.Stored stored = pass.stored(index);
        SeenPictures seen = SeenPictures.of(pass.event(index));
        PostTagged event = verdict.hasTags()
                ? tagging.tagged(post, verdict, seen)
                : tagging.unchanged(post, stored.tags(), stored.provider(), stored.model(), seen);
        boolean changed = !event.tagsHash().equals(stored.tagsHash());
        count(changed, "ok", 1);
        duration(changed).record(Duration.between(pass.started(), Instant.now(clock)));
        if (!event.tags().isEmpty()) {
            tagged.add(post.postId());
        }
        return event;
    }
}
