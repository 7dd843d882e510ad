package routes.redisstreams;

/**
 * A consumer group of a stream, and the Redis keys that belong to it.
 *
 * @param stream name of the stream
 * @param key Redis key of the stream
 */
record StreamGroup(String stream, String key, String group) {
    private static final String OWN_KEYS = "redis-streams:";

    /** The dead-letter stream of the stream with this key. */
    static String deadLetterKey(String key) {
        return key + ":dlq";
    }

    String deadLetterKey() {
        return deadLetterKey(key);
    }

    /** Hash that records which entries were pending when a process died, and how often; see take.lua and claim.lua. */
    String deathBook() {
        return OWN_KEYS + "deaths:" + key + ":" + group;
    }

    /** Hash from entry id to the id of its dead letter; see dead-letter.lua. */
    String deadLetterBook() {
        return OWN_KEYS + "letters:" + key + ":" + group;
    }

    /** Key that exists while the group is paused. */
    String pauseMark() {
        return OWN_KEYS + "paused:" + key + ":" + group;
    }

    /** Prefix of the leases on consumer names of this group. */
    String nameLeases() {
        return OWN_KEYS + "consumer:" + key + ":" + group + ":";
    }

    /** Set of the tokens that a producer's last call published; see publish.lua. */
    static String publishBook(String key, String name) {
        return OWN_KEYS + "published:" + key + ":" + name;
    }

    @Override
    public String toString() {
        return "group " + group + " on stream " + stream;
    }
}
