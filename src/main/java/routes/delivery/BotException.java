package routes.delivery;

import java.io.IOException;
import java.time.Duration;

/** The Bot API has refused a request, so nothing came of it. */
final class BotException extends IOException {
    private static final long serialVersionUID = 1L;

    private final int code;
    private final transient Duration retryAfter;

    /**
     * @param code as in HTTP
     * @param retryAfter how long the bot has to wait; null if Telegram does not say
     */
    BotException(int code, String description, Duration retryAfter) {
        super(code + " " + description);
        this.code = code;
        this.retryAfter = retryAfter;
    }

    int code() {
        return code;
    }

    /** Null if Telegram does not say. */
    Duration retryAfter() {
        return retryAfter;
    }
}
