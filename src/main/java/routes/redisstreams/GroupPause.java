package routes.redisstreams;

import java.util.Optional;

/**
 * Pauses a consumer group: all its consumers, in all processes, until it is resumed. Stored in Redis, so that the pause
 * survives restarts.
 */
public final class GroupPause {
    private final RedisLink link;
    private final String key;

    GroupPause(RedisLink link, StreamGroup group) {
        this.link = link;
        this.key = group.pauseMark();
    }

    /** @param reason shown while the group is paused; not blank */
    public void set(String reason) {
        if (reason == null || reason.isBlank()) {
            throw new IllegalArgumentException("A pause needs a reason");
        }
        link.call(commands -> commands.set(key, reason));
    }

    /** @return whether the group was paused */
    public boolean clear() {
        return link.call(commands -> commands.del(key)) > 0;
    }

    /** Why the group is paused; empty if it is not. */
    public Optional<String> reason() {
        return Optional.ofNullable(link.call(commands -> commands.get(key)));
    }
}
