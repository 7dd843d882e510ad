package routes.ingest.export;

import java.util.Set;

/** The head of a chat in an export. Any part may be null. The id is bare and positive, unless another program wrote it. */
record ExportChat(String name, String type, Long id) {
    private static final Set<String> CHANNELS =
            Set.of("public_channel", "private_channel", "public_supergroup", "private_supergroup");
    private static final long BOT_API_SHIFT = 1_000_000_000_000L;

    /** Only channels and supergroups contain posts. Personal chats, small groups and saved messages are private. */
    boolean isChannel() {
        return type != null && CHANNELS.contains(type);
    }

    /** Whether the head has all parts that may otherwise follow after the messages. */
    boolean isComplete() {
        return name != null && type != null && id != null;
    }

    /** The id without the Bot API's prefix {@code -100}; null if there is none. */
    Long bareId() {
        if (id == null || id == 0 || id == Long.MIN_VALUE) {
            return null;
        }
        return id < -BOT_API_SHIFT ? -id - BOT_API_SHIFT : Math.abs(id);
    }

    ExportChat withId(long other) {
        return new ExportChat(name, type, other);
    }

    /** The name in reports. */
    String title() {
        return name == null || name.isBlank() ? "chat without a name" : name;
    }
}
