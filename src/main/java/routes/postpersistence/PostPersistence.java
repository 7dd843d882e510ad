package routes.postpersistence;

import static java.time.temporal.ChronoUnit.MICROS;

import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.stream.Collectors;
import javax.sql.DataSource;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;
import routes.events.AlbumParsed;
import routes.events.EntryFailure;
import routes.events.MediaFile;
import routes.events.PostParsed;
import routes.events.Recorded;
import routes.events.StageOutcome;
import routes.posts.Albums;
import routes.posts.ChannelStore;
import routes.posts.ChannelStore.Channel;
import routes.posts.Post;
import routes.posts.Post.Counters;
import routes.posts.Post.Forward;
import routes.posts.PostBuilder;
import routes.posts.PostNotThereYetException;
import routes.posts.PostWriter;
import routes.posts.PostWriter.PostBatch;

/**
 * Writes posts and albums of producers other than this product's ingest, and publishes nothing. For an event of its own ingest, or a
 * redelivered one, it only reads one row.
 */
@Component
public final class PostPersistence {
    private final JdbcClient jdbc;
    private final ChannelStore channels;
    private final PostWriter posts;
    private final Albums albums;

    public PostPersistence(DataSource database, ChannelStore channels, PostWriter posts, Albums albums) {
        jdbc = JdbcClient.create(database);
        this.channels = channels;
        this.posts = posts;
        this.albums = albums;
    }

    /** The common attributes of posts that are saved together. */
    private record Target(UUID tenantId, UUID channelId, long tgChannelId, long userId) {}

    /**
     * Creates unknown tenants, channels and posts of the events. An older version of a post changes nothing. The posts of one channel are
     * saved in one transaction.
     */
    public List<StageOutcome> savePosts(List<PostParsed> events) {
        Map<PostParsed, Post> arrived = new LinkedHashMap<>();
        events.forEach(event -> arrived.put(event, post(event)));
        Set<PostParsed> known = posts.saved(arrived);
        Map<Target, List<PostParsed>> unknown = arrived.keySet().stream()
                .filter(event -> !known.contains(event))
                .collect(Collectors.groupingBy(
                        event -> new Target(
                                event.tenantId(), event.channelId(), orZero(event.tgChannelId()), userId(event)),
                        LinkedHashMap::new,
                        Collectors.toList()));
        createTenants(unknown.keySet().stream().map(Target::tenantId).distinct().toList());
        unknown.forEach((target, channelsEvents) -> {
            Channel channel = channels.resolve(target.channelId(), target.tgChannelId());
            // several texts of one post are versions, saved in sequence
            for (List<PostParsed> distinct : rounds(channelsEvents)) {
                posts.saveUnpublished(
                        new PostBatch(
                                target.tenantId(),
                                target.userId(),
                                channel,
                                distinct.stream().map(arrived::get).toList(),
                                false),
                        distinct.stream()
                                .collect(Collectors.toMap(
                                        PostParsed::telegramMessageId,
                                        event -> new PostWriter.Published(event.postId(), event.traceId()))));
            }
        });
        return events.stream()
                .map(event ->
                        known.contains(event) ? StageOutcome.skipped("already_stored") : StageOutcome.done("stored"))
                .toList();
    }

    /** Splits the events into as few lists as possible, so that no list contains two events of the same message. */
    private static List<List<PostParsed>> rounds(List<PostParsed> events) {
        List<List<PostParsed>> rounds = new ArrayList<>();
        Map<Long, Integer> seen = new HashMap<>();
        for (PostParsed event : events) {
            int round = seen.merge(event.telegramMessageId(), 1, Integer::sum) - 1;
            if (round == rounds.size()) {
                rounds.add(new ArrayList<>());
            }
            rounds.get(round).add(event);
        }
        return rounds;
    }

    /**
     * Stores albums. Albums of the product's ingest are already stored; one statement checks this. An album fails and is redelivered if
     * the event of a member has not been written yet.
     */
    public List<Recorded> saveAlbums(List<AlbumParsed> events) {
        Set<Albums.Announced> saved = albums.saved(events.stream()
                .map(event -> announced(event, event.channelId()))
                .toList());
        return events.stream()
                .<Recorded>map(event -> saved.contains(announced(event, event.channelId()))
                        ? StageOutcome.skipped("already_stored")
                        : save(event))
                .toList();
    }

    private static Albums.Announced announced(AlbumParsed event, UUID channelId) {
        int revision = event.revision() == null ? 1 : event.revision();
        return new Albums.Announced(event.tenantId(), channelId, event.groupedId(), revision);
    }

    private Recorded save(AlbumParsed event) {
        try {
            UUID channelId = channels.resolve(event.channelId(), 0).id();
            albums.save(announced(event, channelId), event.postIds());
            return StageOutcome.done(null);
        } catch (PostNotThereYetException e) {
            return EntryFailure.counted(e);
        }
    }

    private void createTenants(List<UUID> ids) {
        if (!ids.isEmpty()) {
            jdbc.sql(
                            "INSERT INTO tenants (id, name) SELECT id, id::text FROM unnest(?) AS new (id) ON CONFLICT DO NOTHING")
                    .param(ids.toArray(UUID[]::new))
                    .update();
        }
    }

    private static Post post(PostParsed event) {
        long version = orZero(event.contentVersion());
        return PostBuilder.builder()
                .telegramMessageId(event.telegramMessageId())
                .contentVersion(version)
                .text(event.text())
                .entities(event.entities())
                .attachmentText(event.attachmentText())
                .urls(event.urls())
                .postedAt(micros(event.postedAt()))
                .editedAt(version == 0 ? null : Instant.ofEpochSecond(version))
                .edited(version != 0 || Boolean.TRUE.equals(event.isEdited()))
                .telegramPostUrl(event.telegramPostUrl())
                .hasMedia(Boolean.TRUE.equals(event.hasMedia()))
                .media(files(event))
                .groupedId(event.groupedId())
                .counters(new Counters(
                        orZero(event.viewsCount()), orZero(event.forwardsCount()), orZero(event.reactionsCount()), 0))
                .forward(new Forward(
                        event.forwardFromChatId(),
                        event.forwardFromMessageId(),
                        micros(event.forwardDate()),
                        event.forwardFromName()))
                .replyToMessageId(event.replyToMessageId())
                .authorName(event.authorName())
                .build();
    }

    private static List<MediaFile> files(PostParsed event) {
        List<String> sha256List = event.mediaSha256List() == null ? List.of() : event.mediaSha256List();
        return sha256List.stream()
                .distinct()
                .map(sha256 -> new MediaFile(sha256, null, null, null))
                .toList();
    }

    /** Truncates a time to PostgreSQL's precision. Otherwise an event would differ from its own row. */
    private static Instant micros(Instant time) {
        return time == null ? null : time.truncatedTo(MICROS);
    }

    /** Returns the user id. Producers of the prior system wrote other values; such a user has no subscriptions. */
    private static long userId(PostParsed event) {
        return event.userId() != null && event.userId().matches("\\d{1,18}") ? Long.parseLong(event.userId()) : 0;
    }

    private static long orZero(Long number) {
        return number == null ? 0 : number;
    }

    private static int orZero(Integer number) {
        return number == null ? 0 : number;
    }
}
