package routes.posts;

import java.util.UUID;

/** A row of {@code channels}; {@code tgChannelId} and {@code username} are null while unknown. */
public record Channel(UUID id, Long tgChannelId, String username, String title) {}
