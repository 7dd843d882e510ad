package routes.operations;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Function;
import java.util.stream.Stream;
import org.apache.camel.Message;
import org.springframework.stereotype.Component;
import routes.configuration.ConfigurationException;
import routes.events.Event;
import routes.events.EventCodec;
import routes.events.EventStream;
import routes.events.PostDeleted;
import routes.events.PostParsed;
import routes.events.StreamCatalog;
import routes.posts.DeletionReason;
import routes.posts.PostEvents;
import routes.redis.StreamAdmin;
import routes.redisstreams.RedisStreamsConstants;
import routes.routefiles.RouteTrial.Chosen;
import routes.stages.StageEntry;
import routes.stages.StreamKeys;

/** Finds the entry for the trial of a route file. */
@Component
record TrialEntries(
        StreamCatalog catalog,
        StreamKeys keys,
        StreamAdmin admin,
        EventCodec codec,
        PostEvents posts,
        PostNumbers numbers) {
    /** Maximum number of entries per stream that are searched for the newest entry about the post. */
    private static final int MAX_ENTRIES = 10_000;

    /**
     * Returns a function that chooses an entry of one of the given streams.
     *
     * @param subject id or number of a post, or an entry as {@code <stream>/<id>}
     * @throws ConfigurationException if there is no such post or entry; the function may throw it too
     */
    Function<List<String>, Chosen> of(String subject) {
        return subject.contains("/") ? ofEntry(subject) : ofPost(numbers.id(subject));
    }

    /** Finds an entry of a post: for posts.parsed it is created from the stored post, for other streams it is the newest entry. */
    private Function<List<String>, Chosen> ofPost(UUID post) {
        return names -> names.stream()
                .flatMap(name -> fields(catalog.stream(name), post).map(fields -> prepared(name, fields)).stream())
                .findFirst()
                .orElseThrow(() -> new ConfigurationException("Among the newest " + MAX_ENTRIES + " entries of "
                        + String.join(" and ", names) + " there is none about the post " + post
                        + ": tag it again, or try another post"
                        + names.stream()
                                .flatMap(name -> newestId(catalog.stream(name)).stream())
                                .findFirst()
                                .map(id -> ", or an entry, such as --entry=" + id)
                                .orElse("")));
    }

    private Optional<Map<String, String>> fields(EventStream stream, UUID post) {
        Optional<PostParsed> parsed =
                posts.parsed(List.of(post), Optional.empty(), "try").stream().findFirst();
        if (parsed.isEmpty()) {
            throw new ConfigurationException("There is no post " + post);
        }
        if (stream.type() == PostParsed.class) {
            return parsed.map(codec::write);
        }
        Optional<Map<String, String>> newest = newest(stream, post);
        return newest.isEmpty() && stream.type() == PostDeleted.class
                ? parsed.map(TrialEntries::deleted).map(codec::write)
                : newest;
    }

    /** Returns the event that a deletion of the post would publish, so that a clean-up can be tried beforehand. */
    private static PostDeleted deleted(PostParsed post) {
        return new PostDeleted(
                Event.SCHEMA_VERSION,
                post.traceId(),
                post.occurredAt(),
                "try",
                post.postId(),
                post.tenantId(),
                post.channelId(),
                DeletionReason.ADMIN.text(),
                null);
    }

    private Function<List<String>, Chosen> ofEntry(String subject) {
        String stream = subject.substring(0, subject.lastIndexOf('/'));
        Map<String, String> fields = entryWithId(stream, subject);
        return names -> prepared(stream, fields);
    }

    private Map<String, String> entryWithId(String name, String subject) {
        String id = subject.substring(name.length() + 1);
        if (!catalog.names().contains(name) || !id.matches("\\d{1,19}-\\d{1,19}")) {
            throw new ConfigurationException(
                    "'" + subject + "' must be the name of a stream, a slash and the id of an entry,"
                            + " such as posts.tagged/1769860800000-0");
        }
        return keys.of(catalog.stream(name)).stream()
                .flatMap(key -> Stream.of(key, key + ":dlq"))
                .flatMap(key -> admin.read(key, id, id, 1).stream())
                .findFirst()
                .map(StreamAdmin.Entry::fields)
                .orElseThrow(() -> new ConfigurationException(
                        "Unknown entry " + subject + ": neither the stream nor its dead letters contain it"));
    }

    private Chosen prepared(String name, Map<String, String> fields) {
        return new Chosen(name, exchange -> {
            Message message = exchange.getIn();
            message.setBody(fields);
            message.setHeader(RedisStreamsConstants.STREAM, name);
            message.setHeader(RedisStreamsConstants.KEY, catalog.stream(name).key());
            message.setHeader(RedisStreamsConstants.GROUP, "try");
            message.setHeader(RedisStreamsConstants.CONSUMER, "try");
            message.setHeader(RedisStreamsConstants.MESSAGE_ID, "0-1");
            message.setHeader(RedisStreamsConstants.DELIVERIES, 1);
        });
    }

    private Optional<Map<String, String>> newest(EventStream stream, UUID post) {
        var found = new AtomicReference<Map<String, String>>();
        keys.of(stream)
                .forEach(key -> admin.readNewest(key, MAX_ENTRIES, entry -> {
                    if (found.get() == null && isAbout(entry.fields(), post)) {
                        found.set(entry.fields());
                    }
                }));
        return Optional.ofNullable(found.get());
    }

    private static boolean isAbout(Map<String, String> fields, UUID post) {
        return StageEntry.postIn(fields)
                .map(post::equals)
                // the event of an album contains several posts
                .orElseGet(() -> fields.toString().contains(post.toString()));
    }

    private Optional<String> newestId(EventStream stream) {
        return keys.of(stream).stream()
                .flatMap(key -> admin.newestId(key).stream())
                .findFirst()
                .map(id -> stream.name() + "/" + id);
    }
}
