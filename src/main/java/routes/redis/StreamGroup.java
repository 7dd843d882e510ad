package routes.redis;

/**
 * A consumer group of a stream, and the Redis keys that belong to it.
 *
 * @param stream name of the stream
 * @param key Redis key of the stream
 */
public record StreamGroup(String stream, String key, String group) {
    private static final String OWN_KEYS = "redis-streams:";

    /** Returns the key of the dead-letter stream for the stream with this key. */
    public static String deadLetterKey(String key) {
        return key + ":dlq";
    }

    public String deadLetterKey() {
        return deadLetterKey(key);
    }

    /**
     * Returns the key of the hash that records which entries were pending when a process died, and how often; see take.lua and claim.lua.
     */
    public String deaths() {
        return ownKey("deaths");
    }

    /** Returns the key of the hash from entry id to the id of its dead letter; see dead-letter.lua. */
    public String deadLetters() {
        return ownKey("letters");
    }

    /** Returns the key that exists while the group is paused. */
    public String pauseMark() {
        return ownKey("paused");
    }

    /** Returns the key of the lease on a consumer name of this group. */
    public String nameLease(String consumer) {
        return ownKey("consumer") + ":" + consumer;
    }

    /** Returns the key of the set of tokens that a producer's last call published; see publish.lua. */
    public static String published(String key, String name) {
        return OWN_KEYS + "published:" + key + ":" + name;
    }

    private String ownKey(String kind) {
        return OWN_KEYS + kind + ":" + key + ":" + group;
    }

    @Override
    public String toString() {
        return "group " + group + " on stream " + stream;
    }
}
