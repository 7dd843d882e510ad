package routes.tagpersistence;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.UUID;
import java.util.stream.Collectors;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;
import org.springframework.transaction.PlatformTransactionManager;
import org.springframework.transaction.support.TransactionTemplate;
import routes.events.EntryFailure;
import routes.events.PostTagged;
import routes.events.Recorded;
import routes.events.StageOutcome;
import routes.events.TagSetVersion;
import routes.posts.PostNotThereYetException;

/**
 * Keeps the newest tag set of a post, regardless of the trigger. Sets are the rows of {@code post_enrichment} of kind {@code tags}; other
 * kinds are not changed.
 */
@Component("tagPersistence")
public class TagPersistence {
    private static final String OLDER = "older_than_stored";
    private static final int TIMEOUT_SECONDS = 30;

    private final JdbcClient jdbc;
    private final ObjectMapper json;
    private final MeterRegistry registry;
    private final Counter conflicts;
    private final Timer latency;
    private final TransactionTemplate transaction;

    private record Post(UUID id, UUID tenantId, boolean deleted) {}

    /** The newest accepted set; {@code data} may be from an earlier set with the same tags. */
    private record Stored(TagSetVersion version, String tagsHash, boolean hasTags) {}

    /** Pending writes: new sets, and sets that only advance the versions. At most one of each per post. */
    private record Changes(Map<UUID, PostTagged> replaced, Map<UUID, PostTagged> moved) {}

    TagPersistence(
            JdbcClient jdbc, ObjectMapper json, MeterRegistry registry, PlatformTransactionManager transactions) {
        this.jdbc = jdbc;
        this.json = json;
        this.registry = registry;
        // every series exists from the start
        List.of("success", "skipped", "retrying", "failed").forEach(this::persisted);
        conflicts = registry.counter("tags.persist.conflicts");
        latency = Timer.builder("tags.persist.latency")
                .publishPercentileHistogram()
                .register(registry);
        transaction = new TransactionTemplate(transactions);
        transaction.setTimeout(TIMEOUT_SECONDS);
    }

    /**
     * Stores tags that are newer than the stored ones, in one transaction. Identical tags only advance the versions. An older set is a
     * conflict and changes nothing; neither does a set of a deleted post.
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

    /**
     * Returns the counter of a status. Failed deliveries are counted by the stream listener, which has the information whether they are
     * retried.
     */
    private Counter persisted(String status) {
        return registry.counter("tags.persisted", "status", status);
    }

    private List<Recorded> store(List<PostTagged> events) {
        UUID[] ids = events.stream().map(PostTagged::postId).distinct().toArray(UUID[]::new);
        Map<UUID, Post> posts = lockPosts(ids);
        Map<UUID, Stored> stored = stored(ids);
        Changes changes = new Changes(new LinkedHashMap<>(), new LinkedHashMap<>());
        List<Recorded> answers = new ArrayList<>();
        for (PostTagged event : events) {
            Post post = posts.get(event.postId());
            if (post == null || (event.tenantId() != null && !event.tenantId().equals(post.tenantId()))) {
                answers.add(EntryFailure.counted(new PostNotThereYetException(event.postId())));
            } else if (post.deleted()) {
                answers.add(StageOutcome.skipped("deleted"));
            } else {
                answers.add(decide(event, stored, changes));
            }
        }
        write(
                """
                INSERT INTO post_enrichment (post_id, kind, provider, data, metadata)
                SELECT id, 'tags', provider, data, metadata
                FROM jsonb_to_recordset(?::jsonb) AS tags (id uuid, provider text, data jsonb, metadata jsonb)
                ON CONFLICT (post_id, kind) DO UPDATE
                SET provider = excluded.provider, data = excluded.data, metadata = excluded.metadata, updated_at = now()""",
                changes.replaced().values());
        // the tags did not change, so data and updated_at stay unchanged
        write(
                """
                UPDATE post_enrichment SET metadata = tags.metadata
                FROM jsonb_to_recordset(?::jsonb) AS tags (id uuid, metadata jsonb) WHERE post_id = tags.id AND kind = 'tags'""",
                changes.moved().values());
        return answers;
    }

    /** Records the change of the event, also for the next event of the same post. */
    private static StageOutcome decide(PostTagged event, Map<UUID, Stored> stored, Changes changes) {
        Stored known = stored.get(event.postId());
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
            // empty for a reason, so the tags of the same text are kept
            return StageOutcome.skipped("tags_of_same_text_stay");
        }
        boolean sameTags = known != null && known.tagsHash().equals(event.tagsHash());
        (sameTags ? changes.moved() : changes.replaced()).put(event.postId(), event);
        if (!sameTags) {
            changes.moved().remove(event.postId());
        }
        stored.put(
                event.postId(),
                new Stored(version, event.tagsHash(), !event.tags().isEmpty()));
        if (known == null) {
            return StageOutcome.done("stored");
        }
        return sameTags ? StageOutcome.done("versions_moved_on") : StageOutcome.done("replaced");
    }

    private static boolean hasReason(PostTagged event) {
        return event.metadata() != null && event.metadata().get("reason") != null;
    }

    /**
     * Locks posts until the end of the transaction: serialises two first sets of one post, and delays its deletion. Always in id order, so
     * that two batches cannot deadlock.
     *
     * @return the posts that are stored
     */
    private Map<UUID, Post> lockPosts(UUID[] ids) {
        return jdbc
                .sql(
                        "SELECT id, tenant_id, is_deleted AS deleted FROM posts WHERE id = ANY (?) ORDER BY id FOR NO KEY UPDATE")
                .param(ids)
                .query(Post.class)
                .list()
                .stream()
                .collect(Collectors.toMap(Post::id, post -> post));
    }

    private Map<UUID, Stored> stored(UUID[] postIds) {
        Map<UUID, Stored> stored = new HashMap<>();
        jdbc.sql(
                        """
                        SELECT post_id, (metadata->>'content_version')::bigint AS content_version,
                               metadata->>'vision_version' AS vision_version, metadata->>'occurred_at' AS occurred_at,
                               metadata->>'tags_hash' AS tags_hash, jsonb_array_length(data->'tags') > 0 AS has_tags
                        FROM post_enrichment WHERE post_id = ANY (?) AND kind = 'tags'""")
                .param(postIds)
                .query(row -> {
                    TagSetVersion version = TagSetVersion.of(
                            row.getLong("content_version"),
                            row.getString("vision_version"),
                            Instant.parse(row.getString("occurred_at")));
                    stored.put(
                            row.getObject("post_id", UUID.class),
                            new Stored(version, row.getString("tags_hash"), row.getBoolean("has_tags")));
                });
        return stored;
    }

    private void write(String sql, Collection<PostTagged> events) {
        if (!events.isEmpty()) {
            jdbc.sql(sql)
                    .param(events.stream().map(this::row).toList().toString())
                    .update();
        }
    }

    private ObjectNode row(PostTagged event) {
        ObjectNode versions = json.createObjectNode()
                .put("tags_hash", event.tagsHash())
                .put("content_version", event.contentVersion())
                .put("vision_version", event.visionVersion())
                .put("features_hash", event.featuresHash())
                .put("occurred_at", event.occurredAt().toString());
        ObjectNode data = json.createObjectNode()
                .put("provider", event.provider())
                .put("model", event.model())
                .put("trigger", event.trigger().text());
        data.set("tags", json.valueToTree(event.tags()));
        ObjectNode metadata =
                event.metadata() == null ? json.createObjectNode() : json.<ObjectNode>valueToTree(event.metadata());
        ObjectNode row = json.createObjectNode()
                .put("id", event.postId().toString())
                .put("provider", Objects.requireNonNullElse(event.provider(), "unknown"));
        row.set("data", data.setAll(versions));
        row.set("metadata", metadata.setAll(versions));
        return row;
    }
}
