package routes.redisstreams;

import java.util.Optional;

/**
 * Whether a consumer group is to rest: all its consumers, in all processes, until it is resumed. Kept in Redis, so that it
 * outlasts restarts.
 */
public final class GroupPause {
    private final RedisLink link;
    private final String key;

    GroupPause(RedisLink link, StreamGroup group) {
        this.link = link;
        this.key = group.pauseMark();
    }

    /** @param reason for whoever wonders later; not blank */
    public void set(String reason) {
        if (reason == null || reason.isBlank()) {
            throw new IllegalArgumentException("A pause needs a reason");
        }
        link.call(commands -> commands.set(key, reason));
    }

    /** @return whether there was a pause to end */
    public boolean clear() {
        return link.call(commands -> commands.del(key)) > 0;
    }

    /** Why the group rests; empty if it does not. */
    public Optional<String> reason() {
        return Optional.ofNullable(link.call(commands -> commands.get(key)));
    }
}
