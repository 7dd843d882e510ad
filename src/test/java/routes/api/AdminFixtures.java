package routes.api;

import io.lettuce.core.XAddArgs;
import io.lettuce.core.XGroupCreateArgs;
import io.lettuce.core.XReadArgs.StreamOffset;
import java.util.Map;
import routes.events.StreamCatalog;
import routes.redis.RedisLink;

/** A stream with one entry, one group that has not read it, and one dead letter. */
final class AdminFixtures {
    static final String STREAM = "posts.enriched";
    static final String GROUP = "indexing_workers";
    static final String LETTER = "1769860800000-0";

    private static final String KEY = new StreamCatalog().key(STREAM);

    private AdminFixtures() {}

    /** As at the beginning, whatever was done with it. */
    static void reset(RedisLink redis) {
        redis.call(commands -> commands.del(KEY, KEY + ":dlq"));
        redis.call(commands -> commands.xadd(KEY, Map.of("event", STREAM, "data", "{}")));
        redis.call(commands ->
                commands.xgroupCreate(StreamOffset.from(KEY, "0"), GROUP, XGroupCreateArgs.Builder.mkstream()));
        redis.call(commands -> commands.xadd(
                KEY + ":dlq",
                new XAddArgs().id(LETTER),
                Map.of(
                        "event",
                        STREAM,
                        "data",
                        "{\"post_id\": 1}",
                        "dlq_group",
                        GROUP,
                        "dlq_error",
                        "$.post_id: 1 is no id",
                        "dlq_error_class",
                        "routes.events.InvalidEventException",
                        "dlq_route_id",
                        "indexing",
                        "dlq_deliveries",
                        "1",
                        "dlq_failed_at",
                        "2026-01-31T12:00:00Z")));
    }

    /** The path of an operation on it. */
    static String path(String pattern) {
        return pattern.replace("{stream}", STREAM)
                .replace("{entry_id}", LETTER)
                .replace("{group}", GROUP)
                .replace("{job}", "interests")
                .replace("{stage}", "tagging")
                .replace("{route_id}", "hello");
    }
}
