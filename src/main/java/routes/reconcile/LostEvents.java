package routes.reconcile;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.time.Clock;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.function.BiFunction;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;
import routes.events.AlbumParsed;
import routes.events.AlbumParsedBuilder;
import routes.events.Event;
import routes.events.IdempotencyKeys;
import routes.events.PostEnriched;
import routes.events.PostEnrichedBuilder;
import routes.events.PostParsed;
import routes.events.PostTagged;
import routes.events.PostTaggedBuilder;
import routes.events.VisionUploaded;
import routes.events.VisionUploadedBuilder;
import routes.posts.PostEvents;

/** Recreates events from the stored data. The columns of the queries are named like the fields of the events. */
@Component
record LostEvents(JdbcClient jdbc, PostEvents posts, ObjectMapper json, Clock clock) {
    private static final String TAGGED =
            """
            SELECT p.number AS place, p.id AS post_id, p.tenant_id, p.channel_id, t.provider, t.data ->> 'model' AS model,
                   coalesce(p.trace_id, replace(gen_random_uuid()::text, '-', '')) AS trace_id,
                   coalesce(t.data ->> 'trigger', 'initial') AS trigger,
                   ARRAY(SELECT jsonb_array_elements_text(t.data -> 'tags')) AS tags,
                   ARRAY(SELECT jsonb_array_elements_text(p.urls)) AS urls,
                   t.metadata ->> 'tags_hash' AS tags_hash,
                   coalesce((t.metadata ->> 'content_version')::bigint, 0) AS content_version,
                   t.metadata ->> 'vision_version' AS vision_version, t.metadata ->> 'features_hash' AS features_hash,
                   t.metadata ->> 'occurred_at' AS occurred_at,
                   nullif(t.metadata - '{tags_hash,content_version,vision_version,features_hash,occurred_at}'::text[], '{}')
                     AS metadata,
                   coalesce((SELECT min(s.user_id) FROM user_channel s JOIN users u ON u.id = s.user_id
                             WHERE s.channel_id = p.channel_id AND u.tenant_id = p.tenant_id AND s.is_active), 0) AS user_id
            FROM posts p
            JOIN post_enrichment t ON t.post_id = p.id AND t.kind = 'tags'
            WHERE p.id IN (:ids)
            """;

    private static final String ALBUMS =
            """
            SELECT g.id AS place, g.id AS album_id, g.tenant_id, g.channel_id, g.grouped_id, g.revision, g.posted_at,
                   g.album_kind, g.caption_text, g.cover_media_id, g.content_hash,
                   coalesce(c.tg_channel_id, 0) AS tg_channel_id, m.posts AS post_ids,
                   coalesce(m.trace_id, replace(gen_random_uuid()::text, '-', '')) AS trace_id,
                   coalesce((SELECT min(s.user_id) FROM user_channel s JOIN users u ON u.id = s.user_id
                             WHERE s.channel_id = g.channel_id AND u.tenant_id = g.tenant_id
                               AND s.is_active), 0) AS user_id
            FROM media_groups g JOIN channels c ON c.id = g.channel_id
            CROSS JOIN LATERAL (
                SELECT array_agg(p.id ORDER BY i.position) AS posts,
                       (array_agg(p.trace_id ORDER BY i.position))[1] AS trace_id
                FROM media_group_items i JOIN posts p ON p.id = i.post_id WHERE i.group_id = g.id) m
            WHERE g.id IN (:ids) AND m.posts IS NOT NULL
            """;

    private static final String UPLOADED =
            """
            SELECT p.number AS place, p.id AS post_id, p.tenant_id, p.channel_id, p.grouped_id, i.group_id AS album_id,
                   coalesce(p.trace_id, replace(gen_random_uuid()::text, '-', '')) AS trace_id,
                   coalesce((SELECT jsonb_agg(jsonb_build_object('sha256', file_sha256, 's3_key', o.s3_key,
                                              'mime_type', o.mime, 'size_bytes', o.size_bytes) ORDER BY m.position)
                             FROM post_media_map m JOIN media_objects o USING (file_sha256)
                             WHERE m.post_id = p.id AND o.tenant_id = p.tenant_id), '[]') AS media_files
            FROM posts p LEFT JOIN media_group_items i ON i.post_id = p.id
            WHERE p.id IN (:ids)
            """;

    /** Returns events as created by ingest. The request id makes the stages ignore earlier results. */
    List<PostParsed> parsed(Collection<UUID> ids) {
        return posts.parsed(
                ids, Optional.empty(), "reconcile-" + clock.instant().getEpochSecond());
    }

    /** Returns events with the stored tags and their stored version, so that no stage treats them as newer. */
    List<PostTagged> tagged(Collection<UUID> ids) {
        return read(TAGGED, ids, PostTagged.class, (event, row) -> PostTaggedBuilder.builder(event)
                .schemaVersion(Event.SCHEMA_VERSION)
                .idempotencyKey(IdempotencyKeys.postTagged(
                        event.postId(),
                        event.contentVersion(),
                        event.trigger(),
                        event.visionVersion(),
                        event.tagsHash()))
                .topics(List.of())
                .build());
    }

    /** Returns events of the stored albums. */
    List<AlbumParsed> albums(Collection<Long> ids) {
        return read(ALBUMS, ids, AlbumParsed.class, (event, row) -> AlbumParsedBuilder.builder(event)
                .schemaVersion(Event.SCHEMA_VERSION)
                .occurredAt(clock.instant())
                .idempotencyKey(IdempotencyKeys.albumParsed(
                        event.tenantId(), row.path("tg_channel_id").asLong(), event.groupedId(), event.revision()))
                .itemsCount(event.postIds().size())
                .build());
    }

    /** Returns events with the stored files of the posts, for vision. Pictures that are already analysed are not analysed again. */
    List<VisionUploaded> uploaded(Collection<UUID> ids) {
        return read(UPLOADED, ids, VisionUploaded.class, (event, row) -> VisionUploadedBuilder.builder(event)
                .schemaVersion(Event.SCHEMA_VERSION)
                .occurredAt(clock.instant())
                .idempotencyKey(IdempotencyKeys.visionUploaded(event.tenantId(), event.postId(), event.mediaFiles()))
                .skippedFiles(List.of())
                .requiresVision(!event.mediaFiles().isEmpty())
                .build());
    }

    /** @param complete adds data to the event of a row that the row does not contain */
    private <T> List<T> read(String query, Collection<?> ids, Class<T> type, BiFunction<T, JsonNode, T> complete) {
        return ids.isEmpty()
                ? List.of()
                : jdbc.sql("SELECT to_jsonb(event)::text FROM (" + query + ") event ORDER BY place")
                        .param("ids", ids)
                        .query((row, number) -> {
                            try {
                                JsonNode event = json.readTree(row.getString(1));
                                return complete.apply(json.treeToValue(event, type), event);
                            } catch (JsonProcessingException e) {
                                throw new IllegalStateException(
                                        "Cannot convert a value of the database to " + type.getSimpleName(), e);
                            }
                        })
                        .list();
    }

    /** Returns enriched events with the stored tags, for the index only: nothing is tagged, stored or fetched again. */
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
}
