package routes.tagpersistence;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.springframework.stereotype.Component;
import org.springframework.transaction.PlatformTransactionManager;
import org.springframework.transaction.support.TransactionTemplate;
import routes.events.EntryFailure;
import routes.events.PostTagged;
import routes.events.Recorded;
import routes.events.StageOutcome;
import routes.events.TagSetVersion;
import routes.posts.PostNotThereYetException;

/** Keeps the newest tag set of a post; treats all triggers alike. */
@Component("tagPersistence")
public class TagPersistence {
    private static final String OLDER = "older_than_stored";
    private static final int TIMEOUT_SECONDS = 30;

    private final TagRows rows;
    private final MeterRegistry registry;
    private final Counter conflicts;
    private final Timer latency;
    private final TransactionTemplate transaction;

    /** Pending writes: new sets, and sets that only advance the versions. At most one of each per post. */
    private static final class Changes {
        final Map<UUID, PostTagged> replaced = new LinkedHashMap<>();
        final Map<UUID, PostTagged> moved = new LinkedHashMap<>();
    }

    TagPersistence(TagRows rows, MeterRegistry registry, PlatformTransactionManager transactions) {
        this.rows = rows;
        this.registry = registry;
        // every series exists from the start
        List.of("success", "skipped", "retrying", "failed").forEach(this::persisted);
        conflicts = registry.counter("tags.persist.conflicts");
        latency = Timer.builder("tags.persist.latency")
                .publishPercentileHistogram()
                .register(registry);
        this.transaction = new TransactionTemplate(transactions);
        this.transaction.setTimeout(TIMEOUT_SECONDS);
    }

    /**
     * Stores the tags that are newer than the stored ones, in one transaction. The same tags again only advance the versions. An
     * older set is a conflict and changes nothing, nor does a set of a deleted post.
     *
     * @return an answer for each event; a failure while its post is not stored
     */
    public List<Recorded> save(List<PostTagged> events) {
        Timer.Sample sample = Timer.start();
        List<Recorded> answers = transaction.execute(status -> store(events));
        sample.stop(latency);
        answers.forEach(this::count);
        return answers;
    }

    private void count(Recorded answer) {
        if (answer instanceof StageOutcome outcome) {
            persisted(outcome.kind() == StageOutcome.Kind.DONE ? "success" : "skipped")
                    .increment();
            if (OLDER.equals(outcome.reason())) {
                conflicts.increment();
            }
        }
    }

    /** The stream listener counts failed deliveries, since it knows whether they are retried. */
    private Counter persisted(String status) {
        return registry.counter("tags.persisted", "status", status);
    }

    private List<Recorded> store(List<PostTagged> events) {
        List<UUID> ids = events.stream().map(PostTagged::postId).distinct().toList();
        Map<UUID, TagRows.Post> posts = rows.holdPosts(ids);
        Map<UUID, TagRows.Stored> stored = new HashMap<>(rows.stored(ids));
        Changes changes = new Changes();
        List<Recorded> answers = new ArrayList<>();
        for (PostTagged event : events) {
            TagRows.Post post = posts.get(event.postId());
            if (post == null || (event.tenantId() != null && !event.tenantId().equals(post.tenantId()))) {
                answers.add(EntryFailure.counted(new PostNotThereYetException(event.postId())));
            } else if (post.deleted()) {
                answers.add(StageOutcome.skipped("deleted"));
            } else {
                answers.add(decide(event, stored, changes));
            }
        }
        rows.replace(changes.replaced.values());
        rows.moveVersionsOn(changes.moved.values());
        return answers;
    }

    /** Records what the event changes, also for the next event of the same post. */
    private static StageOutcome decide(PostTagged event, Map<UUID, TagRows.Stored> stored, Changes changes) {
        TagRows.Stored known = stored.get(event.postId());
        TagSetVersion version = TagSetVersion.of(event);
        int order = known == null ? 1 : version.compareTo(known.version());
        if (order < 0) {
            return StageOutcome.skipped(OLDER);
        } else if (order == 0) {
            return StageOutcome.skipped("already_stored");
        } else if (known != null
                && hasReason(event)
                && known.hasTags()
                && known.version().contentVersion() == event.contentVersion()) {
            // empty for a reason, so the tags of the same text stay
            return StageOutcome.skipped("tags_of_same_text_stay");
        }
        boolean sameTags = known != null && known.tagsHash().equals(event.tagsHash());
        (sameTags ? changes.moved : changes.replaced).put(event.postId(), event);
        if (!sameTags) {
            changes.moved.remove(event.postId());
        }
        stored.put(
                event.postId(),
                new TagRows.Stored(version, event.tagsHash(), !event.tags().isEmpty()));
        if (known == null) {
            return StageOutcome.done("stored");
        }
        return sameTags ? StageOutcome.done("versions_moved_on") : StageOutcome.done("replaced");
    }

    private static boolean hasReason(PostTagged event) {
        return event.metadata() != null && event.metadata().get("reason") != null;
    }
}
