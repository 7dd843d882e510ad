package routes.telegram;

import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Objects;
import java.util.Optional;
import routes.tdlib.TdlibException;

/** A sign-in or sign-out step that failed. The message is meant for the person who signs in and contains none of the input. */
public class TelegramLoginException extends Exception {
    private static final long serialVersionUID = 1L;

    /** The reason as a code, with its remedy. */
    public enum Reason {
        PHONE_NUMBER_INVALID("Send the number with + and the country code."),
        PHONE_NUMBER_BANNED("Use another account, or contact Telegram support about the number."),
        CODE_INVALID("Enter the code from the latest message."),
        CODE_EXPIRED("Request a new code, or send the phone number again."),
        PASSWORD_INVALID("Enter the password of the two-step verification, not the passcode of the phone."),
        EMAIL_ADDRESS_INVALID("Send an e-mail address that can receive mail and is not used by another account."),
        /** Telegram requires a pause. */
        LIMITED("Wait. Earlier attempts extend the waiting time."),
        API_ID_INVALID("Copy api_id and api_hash from https://my.telegram.org, and restart the program."),
        NO_ANSWER("Check that Telegram is reachable from this machine, then try again."),
        /** The account waits for another input. */
        WRONG_STATE("Check the state of the account, then send the input that it requires."),
        /** Another request is executing a step for this account. */
        BUSY("Wait until the other request is complete."),
        SIGNED_IN("Sign it out first, or choose another name for an additional account."),
        /** The session cannot be opened. */
        FAILED("Fix the stated cause, or remove the account and sign in again."),
        NOT_CONFIGURED("Set the missing settings and restart the program; see docs/telegram.md."),
        NO_LIBRARY("Run the program once with --fetch-tdlib, or set TDLIB_LIBRARY; see docs/telegram.md."),
        /** The stage telegram runs elsewhere. */
        OTHER_PROCESS(
                "Call the API of the process with the stage telegram, or sign in with --telegram-login on its machine."),
        /** Any other refusal by Telegram. */
        REFUSED("Sign in by QR code, or sign in with a Telegram app first.");

        private final String remedy;

        Reason(String remedy) {
            this.remedy = remedy;
        }

        public String remedy() {
            return remedy;
        }
    }

    private final Reason reason;
    private final Duration retryAfter;

    TelegramLoginException(Reason reason, String message) {
        this(reason, message, null, null);
    }

    TelegramLoginException(Reason reason, String message, Duration retryAfter, Throwable cause) {
        super(message, cause);
        this.reason = reason;
        this.retryAfter = retryAfter;
    }

    public Reason reason() {
        return reason;
    }

    /** Returns how long Telegram refuses this step; empty if unknown. */
    public Optional<Duration> retryAfter() {
        return Optional.ofNullable(retryAfter);
    }

    /** Converts TDLib's error to a message for the person who signs in. */
    static TelegramLoginException of(TdlibException e, String account, Instant now) {
        String error = Objects.toString(e.error(), "");
        Optional<Duration> wait = e.retryAfter();
        if (wait.isPresent()) {
            Instant end = now.plus(wait.get()).truncatedTo(ChronoUnit.SECONDS);
            return new TelegramLoginException(
                    Reason.LIMITED,
                    "Telegram allows the next attempt at " + end + "; earlier attempts extend the waiting time",
                    wait.get(),
                    e);
        }
        if (error.contains("Can't lock file")) {
            return because(Reason.FAILED, "another process is using the session of " + account + "; stop it", e);
        }
        if (error.contains("Wrong database encryption key")) {
            return because(
                    Reason.FAILED,
                    "TELEGRAM_SESSION_KEY does not match the key that this session was encrypted with; set that key,"
                            + " or remove the folder telegram/" + account + " in DATA_DIR and sign in again",
                    e);
        }
        if (e.kind() == TdlibException.Kind.TIMED_OUT) {
            return because(Reason.NO_ANSWER, "Telegram does not respond in time; check the network", e);
        }
        if (e.kind() == TdlibException.Kind.CLOSED || error.endsWith(" unexpected")) {
            return because(Reason.WRONG_STATE, "the account " + account + " does not accept this step", e);
        }
        return switch (error) {
            case "PHONE_NUMBER_INVALID" ->
                because(Reason.PHONE_NUMBER_INVALID, "this is not a valid phone number; use + and the country code", e);
            case "PHONE_NUMBER_BANNED" ->
                because(Reason.PHONE_NUMBER_BANNED, "Telegram has banned this phone number", e);
            case "PHONE_NUMBER_FLOOD", "PHONE_PASSWORD_FLOOD", "FLOOD" ->
                because(Reason.LIMITED, "too many attempts; Telegram blocks further attempts for some hours", e);
            case "PHONE_CODE_INVALID", "PHONE_CODE_EMPTY", "CODE_INVALID", "EMAIL_CODE_INVALID" ->
                because(Reason.CODE_INVALID, "the code is wrong", e);
            case "PHONE_CODE_EXPIRED", "EMAIL_VERIFY_EXPIRED" ->
                because(Reason.CODE_EXPIRED, "the code has expired; request a new code", e);
            case "PASSWORD_HASH_INVALID" -> because(Reason.PASSWORD_INVALID, "the password is wrong", e);
            case "EMAIL_INVALID", "EMAIL_NOT_ALLOWED", "EMAIL_UNCONFIRMED" ->
                because(Reason.EMAIL_ADDRESS_INVALID, "Telegram does not accept this e-mail address", e);
            case "API_ID_INVALID", "API_ID_PUBLISHED_FLOOD" ->
                because(
                        Reason.API_ID_INVALID,
                        "Telegram does not accept TELEGRAM_API_ID and TELEGRAM_API_HASH (" + error
                                + "); copy them from https://my.telegram.org",
                        e);
            default -> because(Reason.REFUSED, e.getMessage(), e);
        };
    }

    private static TelegramLoginException because(Reason reason, String message, TdlibException cause) {
        return new TelegramLoginException(reason, message, null, cause);
    }
}
