package routes.posts;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
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
                .filter(post -> post.is(Outcome.CREATED) || post.is(Outcome.EDITED))
                .forEach(post -> events.add(parsed(batch, post, now)));
        albums.stream()
                .filter(album -> album.change() != Album.Change.NONE)
                .forEach(album -> events.add(album(batch, album, now)));
        Map<Long, Album> byGroup = albums.stream().collect(Collectors.toMap(Album::groupedId, Function.identity()));
        posts.stream()
                .filter(post -> post.merge().mediaChanged()
                        || (post.is(Outcome.CREATED) && post.post().hasMedia()))
                .forEach(post ->
                        events.add(uploaded(batch, post, byGroup.get(post.post().groupedId()), now)));
        return events;
    }

    private static PostParsed parsed(PostBatch batch, SavedPost saved, Instant now) {
        Post post = saved.post();
        return new PostParsed(
                Event.SCHEMA_VERSION,
                saved.traceId(),
                now,
                IdempotencyKeys.postParsed(
                        batch.tenantId(),
                        batch.channel().tgChannelId(),
                        post.telegramMessageId(),
                        post.contentVersion(),
                        null),
                Long.toString(batch.userId()),
                batch.tenantId(),
                batch.channel().id(),
                saved.id(),
                post.text(),
                post.urls(),
                post.postedAt(),
                post.contentVersion(),
                saved.is(Outcome.EDITED) ? Trigger.EDIT : Trigger.INITIAL,
                null,
                post.sha256List(),
                post.groupedId(),
                saved.contentHash(),
                post.urls().size(),
                post.telegramMessageId(),
                post.telegramMessageId(),
                batch.channel().tgChannelId(),
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

    private static AlbumParsed album(PostBatch batch, Album album, Instant now) {
        return new AlbumParsed(
                Event.SCHEMA_VERSION,
                album.traceId(),
                now,
                IdempotencyKeys.albumParsed(
                        batch.tenantId(), batch.channel().tgChannelId(), album.groupedId(), album.revision()),
                Long.toString(batch.userId()),
                batch.tenantId(),
                batch.channel().id(),
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
