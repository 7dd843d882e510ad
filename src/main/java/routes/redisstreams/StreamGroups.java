package routes.redisstreams;

import io.lettuce.core.RedisBusyException;
import io.lettuce.core.XGroupCreateArgs;
import io.lettuce.core.XReadArgs.StreamOffset;
import java.util.Collection;
import java.util.Map;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Creates streams and their consumer groups. */
public final class StreamGroups {
    private static final Logger LOG = LoggerFactory.getLogger(StreamGroups.class);
    private static final String FIRST = "0";

    private final RedisLink link;

    public StreamGroups(RedisLink link) {
        this.link = link;
    }

    /**
     * Creates missing streams and groups; existing ones are unchanged. New groups start at the first entry of their stream.
     *
     * @param groups names of groups by the Redis key of their stream
     * @throws io.lettuce.core.RedisException if Redis does not answer, or a key is not a stream
     */
    public void ensureGroups(Map<String, ? extends Collection<String>> groups) {
        groups.forEach((key, names) -> names.forEach(name -> ensureGroup(key, name)));
    }

    private void ensureGroup(String key, String group) {
        try {
            link.call(commands ->
                    commands.xgroupCreate(StreamOffset.from(key, FIRST), group, XGroupCreateArgs.Builder.mkstream()));
        } catch (RedisBusyException e) {
            LOG.trace("Group {} of {} is there already", group, key, e);
        }
    }
}
