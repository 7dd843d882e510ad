package routes.postpersistence;

import static java.time.temporal.ChronoUnit.MICROS;

import java.time.Instant;
import java.util.List;
import java.util.UUID;
import javax.sql.DataSource;
import org.springframework.jdbc.core.simple.JdbcClient;
import routes.events.AlbumParsed;
import routes.events.MediaFile;
import routes.events.PostParsed;
import routes.events.StageOutcome;
import routes.posts.AlbumWriter;
import routes.posts.Channel;
import routes.posts.ChannelStore;
import routes.posts.Counters;
import routes.posts.Forward;
import routes.posts.Post;
import routes.posts.PostBatch;
import routes.posts.PostBuilder;
import routes.posts.PostWriter;

/**
 * Writes posts and albums of producers other than our ingest, and publishes nothing. For an event of our own ingest, or one
 * that comes again, it reads one row and is done.
 */
public final class PostPersistence {
    private final JdbcClient jdbc;
    private final ChannelStore channels;
    private final PostWriter posts;
    private final AlbumWriter albums;

    public PostPersistence(DataSource database, ChannelStore channels, PostWriter posts, AlbumWriter albums) {
        jdbc = JdbcClient.create(database);
        this.channels = channels;
        this.posts = posts;
        this.albums = albums;
    }

    /** Creates what the event names and is unknown: the tenant, the channel, the post. An older version changes nothing. */
    public StageOutcome save(PostParsed event) {
        Post post = post(event);
        if (posts.isSaved(event.postId(), post)) {
            return StageOutcome.skipped("already_stored");
        }
        createTenant(event.tenantId());
        Channel channel = channels.resolve(event.channelId(), orZero(event.tgChannelId()));
        posts.saveUnpublished(
                new PostBatch(event.tenantId(), userId(event), channel, List.of(post), false),
                event.postId(),
                event.traceId());
        return StageOutcome.done("stored");
    }

    /**
     * @throws routes.posts.PostNotThereYetException if a member's own event has not been written yet
     */
    public void save(AlbumParsed event) {
        UUID channelId = channels.resolve(event.channelId(), 0).id();
        int revision = event.revision() == null ? 1 : event.revision();
        albums.save(event.tenantId(), channelId, event.groupedId(), revision, event.postIds());
    }

    private void createTenant(UUID id) {
        jdbc.sql("INSERT INTO tenants (id, name) VALUES (?, ?) ON CONFLICT DO NOTHING")
                .params(id, id.toString())
                .update();
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

    /** What PostgreSQL keeps of a time; otherwise an event would differ from its own row. */
    private static Instant micros(Instant time) {
        return time == null ? null : time.truncatedTo(MICROS);
    }

    /** Producers of the prior system wrote other things than our user ids there; such a user subscribes to nothing. */
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
