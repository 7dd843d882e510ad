package routes.posts;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Clock;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.UUID;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Repository;
import routes.events.AlbumParsed;
import routes.events.AlbumParsedBuilder;
import routes.events.Event;
import routes.events.IdempotencyKeys;
import routes.events.PostParsed;
import routes.events.PostParsedBuilder;
import routes.events.Trigger;
import routes.events.VisionUploaded;
import routes.events.VisionUploadedBuilder;
import routes.posts.Albums.Album;
import routes.posts.ChannelStore.Channel;
import routes.posts.PostMerge.Outcome;
import routes.posts.PostTable.SavedPost;
import routes.posts.PostWriter.PostBatch;

/** Creates the events of posts, for saved batches and again for stored posts. */
@Repository
public class PostEvents {
    private final JdbcClient jdbc;
    private final Clock clock;

    public PostEvents(JdbcClient jdbc, Clock clock) {
        this.jdbc = jdbc;
        this.clock = clock;
    }

    /**
     * Returns the events of stored posts as ingest published them, on behalf of a subscriber of the channel.
     *
     * @param trigger replaces the trigger of ingest, if present
     * @param request request id that makes stages process the posts again
     */
    public List<PostParsed> parsed(Collection<UUID> ids, Optional<Trigger> trigger, String request) {
        return jdbc.sql(
                        """
                        SELECT p.id, p.tenant_id, p.channel_id, p.trace_id, p.content_hash, c.tg_channel_id, %s,
                               coalesce((SELECT min(s.user_id) FROM user_channel s JOIN users u ON u.id = s.user_id
                                         WHERE s.channel_id = p.channel_id AND u.tenant_id = p.tenant_id AND s.is_active), 0)
                                   AS reader
                        FROM posts p JOIN channels c ON c.id = p.channel_id
                        WHERE p.id = ANY (?) ORDER BY p.number
                        """
                                .formatted(PostTable.POST))
                .param(ids.toArray(UUID[]::new))
                .query((row, number) -> parsed(row, trigger, request))
                .list();
    }

    private PostParsed parsed(ResultSet row, Optional<Trigger> trigger, String request) throws SQLException {
        Post post = PostTable.post(row);
        UUID tenant = row.getObject("tenant_id", UUID.class);
        long channel = row.getLong("tg_channel_id");
        long version = post.contentVersion();
        return fields(post, Objects.requireNonNullElseGet(row.getString("content_hash"), post::contentHash))
                .traceId(Objects.requireNonNullElseGet(row.getString("trace_id"), PostEvents::newTraceId))
                .occurredAt(clock.instant())
                .idempotencyKey(IdempotencyKeys.postParsed(tenant, channel, post.telegramMessageId(), version, request))
                .userId(row.getString("reader"))
                .tenantId(tenant)
                .channelId(row.getObject("channel_id", UUID.class))
                .tgChannelId(channel)
                .postId(row.getObject("id", UUID.class))
                .trigger(trigger.orElse(version == 0 ? Trigger.INITIAL : Trigger.EDIT))
                .requestId(request)
                .build();
    }

    public static String newTraceId() {
        return UUID.randomUUID().toString().replace("-", "");
    }

    /** Returns the events of the new posts of a batch and of posts with new content. */
    static List<PostParsed> parsed(PostBatch batch, List<SavedPost> posts, Instant now) {
        return posts.stream()
                .filter(post -> post.is(Outcome.CREATED) || post.isPublishedAgain())
                .map(post -> parsed(batch, post, now))
                .toList();
    }

    /** Returns the events of changed albums and of new files of a saved batch. */
    static List<Event> further(PostBatch batch, List<SavedPost> posts, List<Album> albums, Instant now) {
        var events = new ArrayList<Event>();
        albums.stream()
                .filter(album -> album.change() != Albums.Change.NONE)
                .forEach(album -> events.add(album(batch.tenantId(), batch.userId(), batch.channel(), album, now)));
        Map<Long, Album> byGroup = albums.stream().collect(Collectors.toMap(Album::groupedId, Function.identity()));
        posts.stream()
                .filter(post -> post.merge().mediaChanged()
                        || ((post.is(Outcome.CREATED) || post.is(Outcome.RESTORED))
                                && post.post().hasMedia()))
                .forEach(post ->
                        events.add(uploaded(batch, post, byGroup.get(post.post().groupedId()), now)));
        return events;
    }

    private static PostParsed parsed(PostBatch batch, SavedPost saved, Instant now) {
        Post post = saved.post();
        // with a request id, because the text may have been tagged within the last 24 hours, before the post was
        // deleted
        String request = saved.is(Outcome.RESTORED) ? "restored-" + now.getEpochSecond() : null;
        UUID tenant = batch.tenantId();
        long channel = tgChannelId(batch.channel());
        return fields(post, saved.contentHash())
                .traceId(saved.traceId())
                .occurredAt(now)
                .idempotencyKey(IdempotencyKeys.postParsed(
                        tenant, channel, post.telegramMessageId(), post.contentVersion(), request))
                .userId(Long.toString(batch.userId()))
                .tenantId(tenant)
                .channelId(batch.channel().id())
                .tgChannelId(channel)
                .postId(saved.id())
                .trigger(trigger(saved))
                .requestId(request)
                .build();
    }

    /** Sets the fields that come from the post. User, trigger and time must be set by the caller. */
    private static PostParsedBuilder fields(Post post, String contentHash) {
        return PostParsedBuilder.builder()
                .schemaVersion(Event.SCHEMA_VERSION)
                .text(post.text())
                .entities(post.entities())
                .attachmentText(post.attachmentText())
                .urls(post.urls())
                .linkCount(post.urls().size())
                .postedAt(post.postedAt())
                .contentVersion(post.contentVersion())
                .contentHash(contentHash)
                .mediaSha256List(post.sha256List())
                .groupedId(post.groupedId())
                .telegramMessageId(post.telegramMessageId())
                .tgMessageId(post.telegramMessageId())
                .telegramPostUrl(post.telegramPostUrl())
                .hasMedia(post.hasMedia())
                .isEdited(post.edited())
                .viewsCount(post.counters().views())
                .forwardsCount(post.counters().forwards())
                .reactionsCount(post.counters().reactions())
                .forwardFromChatId(post.forward().chatId())
                .forwardFromMessageId(post.forward().messageId())
                .forwardDate(post.forward().date())
                .forwardFromName(post.forward().name())
                .replyToMessageId(post.replyToMessageId())
                .authorName(post.authorName());
    }

    /** @param userId user on whose behalf the event is published */
    static AlbumParsed album(UUID tenantId, long userId, Channel channel, Album album, Instant now) {
        return AlbumParsedBuilder.builder()
                .schemaVersion(Event.SCHEMA_VERSION)
                .traceId(album.traceId())
                .occurredAt(now)
                .idempotencyKey(IdempotencyKeys.albumParsed(
                        tenantId, tgChannelId(channel), album.groupedId(), album.revision()))
                .userId(Long.toString(userId))
                .tenantId(tenantId)
                .channelId(channel.id())
                .albumId(album.id())
                .groupedId(album.groupedId())
                .albumKind(album.kind())
                .itemsCount(album.postIds().size())
                .captionText(album.caption())
                .postedAt(album.postedAt())
                .postIds(album.postIds())
                .coverMediaId(album.coverSha256())
                .contentHash(album.contentHash())
                .revision(album.revision())
                .build();
    }

    private static Trigger trigger(SavedPost saved) {
        return switch (saved.outcome()) {
            case EDITED -> Trigger.EDIT;
            case RESTORED -> Trigger.MANUAL;
            default -> Trigger.INITIAL;
        };
    }

    /** Channels from events of the prior system may have no id. */
    private static long tgChannelId(Channel channel) {
        return channel.tgChannelId() == null ? 0 : channel.tgChannelId();
    }

    private static VisionUploaded uploaded(PostBatch batch, SavedPost saved, Album album, Instant now) {
        Post post = saved.post();
        return VisionUploadedBuilder.builder()
                .schemaVersion(Event.SCHEMA_VERSION)
                .traceId(saved.traceId())
                .occurredAt(now)
                .idempotencyKey(IdempotencyKeys.visionUploaded(batch.tenantId(), saved.id(), post.media()))
                .tenantId(batch.tenantId())
                .postId(saved.id())
                .channelId(batch.channel().id())
                .groupedId(post.groupedId())
                .albumId(album == null ? null : album.id())
                .mediaFiles(post.media())
                .skippedFiles(saved.arrived().skippedFiles())
                .requiresVision(!post.media().isEmpty())
                .build();
    }
}
