package routes.api;

import jakarta.validation.constraints.Pattern;
import routes.api.http.ProblemType;

/**
 * Exactly one of the two must be set.
 *
 * @param username with or without {@code @} or {@code https://t.me/}
 * @param tgChannelId the bare positive id, or the id with the {@code -100} prefix of the Bot API
 */
record NewSubscription(
        @Pattern(
                        regexp = "(@|(https?://)?t\\.me/(s/)?)?[A-Za-z][A-Za-z0-9_]{3,31}",
                        message = "must be the user name of a channel: 4 to 32 letters, digits and _, a letter first")
                String username,
        Long tgChannelId) {

    /** The Bot API form of a channel id is -(id + offset). */
    private static final long BOT_API_OFFSET = 1_000_000_000_000L;

    /** Telegram's ids have at most 52 significant bits. */
    private static final long MAX_ID = 1L << 52;

    /**
     * The same subscription with a bare name and a bare id.
     *
     * @throws org.springframework.web.ErrorResponseException status 422
     */
    NewSubscription bare() {
        if ((username == null) == (tgChannelId == null)) {
            throw ProblemType.INVALID_VALUE.exception("username", "Either username or tg_channel_id is needed");
        }
        return new NewSubscription(TelegramName.bare(username), tgChannelId == null ? null : bareId());
    }

    private long bareId() {
        long id = tgChannelId < 0 ? -(tgChannelId + BOT_API_OFFSET) : tgChannelId;
        if (id <= 0 || id > MAX_ID) {
            throw ProblemType.INVALID_VALUE.exception(
                    "tg_channel_id",
                    tgChannelId + " is the id of no channel",
                    "Send the positive id, as in result.json of an export, or the -100… form of the Bot API.");
        }
        return id;
    }
}
