package routes.posts;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.function.Function;
import java.util.stream.Collectors;
import routes.events.AlbumParsed;
import routes.events.Event;
import routes.events.IdempotencyKeys;
import routes.events.PostParsed;
import routes.events.Trigger;
import routes.events.VisionUploaded;
import routes.posts.PostMerge.Outcome;

/** The events that a saved batch gives: what is new or has new content, and nothing else. */
final class PostEvents {
    private PostEvents() {}

    static List<Event> of(PostBatch batch, List<SavedPost> posts, List<Album> albums, Instant now) {
        var events = new ArrayList<Event>();
        posts.stream()
                .filter(post -> post.is(Outcome.CREATED) || post.is(Outcome.EDITED) || post.is(Outcome.RESTORED))
                .forEach(post -> events.add(parsed(batch, post, now)));
        albums.stream()
                .filter(album -> album.change() != Album.Change.NONE)
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
        // a request, since its text may have been tagged in the last 24 hours, before it was deleted
        String request = saved.is(Outcome.RESTORED) ? "restored-" + now.getEpochSecond() : null;
        return new PostParsed(
                Event.SCHEMA_VERSION,
                saved.traceId(),
                now,
                IdempotencyKeys.postParsed(
                        batch.tenantId(),
                        tgChannelId(batch.channel()),
                        post.telegramMessageId(),
                        post.contentVersion(),
                        request),
                Long.toString(batch.userId()),
                batch.tenantId(),
                batch.channel().id(),
                saved.id(),
                post.text(),
                post.urls(),
                post.postedAt(),
                post.contentVersion(),
                trigger(saved),
                request,
                post.sha256List(),
                post.groupedId(),
                saved.contentHash(),
                post.urls().size(),
                post.telegramMessageId(),
                post.telegramMessageId(),
                tgChannelId(batch.channel()),
                post.telegramPostUrl(),
                post.hasMedia(),
                post.edited(),
                post.counters().views(),
                post.counters().forwards(),
                post.counters().reactions(),
                post.forward().chatId(),
                post.forward().messageId(),
                post.forward().date(),
                post.forward().name(),
                post.replyToMessageId(),
                post.authorName());
    }

    /** {@code userId}: in whose name the event is published. */
    static AlbumParsed album(UUID tenantId, long userId, Channel channel, Album album, Instant now) {
        return new AlbumParsed(
                Event.SCHEMA_VERSION,
                album.traceId(),
                now,
                IdempotencyKeys.albumParsed(tenantId, tgChannelId(channel), album.groupedId(), album.revision()),
                Long.toString(userId),
                tenantId,
                channel.id(),
                album.id(),
                album.groupedId(),
                album.kind(),
                album.postIds().size(),
                album.caption(),
                album.postedAt(),
                album.postIds(),
                album.coverSha256(),
                album.contentHash(),
                album.revision());
    }

    private static Trigger trigger(SavedPost saved) {
        return switch (saved.outcome()) {
            case EDITED -> Trigger.EDIT;
            case RESTORED -> Trigger.MANUAL;
            default -> Trigger.INITIAL;
        };
    }

    /** Channels of the prior system's events may have none. */
    private static long tgChannelId(Channel channel) {
        return channel.tgChannelId() == null ? 0 : channel.tgChannelId();
    }

    private static VisionUploaded uploaded(PostBatch batch, SavedPost saved, Album album, Instant now) {
        Post post = saved.post();
        return new VisionUploaded(
                Event.SCHEMA_VERSION,
                saved.traceId(),
                now,
                IdempotencyKeys.visionUploaded(batch.tenantId(), saved.id(), post.media()),
                batch.tenantId(),
                saved.id(),
                batch.channel().id(),
                post.groupedId(),
                album == null ? null : album.id(),
                post.media(),
                saved.arrived().skippedFiles(),
                !post.media().isEmpty());
    }
}
