package routes.tagpersistence;

import java.util.Optional;
import org.apache.camel.Body;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.stereotype.Component;
import org.springframework.transaction.annotation.Transactional;
import org.springframework.transaction.support.TransactionSynchronization;
import org.springframework.transaction.support.TransactionSynchronizationManager;
import routes.events.PostTagged;
import routes.events.StageOutcome;
import routes.events.TagSetVersion;
import routes.events.Trigger;

/** Keeps the newest set of tags of a post; all triggers are treated alike. */
@Component("tagPersistence")
public class TagPersistence {
    private static final Logger LOG = LoggerFactory.getLogger(TagPersistence.class);

    private static final String OLDER = "older_than_stored";

    private final TagRows rows;
    private final TagPersistenceMetrics metrics;

    TagPersistence(TagRows rows, TagPersistenceMetrics metrics) {
        this.rows = rows;
        this.metrics = metrics;
    }

    /**
     * Stores the tags where they are newer than what is stored. The same tags again only move the versions on; an older
     * set is a conflict and changes nothing, nor does a set of a deleted post.
     */
    @Transactional(timeout = 30)
    public StageOutcome save(@Body PostTagged event) {
        StageOutcome outcome = metrics.latency().record(() -> store(event));
        afterCommit(() -> count(outcome));
        LOG.debug(
                "Tags of post {}: {} (trigger={}, is_retagging={})",
                event.postId(),
                outcome.reason(),
                event.trigger().text(),
                event.trigger() == Trigger.VISION_RETAG);
        return outcome;
    }

    /** What is rolled back was not stored. */
    private static void afterCommit(Runnable counting) {
        TransactionSynchronizationManager.registerSynchronization(new TransactionSynchronization() {
            @Override
            public void afterCommit() {
                counting.run();
            }
        });
    }

    private void count(StageOutcome outcome) {
        if (outcome.kind() == StageOutcome.Kind.DONE) {
            metrics.success();
        } else {
            metrics.skipped();
        }
        if (OLDER.equals(outcome.reason())) {
            metrics.conflict();
        }
    }

    private StageOutcome store(PostTagged event) {
        if (!rows.holdPost(event)) {
            return StageOutcome.skipped("deleted");
        }
        Optional<TagRows.Stored> stored = rows.lock(event.postId());
        if (stored.isEmpty()) {
            rows.insert(event);
            return StageOutcome.done("stored");
        }
        return update(event, stored.get());
    }

    private StageOutcome update(PostTagged event, TagRows.Stored stored) {
        int order = TagSetVersion.of(event).compareTo(stored.version());
        if (order < 0) {
            return StageOutcome.skipped(OLDER);
        } else if (order == 0) {
            return StageOutcome.skipped("already_stored");
        } else if (hasReason(event)
                && stored.hasTags()
                && stored.version().contentVersion() == event.contentVersion()) {
            // without tags for a reason, so the tags of the same text stay
            return StageOutcome.skipped("tags_of_same_text_stay");
        } else if (stored.tagsHash().equals(event.tagsHash())) {
            rows.moveVersionsOn(event);
            return StageOutcome.done("versions_moved_on");
        }
        rows.replace(event);
        return StageOutcome.done("replaced");
    }

    private static boolean hasReason(PostTagged event) {
        return event.metadata() != null && event.metadata().get("reason") != null;
    }
}
