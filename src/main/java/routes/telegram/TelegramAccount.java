package routes.telegram;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Base64;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.util.FileSystemUtils;
import routes.tdlib.Tdlib;
import routes.tdlib.TdlibClient;
import routes.tdlib.TdlibException;

/**
 * One account: its encrypted session in a folder of its own, and the steps of signing in. The state follows TDLib's updates alone, not
 * the answers to the steps.
 */
public final class TelegramAccount {

    /** What the account is, or waits for. */
    public enum State {
        /** Not opened. */
        CLOSED,
        /** TDLib opens the session. */
        OPENING,
        /** Waits for {@link #phoneNumber} or {@link #qrCode}. */
        NEEDS_PHONE_NUMBER,
        /** Waits until a signed-in device scans the link as a QR code. The link changes every half minute or so. */
        NEEDS_SCAN,
        /** Waits for {@link #code}. */
        NEEDS_CODE,
        /** Waits for {@link #password}. */
        NEEDS_PASSWORD,
        /** Waits for {@link #emailAddress}. */
        NEEDS_EMAIL_ADDRESS,
        /** Waits for {@link #emailCode}. */
        NEEDS_EMAIL_CODE,
        /** Telegram wants what only one of its own apps can do; {@link Status#problem} says what. Another phone number can be given. */
        NEEDS_APP,
        /** Signed in. */
        READY,
        /** Being signed out. */
        SIGNING_OUT,
        /** Signed out, here or on another device. The session is gone. */
        SIGNED_OUT,
        /** Being closed. */
        CLOSING,
        /** Closed because of a {@link Status#problem}. */
        FAILED
    }

    /**
     * The visible state of an account. The link is a secret: any device that scans it is signed in.
     *
     * @param name       name of the account
     * @param state      the state
     * @param detail     where the code was sent, or the hint to the password; otherwise empty
     * @param link       the link to show as a QR code, in {@link State#NEEDS_SCAN}; otherwise empty
     * @param user       name of the signed-in user; otherwise empty
     * @param problem    why the state is not better, and what to do; empty if it is as it should be
     */
    public record Status(String name, State state, String detail, String link, String user, String problem) {
        Status with(State next, String nextDetail, String nextProblem) {
            return new Status(name, next, nextDetail, "", next == State.READY ? user : "", nextProblem);
        }

        Status withLink(String next) {
            return new Status(name, State.NEEDS_SCAN, "", next, "", "");
        }

        Status withUser(String next) {
            return new Status(name, state, detail, link, next, problem);
        }

        /** Without the link. */
        @Override
        public String toString() {
            return name + ": " + state + (problem.isEmpty() ? "" : ", " + problem);
        }
    }

    /** States in which the session is not open. */
    private static final Set<State> ENDED = Set.of(State.CLOSED, State.SIGNED_OUT, State.FAILED);

    private static final Duration REQUEST = Duration.ofSeconds(60);
    private static final Logger LOG = LoggerFactory.getLogger(TelegramAccount.class);

    private final TelegramProperties properties;
    private final Path folder;
    private final TdlibClient client;
    private final Clock clock = Clock.systemUTC();

    /** Guards the status. */
    private final Object changes = new Object();

    private Status status;
    private boolean closeWanted;
    private boolean signOutWanted;

    TelegramAccount(TelegramProperties properties, Path folder, TdlibClient client) {
        this.properties = properties;
        this.folder = folder;
        this.client = client;
        status = new Status(client.name(), State.CLOSED, "", "", "", "");
        client.onState(update -> {
            if (update.path("authorization_state") instanceof ObjectNode authorization) {
                changed(authorization);
            }
        });
    }

    /** The client of the account, for requests and updates. */
    public TdlibClient client() {
        return client;
    }

    public Status status() {
        synchronized (changes) {
            return status;
        }
    }

    /** Functions that Telegram refuses to this account, and until when. */
    public Map<String, Instant> floodWaits() {
        return client.floodWaits();
    }

    /** Opens the session, unless it is open or still being closed. The folder must exist. */
    void open() {
        synchronized (changes) {
            if (!ENDED.contains(status.state())) {
                return; // open, or still being closed
            }
            closeWanted = false;
            signOutWanted = false;
            set(status.with(State.OPENING, "", ""));
        }
        client.open();
    }

    /**
     * Waits until the status is as wanted.
     *
     * @return the last status, as wanted or not
     */
    public Status await(Predicate<Status> wanted, Duration time) throws InterruptedException {
        long end = System.nanoTime() + time.toNanos();
        synchronized (changes) {
            long left = time.toMillis();
            while (!wanted.test(status) && left > 0) {
                changes.wait(left);
                left = TimeUnit.NANOSECONDS.toMillis(end - System.nanoTime());
            }
            return status;
        }
    }

    /** @param number in international format, such as +79991234567 */
    public void phoneNumber(String number) throws TelegramLoginException, InterruptedException {
        step(Tdlib.request("setAuthenticationPhoneNumber").put("phone_number", number));
    }

    /** Asks for a link that a signed-in device scans as a QR code. */
    public void qrCode() throws TelegramLoginException, InterruptedException {
        step(Tdlib.request("requestQrCodeAuthentication"));
    }

    public void code(String code) throws TelegramLoginException, InterruptedException {
        step(Tdlib.request("checkAuthenticationCode").put("code", code));
    }

    /** Has the code sent again, by the next way. */
    public void resendCode() throws TelegramLoginException, InterruptedException {
        step(Tdlib.request("resendAuthenticationCode"));
    }

    /** The second factor. */
    public void password(String password) throws TelegramLoginException, InterruptedException {
        step(Tdlib.request("checkAuthenticationPassword").put("password", password));
    }

    public void emailAddress(String address) throws TelegramLoginException, InterruptedException {
        step(Tdlib.request("setAuthenticationEmailAddress").put("email_address", address));
    }

    public void emailCode(String code) throws TelegramLoginException, InterruptedException {
        ObjectNode request = Tdlib.request("checkAuthenticationEmailCode");
        request.set("code", Tdlib.request("emailAddressAuthenticationCode").put("code", code));
        step(request);
    }

    /** Ends the session at Telegram and removes it here. Needs the network. */
    public void signOut() throws TelegramLoginException, InterruptedException {
        synchronized (changes) {
            signOutWanted = true;
        }
        step(Tdlib.request("logOut"));
    }

    /**
     * Closes the session and keeps it.
     *
     * @return whether it was closed in time
     */
    public boolean close(Duration time) throws InterruptedException {
        synchronized (changes) {
            closeWanted = true;
        }
        if (client.isOpen()) {
            client.close();
        }
        return ENDED.contains(await(next -> ENDED.contains(next.state()), time).state());
    }

    private void step(ObjectNode request) throws TelegramLoginException, InterruptedException {
        try {
            client.call(request, REQUEST);
        } catch (TdlibException e) {
            throw new TelegramLoginException(explain(e), e);
        }
    }

    private void changed(ObjectNode authorization) {
        String type = authorization.path("@type").asText();
        Status now = status();
        LOG.debug("{}: {}", now.name(), type);
        switch (type) {
            case "authorizationStateWaitTdlibParameters" -> sendParameters();
            case "authorizationStateWaitPhoneNumber" -> set(now.with(State.NEEDS_PHONE_NUMBER, "", ""));
            case "authorizationStateWaitOtherDeviceConfirmation" ->
                set(now.withLink(authorization.path("link").asText()));
            case "authorizationStateWaitCode" ->
                set(now.with(State.NEEDS_CODE, codeSentBy(authorization.at("/code_info/type")), ""));
            case "authorizationStateWaitPassword" ->
                set(now.with(
                        State.NEEDS_PASSWORD,
                        authorization.path("password_hint").asText(),
                        ""));
            case "authorizationStateWaitEmailAddress" -> set(now.with(State.NEEDS_EMAIL_ADDRESS, "", ""));
            case "authorizationStateWaitEmailCode" ->
                set(now.with(
                        State.NEEDS_EMAIL_CODE,
                        authorization.at("/code_info/email_address_pattern").asText(),
                        ""));
            case "authorizationStateWaitRegistration" ->
                set(now.with(State.NEEDS_APP, "", "this number has no account; register it in an app of Telegram"));
            case "authorizationStateWaitPremiumPurchase" ->
                set(now.with(
                        State.NEEDS_APP,
                        "",
                        "Telegram wants a purchase for this sign-in; sign in by QR code, or in an app first"));
            case "authorizationStateReady" -> {
                set(now.with(State.READY, "", ""));
                askWho();
            }
            case "authorizationStateLoggingOut" -> set(now.with(State.SIGNING_OUT, "", now.problem()));
            case "authorizationStateClosing" -> {
                if (now.state() != State.SIGNING_OUT) {
                    set(now.with(State.CLOSING, "", now.problem()));
                }
            }
            case "authorizationStateClosed" -> closed(now);
            default ->
                set(now.with(
                        State.NEEDS_APP,
                        "",
                        "Telegram wants " + type + ", which this version does not know; sign in by QR code"));
        }
    }

    private void sendParameters() {
        String key = Base64.getEncoder().encodeToString(properties.sessionKey().getBytes(StandardCharsets.UTF_8));
        ObjectNode parameters = Tdlib.request("setTdlibParameters")
                .put("use_test_dc", properties.testServers())
                .put("database_directory", folder.resolve("db").toString())
                .put("files_directory", folder.resolve("files").toString())
                .put("database_encryption_key", key)
                .put("use_file_database", true)
                .put("use_chat_info_database", true)
                .put("use_message_database", true)
                .put("use_secret_chats", false)
                .put("api_id", properties.apiId())
                .put("api_hash", properties.apiHash())
                .put("system_language_code", "en")
                .put("device_model", "Telegram Assistant")
                .put("system_version", "")
                .put("application_version", "1");
        client.send(parameters, REQUEST).whenComplete((ok, failure) -> {
            if (failure != null) {
                parametersFailed(failure);
            }
        });
    }

    private void parametersFailed(Throwable failure) {
        boolean closed = failure instanceof TdlibException e && e.kind() == TdlibException.Kind.CLOSED;
        synchronized (changes) {
            if (closed || closeWanted) {
                return; // the state of authorization tells it
            }
            String problem = failure instanceof TdlibException e ? explain(e) : failure.toString();
            set(status.with(status.state(), "", problem));
        }
        client.close();
    }

    private void askWho() {
        client.send(Tdlib.request("getMe"), REQUEST).thenAccept(user -> {
            String name = (user.path("first_name").asText() + " "
                            + user.path("last_name").asText())
                    .strip();
            synchronized (changes) {
                if (status.state() == State.READY) {
                    set(status.withUser(name));
                }
            }
        });
    }

    private void closed(Status before) {
        boolean signedOut = before.state() == State.SIGNING_OUT;
        boolean wanted;
        synchronized (changes) {
            wanted = signedOut ? signOutWanted : closeWanted;
        }
        if (signedOut) {
            removeSession();
            set(before.with(
                    State.SIGNED_OUT,
                    "",
                    wanted ? "" : "Telegram ended the session, as when it is ended on another device; sign in again"));
        } else if (wanted) {
            set(before.with(State.CLOSED, "", ""));
        } else if (!before.problem().isEmpty()) {
            set(before.with(State.FAILED, "", before.problem()));
        } else {
            set(before.with(State.FAILED, "", "TDLib closed the session unasked; open it again"));
        }
    }

    private void removeSession() {
        try {
            FileSystemUtils.deleteRecursively(folder);
        } catch (IOException e) {
            LOG.warn("{}: the folder of the ended session cannot be removed ({})", folder, e.toString());
        }
    }

    private void set(Status next) {
        synchronized (changes) {
            boolean tell = next.state() != status.state() || !next.problem().equals(status.problem());
            status = next;
            changes.notifyAll();
            if (!tell) {
                return;
            }
        }
        if (next.problem().isEmpty()) {
            LOG.info("Telegram account {}", next);
        } else {
            LOG.warn("Telegram account {}", next);
        }
    }

    private static String codeSentBy(JsonNode type) {
        String name = type.path("@type").asText();
        return switch (name) {
            case "authenticationCodeTypeTelegramMessage" -> "as a message in Telegram on your other devices";
            case "authenticationCodeTypeSms", "authenticationCodeTypeSmsWord", "authenticationCodeTypeSmsPhrase" ->
                "by SMS";
            case "authenticationCodeTypeCall" -> "by a phone call";
            case "authenticationCodeTypeFlashCall", "authenticationCodeTypeMissedCall" ->
                "as the last digits of the number of a missed call";
            case "authenticationCodeTypeFragment" -> "at " + type.path("url").asText();
            default -> "(" + name + ")";
        };
    }

    /** TDLib's error as words for the person who signs in. */
    private String explain(TdlibException e) {
        Optional<Duration> wait = e.retryAfter();
        if (wait.isPresent()) {
            return "Telegram allows this again at "
                    + clock.instant().plus(wait.get()).truncatedTo(ChronoUnit.SECONDS)
                    + "; trying earlier makes the wait longer";
        }
        String error = Objects.toString(e.error(), "");
        if (error.contains("Can't lock file")) {
            return "another process uses the session of " + client.name() + "; stop it";
        }
        if (error.contains("Wrong database encryption key")) {
            return "TELEGRAM_SESSION_KEY is not the key that this session was encrypted with; set that key, or remove the folder"
                    + " telegram/" + client.name() + " in DATA_DIR and sign in again";
        }
        return switch (error) {
            case "PHONE_NUMBER_INVALID" -> "this is not a phone number; give it with + and the country's code";
            case "PHONE_NUMBER_BANNED" -> "Telegram has banned this phone number";
            case "PHONE_CODE_INVALID" -> "the code is wrong";
            case "PHONE_CODE_EXPIRED" -> "the code has expired; have it sent again";
            case "PASSWORD_HASH_INVALID" -> "the password is wrong";
            case "API_ID_INVALID", "API_ID_PUBLISHED_FLOOD" ->
                "Telegram does not accept TELEGRAM_API_ID and TELEGRAM_API_HASH (" + error
                        + "); copy them from https://my.telegram.org";
            default -> e.getMessage();
        };
    }
}
