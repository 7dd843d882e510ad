package routes.delivery;

import java.io.IOException;
import java.time.Duration;

/** The Bot API refused a request, so the request had no effect. */
final class BotException extends IOException {
    private static final long serialVersionUID = 1L;

    private final int code;
    private final transient Duration retryAfter;

    /**
     * @param code as in HTTP
     * @param retryAfter how long the bot has to wait; null if the Bot API does not return it
     */
    BotException(int code, String description, Duration retryAfter) {
        super(code + " " + description);
        this.code = code;
        this.retryAfter = retryAfter;
    }

    int code() {
        return code;
    }

    /** Returns null if the Bot API did not return it. */
    Duration retryAfter() {
        return retryAfter;
    }
}
