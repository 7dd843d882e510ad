package routes.telegram;

import java.time.Duration;
import java.util.Optional;

/** A step of signing in or out that failed. The message is for the person who does it, and has nothing of what was entered. */
public class TelegramLoginException extends Exception {
    private static final long serialVersionUID = 1L;

    /** Why, for programs; with what to do. */
    public enum Reason {
        PHONE_NUMBER_INVALID("Give the number with + and the country's code."),
        PHONE_NUMBER_BANNED("Use another account. Telegram's support decides about the number."),
        CODE_INVALID("Enter the code of the newest message."),
        CODE_EXPIRED("Have the code sent again, or give the phone number again."),
        PASSWORD_INVALID("Enter the password of the two-step verification, not that of the phone."),
        EMAIL_ADDRESS_INVALID("Give an address that receives mail and that no other account uses."),
        /** Telegram wants a pause. */
        LIMITED("Wait. Trying earlier makes the wait longer."),
        API_ID_INVALID("Copy api_id and api_hash from https://my.telegram.org, and start again."),
        NO_ANSWER("Check the network, and that Telegram can be reached from this machine; then try again."),
        /** The account waits for something else. */
        WRONG_STATE("Read the state of the account, and send what it waits for."),
        /** Another request does a step of this account. */
        BUSY("Wait for the answer to the other request."),
        SIGNED_IN("Sign it out first, or choose another name for a further account."),
        /** The session cannot be opened. */
        FAILED("Do what the reason says, or remove the account and sign in again."),
        NOT_CONFIGURED("Set what is missing, and start again: docs/telegram.md."),
        NO_LIBRARY("Run the program once with --fetch-tdlib, or set TDLIB_LIBRARY: docs/telegram.md."),
        /** The stage telegram runs elsewhere. */
        OTHER_PROCESS("Call the API of the process with the stage telegram, or sign in there with --telegram-login."),
        /** Anything else that Telegram answers. */
        REFUSED("Try another way: by QR code, or in an app of Telegram first.");

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

    /** How long Telegram refuses this step; empty if it does not say. */
    public Optional<Duration> retryAfter() {
        return Optional.ofNullable(retryAfter);
    }
}
