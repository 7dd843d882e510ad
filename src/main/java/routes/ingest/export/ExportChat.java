package routes.ingest.export;

import java.util.Set;

/** The head of a chat in an export; any part may be null. The id is bare and positive, but for what other programs wrote. */
record ExportChat(String name, String type, Long id) {
    private static final Set<String> CHANNELS =
            Set.of("public_channel", "private_channel", "public_supergroup", "private_supergroup");
    private static final long BOT_API_SHIFT = 1_000_000_000_000L;

    /** Only channels and supergroups hold posts. Personal chats, small groups and saved messages are nobody else's reading. */
    boolean isChannel() {
        return type != null && CHANNELS.contains(type) && id != null && id != 0;
    }

    /** The id without the {@code -100} that the Bot API puts in front. */
    long bareId() {
        return id < -BOT_API_SHIFT ? -id - BOT_API_SHIFT : Math.abs(id);
    }
}
