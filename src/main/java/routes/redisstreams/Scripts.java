package routes.redisstreams;

import routes.redis.Script;

/** The Lua scripts of this component. */
final class Scripts {
    static final Script COMPLETE = read("complete");
    static final Script FAIL = read("fail");
    static final Script DEAD_LETTER = read("dead-letter");
    static final Script RENEW = read("renew");
    static final Script TAKE = read("take");
    static final Script CLAIM = read("claim");
    static final Script LEASE_NAME = read("lease-name");
    static final Script RELEASE_NAME = read("release-name");
    static final Script REMOVE_IDLE_CONSUMERS = read("remove-idle-consumers");
    static final Script PUBLISH = read("publish");

    private Scripts() {}

    private static Script read(String name) {
        return Script.read(Scripts.class, "common.lua", name + ".lua");
    }
}
