package routes.tdlib;

import java.time.Duration;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A request that TDLib refused, that it did not answer in time, or that was not sent. The message contains the function but none of its
 * arguments, because they can be secret.
 */
public class TdlibException extends Exception {
    private static final long serialVersionUID = 1L;
    private static final int TOO_MANY_REQUESTS = 429;
    private static final Pattern RETRY_AFTER = Pattern.compile("retry after (\\d{1,9})");

    /** Why the request failed. */
    public enum Kind {
        /** TDLib answered with an error. */
        ANSWERED,
        /** TDLib did not answer in time. The request may still take effect. */
        TIMED_OUT,
        /** The client is not open, or was closed before it answered. The request may have taken effect in the latter case. */
        CLOSED,
        /** Not sent: Telegram's waiting time for this function has not passed, or too many requests are pending. */
        NOT_SENT
    }

    private final Kind kind;
    private final int code;
    private final String error;
    private final long retryAfterSeconds;

    TdlibException(String function, int code, String error) {
        this(Kind.ANSWERED, function + ": " + code + " " + error, code, error, retryAfter(code, error));
    }

    TdlibException(Kind kind, String message) {
        this(kind, message, 0, message, 0);
    }

    private TdlibException(Kind kind, String message, int code, String error, long retryAfterSeconds) {
        super(message);
        this.kind = kind;
        this.code = code;
        this.error = error;
        this.retryAfterSeconds = retryAfterSeconds;
    }

    static TdlibException wait(String function, long seconds) {
        String message = function + " was not sent: Telegram allows it again in " + seconds + " s";
        return new TdlibException(Kind.NOT_SENT, message, TOO_MANY_REQUESTS, message, seconds);
    }

    private static long retryAfter(int code, String error) {
        Matcher matcher = RETRY_AFTER.matcher(error);
        return code == TOO_MANY_REQUESTS && matcher.find() ? Long.parseLong(matcher.group(1)) : 0;
    }

    public Kind kind() {
        return kind;
    }

    /** Returns TDLib's code, such as 400, 404 or 429; 0 if TDLib did not answer. */
    public int code() {
        return code;
    }

    /** Returns TDLib's text, such as {@code PHONE_CODE_INVALID}. Texts may change between versions. */
    public String error() {
        return error;
    }

    /** Returns how long Telegram refuses this function to this account. */
    public Optional<Duration> retryAfter() {
        return retryAfterSeconds == 0 ? Optional.empty() : Optional.of(Duration.ofSeconds(retryAfterSeconds));
    }
}
