package routes.tagpersistence;

import java.util.Optional;
import org.apache.camel.Body;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.stereotype.Component;
import org.springframework.transaction.annotation.Transactional;
import routes.events.PostTagged;
import routes.events.TagSetVersion;
import routes.events.Trigger;

/** Keeps the newest set of tags of a post; all triggers are treated alike. */
@Component("tagPersistence")
public class TagPersistence {
    private static final Logger LOG = LoggerFactory.getLogger(TagPersistence.class);

    private final TagRows rows;
    private final TagPersistenceMetrics metrics;

    TagPersistence(TagRows rows, TagPersistenceMetrics metrics) {
        this.rows = rows;
        this.metrics = metrics;
    }

    /**
     * Stores the tags where they are newer than what is stored. The same tags again only move the versions on; an older
     * set is a conflict and changes nothing.
     */
    @Transactional(timeout = 30)
    public void save(@Body PostTagged event) {
        metrics.latency().record(() -> {
            rows.requirePost(event);
            Optional<TagRows.Stored> stored = rows.lock(event.postId());
            if (stored.isEmpty()) {
                rows.insert(event);
                metrics.success();
                log(event, "stored");
            } else {
                update(event, stored.get());
            }
        });
    }

    private void update(PostTagged event, TagRows.Stored stored) {
        int order = TagSetVersion.of(event).compareTo(stored.version());
        if (order < 0) {
            metrics.conflict();
            metrics.skipped();
            log(event, "older than what is stored");
        } else if (order == 0) {
            metrics.skipped();
            log(event, "already stored");
        } else if (hasReason(event)
                && stored.hasTags()
                && stored.version().contentVersion() == event.contentVersion()) {
            metrics.skipped();
            log(event, "without tags for a reason, so the tags of the same text stay");
        } else if (stored.tagsHash().equals(event.tagsHash())) {
            rows.moveVersionsOn(event);
            metrics.success();
            log(event, "same tags, newer version");
        } else {
            rows.replace(event);
            metrics.success();
            log(event, "replaced");
        }
    }

    private static boolean hasReason(PostTagged event) {
        return event.metadata() != null && event.metadata().get("reason") != null;
    }

    private static void log(PostTagged event, String outcome) {
        LOG.debug(
                "Tags of post {}: {} (trigger={}, is_retagging={})",
                event.postId(),
                outcome,
                event.trigger().text(),
                event.trigger() == Trigger.VISION_RETAG);
    }
}
