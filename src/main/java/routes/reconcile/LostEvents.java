package routes.reconcile;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Clock;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Repository;
import routes.events.AlbumParsed;
import routes.events.AlbumParsedBuilder;
import routes.events.Event;
import routes.events.IdempotencyKeys;
import routes.events.MediaFile;
import routes.events.PostEnriched;
import routes.events.PostEnrichedBuilder;
import routes.events.PostParsed;
import routes.events.PostTagged;
import routes.events.PostTaggedBuilder;
import routes.events.Trigger;
import routes.events.VisionUploaded;
import routes.posts.PostEvents;

/** Recreates events from the stored data. */
@Repository
class LostEvents {
    private static final String SELECT =
            """
            SELECT p.id, p.tenant_id, p.channel_id, t.provider, t.data ->> 'model' AS model,
                   coalesce(p.trace_id, replace(gen_random_uuid()::text, '-', '')) AS trace_id,
                   coalesce(t.data ->> 'trigger', 'initial') AS trigger,
                   ARRAY(SELECT jsonb_array_elements_text(t.data -> 'tags')) AS tags,
                   ARRAY(SELECT jsonb_array_elements_text(p.urls)) AS links,
                   t.metadata ->> 'tags_hash' AS tags_hash, t.metadata ->> 'content_version' AS content_version,
                   t.metadata ->> 'vision_version' AS vision_version, t.metadata ->> 'features_hash' AS features_hash,
                   t.metadata ->> 'occurred_at' AS occurred_at,
                   nullif(t.metadata - '{tags_hash,content_version,vision_version,features_hash,occurred_at}'::text[], '{}')
                       AS remarks,
                   coalesce((SELECT min(s.user_id) FROM user_channel s JOIN users u ON u.id = s.user_id
                             WHERE s.channel_id = p.channel_id AND u.tenant_id = p.tenant_id AND s.is_active), 0) AS reader
            FROM posts p
            JOIN post_enrichment t ON t.post_id = p.id AND t.kind = 'tags'
            WHERE p.id IN (:ids) ORDER BY p.number
            """;

    private final JdbcClient jdbc;
    private final PostEvents posts;
    private final ObjectMapper json;
    private final Clock clock;

    LostEvents(JdbcClient jdbc, PostEvents posts, ObjectMapper json, Clock clock) {
        this.jdbc = jdbc;
        this.posts = posts;
        this.json = json;
        this.clock = clock;
    }

    /** As ingest created them. The request id makes the stages ignore earlier results. */
    List<PostParsed> parsed(Collection<UUID> ids) {
        return posts.parsed(
                ids, Optional.empty(), "reconcile-" + clock.instant().getEpochSecond());
    }

    /** The stored tags with their stored version, so that no stage treats them as newer. */
    List<PostTagged> tagged(Collection<UUID> ids) {
        return ids.isEmpty()
                ? List.of()
                : jdbc.sql(SELECT)
                        .param("ids", ids)
                        .query((row, number) -> tagged(row))
                        .list();
    }

    /** Albums as they are stored. */
    List<AlbumParsed> albums(Collection<Long> ids) {
        return ids.isEmpty()
                ? List.of()
                : jdbc.sql(
                                """
                                SELECT g.*, coalesce(c.tg_channel_id, 0) AS tg_channel_id, m.posts,
                                       coalesce(m.trace_id, replace(gen_random_uuid()::text, '-', '')) AS trace_id,
                                       coalesce((SELECT min(s.user_id) FROM user_channel s JOIN users u ON u.id = s.user_id
                                                 WHERE s.channel_id = g.channel_id AND u.tenant_id = g.tenant_id
                                                   AND s.is_active), 0) AS reader
                                FROM media_groups g JOIN channels c ON c.id = g.channel_id
                                CROSS JOIN LATERAL (
                                    SELECT array_agg(p.id ORDER BY i.position) AS posts,
                                           (array_agg(p.trace_id ORDER BY i.position))[1] AS trace_id
                                    FROM media_group_items i JOIN posts p ON p.id = i.post_id WHERE i.group_id = g.id) m
                                WHERE g.id IN (:ids) AND m.posts IS NOT NULL ORDER BY g.id""")
                        .param("ids", ids)
                        .query((row, number) -> album(row))
                        .list();
    }

    private AlbumParsed album(ResultSet row) throws SQLException {
        UUID tenant = row.getObject("tenant_id", UUID.class);
        long group = row.getLong("grouped_id");
        int revision = row.getInt("revision");
        OffsetDateTime postedAt = row.getObject("posted_at", OffsetDateTime.class);
        List<UUID> posts = List.of((UUID[]) row.getArray("posts").getArray());
        return AlbumParsedBuilder.builder()
                .schemaVersion(Event.SCHEMA_VERSION)
                .traceId(row.getString("trace_id"))
                .occurredAt(clock.instant())
                .idempotencyKey(IdempotencyKeys.albumParsed(tenant, row.getLong("tg_channel_id"), group, revision))
                .userId(row.getString("reader"))
                .tenantId(tenant)
                .channelId(row.getObject("channel_id", UUID.class))
                .albumId(row.getLong("id"))
                .groupedId(group)
                .albumKind(row.getString("album_kind"))
                .itemsCount(posts.size())
                .captionText(row.getString("caption_text"))
                .postedAt(postedAt == null ? null : postedAt.toInstant())
                .postIds(posts)
                .coverMediaId(row.getString("cover_media_id"))
                .contentHash(row.getString("content_hash"))
                .revision(revision)
                .build();
    }

    /** The stored files of the posts, for vision: a picture that is analysed already is not analysed again. */
    List<VisionUploaded> uploaded(Collection<UUID> ids) {
        return ids.isEmpty()
                ? List.of()
                : jdbc.sql(
                                """
                                SELECT p.id, p.tenant_id, p.channel_id, p.grouped_id, i.group_id,
                                       coalesce(p.trace_id, replace(gen_random_uuid()::text, '-', '')) AS trace_id,
                                       (SELECT jsonb_agg(jsonb_build_object('sha256', file_sha256, 's3_key', o.s3_key,
                                                   'mime_type', o.mime, 'size_bytes', o.size_bytes) ORDER BY m.position)
                                        FROM post_media_map m JOIN media_objects o USING (file_sha256)
                                        WHERE m.post_id = p.id AND o.tenant_id = p.tenant_id)::text AS files
                                FROM posts p LEFT JOIN media_group_items i ON i.post_id = p.id
                                WHERE p.id IN (:ids) ORDER BY p.number""")
                        .param("ids", ids)
                        .query((row, number) -> uploaded(row))
                        .list();
    }

    private VisionUploaded uploaded(ResultSet row) throws SQLException {
        UUID id = row.getObject("id", UUID.class);
        UUID tenant = row.getObject("tenant_id", UUID.class);
        List<MediaFile> files = files(row.getString("files"));
        return new VisionUploaded(
                Event.SCHEMA_VERSION,
                row.getString("trace_id"),
                clock.instant(),
                IdempotencyKeys.visionUploaded(tenant, id, files),
                tenant,
                id,
                row.getObject("channel_id", UUID.class),
                row.getObject("grouped_id", Long.class),
                row.getObject("group_id", Long.class),
                files,
                List.of(),
                !files.isEmpty());
    }

    private List<MediaFile> files(String array) {
        try {
            return array == null ? List.of() : json.readValue(array, new TypeReference<>() {});
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("The database returned something other than a list of files", e);
        }
    }

    /** The enriched events for the stored tags, for the index alone: nothing is tagged, stored or fetched again. */
    List<PostEnriched> enriched(Collection<UUID> ids) {
        return tagged(ids).stream().map(LostEvents::enriched).toList();
    }

    private static PostEnriched enriched(PostTagged tags) {
        var versions =
                List.of(Long.toString(tags.contentVersion()), String.valueOf(tags.visionVersion()), tags.tagsHash());
        return PostEnrichedBuilder.builder()
                .schemaVersion(Event.SCHEMA_VERSION)
                .traceId(tags.traceId())
                .occurredAt(tags.occurredAt())
                .idempotencyKey(IdempotencyKeys.postEnriched(tags.postId(), "tagged", versions))
                .postId(tags.postId())
                .tenantId(tags.tenantId())
                .source("tagged")
                .tags(tags.tags())
                .tagsHash(tags.tagsHash())
                .trigger(tags.trigger())
                .contentVersion(tags.contentVersion())
                .visionVersion(tags.visionVersion())
                .sourceUrls(tags.urls())
                .skipped(true)
                .skipReason("reindex")
                .build();
    }

    private PostTagged tagged(ResultSet row) throws SQLException {
        UUID id = row.getObject("id", UUID.class);
        Trigger trigger = Trigger.of(row.getString("trigger"));
        long version = row.getLong("content_version");
        String vision = row.getString("vision_version");
        String hash = row.getString("tags_hash");
        return PostTaggedBuilder.builder()
                .schemaVersion(Event.SCHEMA_VERSION)
                .traceId(row.getString("trace_id"))
                .occurredAt(Instant.parse(row.getString("occurred_at")))
                .idempotencyKey(IdempotencyKeys.postTagged(id, version, trigger, vision, hash))
                .postId(id)
                .tenantId(row.getObject("tenant_id", UUID.class))
                .userId(row.getString("reader"))
                .channelId(row.getObject("channel_id", UUID.class))
                .tags(strings(row, "tags"))
                .tagsHash(hash)
                .topics(List.of())
                .urls(strings(row, "links"))
                .provider(row.getString("provider"))
                .model(row.getString("model"))
                .trigger(trigger)
                .contentVersion(version)
                .visionVersion(vision)
                .featuresHash(row.getString("features_hash"))
                .metadata(remarks(row.getString("remarks")))
                .build();
    }

    private Map<String, Object> remarks(String text) {
        try {
            return text == null ? null : json.readValue(text, new TypeReference<>() {});
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("The metadata of tags are no JSON object: " + text, e);
        }
    }

    private static List<String> strings(ResultSet row, String column) throws SQLException {
        return List.of((String[]) row.getArray(column).getArray());
    }
}
