package routes.telegram;

/** A step of signing in or out that failed. The message is for the person who does it. */
public class TelegramLoginException extends Exception {
    private static final long serialVersionUID = 1L;

    TelegramLoginException(String message, Throwable cause) {
        super(message, cause);
    }
}
