package routes.telegram;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;
import java.util.Map;
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
 * One account: its encrypted session in a separate folder, and the sign-in steps. The state depends only on TDLib's updates, not on the
 * responses to the steps.
 */
public final class TelegramAccount {

    /** The state of the account, or the input that it waits for. */
    public enum State {
        /** Not opened. */
        CLOSED,
        /** TDLib opens the session. */
        OPENING,
        /** Waits for a phone number. */
        NEEDS_PHONE_NUMBER,
        /** Waits until a signed-in device scans the link as a QR code. The link changes about every half minute. */
        NEEDS_SCAN,
        /** Waits for the code that Telegram sent. */
        NEEDS_CODE,
        /** Waits for the second factor. */
        NEEDS_PASSWORD,
        /** Waits for an e-mail address to which Telegram sends codes. */
        NEEDS_EMAIL_ADDRESS,
        /** Waits for the code sent by e-mail. */
        NEEDS_EMAIL_CODE,
        /**
         * Telegram requires a step that only its own apps support, described in {@link Status#problem}. Another phone number can be
         * entered.
         */
        NEEDS_APP,
        /** Signed in. */
        READY,
        SIGNING_OUT,
        /** Signed out, here or on another device. The session no longer exists. */
        SIGNED_OUT,
        CLOSING,
        /** Closed because of a {@link Status#problem}. */
        FAILED
    }

    /** How the code is sent. */
    public enum CodeWay {
        APP("as a message in Telegram on your other devices"),
        SMS("by SMS"),
        CALL("by a phone call"),
        MISSED_CALL("as the last digits of the number of a missed call"),
        FRAGMENT("at "),
        OTHER("in another way");

        private final String words;

        CodeWay(String words) {
            this.words = words;
        }

        private static CodeWay of(String type) {
            return switch (type) {
                case "authenticationCodeTypeTelegramMessage" -> APP;
                case "authenticationCodeTypeSms", "authenticationCodeTypeSmsWord", "authenticationCodeTypeSmsPhrase" ->
                    SMS;
                case "authenticationCodeTypeCall" -> CALL;
                case "authenticationCodeTypeFlashCall", "authenticationCodeTypeMissedCall" -> MISSED_CALL;
                case "authenticationCodeTypeFragment" -> FRAGMENT;
                default -> OTHER;
            };
        }
    }

    /**
     * The visible state of an account. The link is a secret: scanning it signs this session in.
     *
     * @param name name of the account
     * @param state the state
     * @param codeWay how the code is sent, in {@link State#NEEDS_CODE}; otherwise null
     * @param detail description of where the code was sent, or the password hint; otherwise empty
     * @param link link to display as a QR code, in {@link State#NEEDS_SCAN}; otherwise empty
     * @param user name of the signed-in user; otherwise empty
     * @param problem the problem and the remedy; empty if there is no problem
     */
    public record Status(
            String name, State state, CodeWay codeWay, String detail, String link, String user, String problem) {
        Status with(State next) {
            return with(next, "", "");
        }

        Status withDetail(State next, JsonNode nextDetail) {
            return with(next, nextDetail.asText(), "");
        }

        Status withProblem(State next, String nextProblem) {
            return with(next, "", nextProblem);
        }

        private Status with(State next, String nextDetail, String nextProblem) {
            return new Status(name, next, null, nextDetail, "", next == State.READY ? user : "", nextProblem);
        }

        Status withCode(JsonNode type) {
            CodeWay way = CodeWay.of(type.path("@type").asText());
            return new Status(
                    name, State.NEEDS_CODE, way, way.words + type.path("url").asText(), "", "", "");
        }

        Status withLink(String next) {
            return new Status(name, State.NEEDS_SCAN, null, "", next, "", "");
        }

        Status withUser(String next) {
            return new Status(name, state, codeWay, detail, link, next, problem);
        }

        /** Returns whether the account was signed out as requested, so that no data of it remains. */
        public boolean isGone() {
            return state == State.SIGNED_OUT && problem.isEmpty();
        }

        /** Omits the link. */
        @Override
        public String toString() {
            return name + ": " + state + (problem.isEmpty() ? "" : ", " + problem);
        }
    }

    /** States in which the session is not open. */
    private static final Set<State> ENDED = Set.of(State.CLOSED, State.SIGNED_OUT, State.FAILED);

    /** Timeout of a request: opening a large session takes long. */
    private static final Duration REQUEST = Duration.ofSeconds(60);

    /** Maximum duration of a step, because a person waits for it. A later answer still changes the status. */
    private static final Duration STEP = Duration.ofSeconds(15);

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
        status = new Status(client.name(), State.CLOSED, null, "", "", "", "");
        client.onState(update -> {
            if (update.path("authorization_state") instanceof ObjectNode authorization) {
                changed(authorization);
            }
        });
    }

    /** Returns the client of the account, for requests and updates. */
    public TdlibClient client() {
        return client;
    }

    public Status status() {
        synchronized (changes) {
            return status;
        }
    }

    /** Returns the functions that Telegram refuses to this account, with the end of each refusal. */
    public Map<String, Instant> floodWaits() {
        return client.floodWaits();
    }

    /** Returns the latest end of the refusals for this account. */
    public Optional<Instant> limitedUntil() {
        return floodWaits().values().stream().max(Instant::compareTo);
    }

    /** Opens the session, unless it is open or still being closed. The folder must exist. */
    void open() {
        synchronized (changes) {
            if (!ENDED.contains(status.state())) {
                return; // open, or still being closed
            }
            closeWanted = false;
            signOutWanted = false;
            set(status.with(State.OPENING));
        }
        client.open();
    }

    /**
     * Waits until the status is as wanted.
     *
     * @return the last status, whether as wanted or not
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

    /**
     * Submits the input that the account waits for.
     *
     * @param waiting the state that waits for the input
     * @param text the input. If a phone number is empty, Telegram sends a link that a signed-in device scans as a QR code; if a code is
     *     empty, Telegram sends another code, by the next method
     */
    public void answer(State waiting, String text) throws TelegramLoginException, InterruptedException {
        step(
                switch (waiting) {
                    case NEEDS_PHONE_NUMBER, NEEDS_APP ->
                        text.isEmpty()
                                ? Tdlib.request("requestQrCodeAuthentication")
                                : Tdlib.request("setAuthenticationPhoneNumber").put("phone_number", text);
                    case NEEDS_CODE ->
                        text.isEmpty()
                                ? Tdlib.request("resendAuthenticationCode")
                                : Tdlib.request("checkAuthenticationCode").put("code", text);
                    case NEEDS_PASSWORD ->
                        Tdlib.request("checkAuthenticationPassword").put("password", text);
                    case NEEDS_EMAIL_ADDRESS ->
                        Tdlib.request("setAuthenticationEmailAddress").put("email_address", text);
                    case NEEDS_EMAIL_CODE ->
                        Tdlib.request("checkAuthenticationEmailCode")
                                .set(
                                        "code",
                                        Tdlib.request("emailAddressAuthenticationCode")
                                                .put("code", text));
                    default -> throw new IllegalArgumentException("The state " + waiting + " does not accept input");
                });
    }

    /** Ends the session at Telegram and deletes it here. Needs the network. */
    public void signOut() throws TelegramLoginException, InterruptedException {
        synchronized (changes) {
            signOutWanted = true;
        }
        step(Tdlib.request("logOut"));
    }

    /**
     * Deletes the session of an account that is not open. Telegram still lists it.
     *
     * @return whether it was deleted
     */
    boolean discard() {
        synchronized (changes) {
            if (!ENDED.contains(status.state())) {
                return false;
            }
            removeSession();
            set(status.with(State.SIGNED_OUT));
            return true;
        }
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
            client.call(request, STEP);
        } catch (TdlibException e) {
            throw TelegramLoginException.of(e, client.name(), clock.instant());
        }
    }

    private void changed(ObjectNode authorization) {
        String type = authorization.path("@type").asText();
        Status now = status();
        LOG.debug("{}: {}", now.name(), type);
        switch (type) {
            case "authorizationStateWaitTdlibParameters" -> sendParameters();
            case "authorizationStateWaitPhoneNumber" -> set(now.with(State.NEEDS_PHONE_NUMBER));
            case "authorizationStateWaitOtherDeviceConfirmation" ->
                set(now.withLink(authorization.path("link").asText()));
            case "authorizationStateWaitCode" -> set(now.withCode(authorization.at("/code_info/type")));
            case "authorizationStateWaitPassword" ->
                set(now.withDetail(State.NEEDS_PASSWORD, authorization.path("password_hint")));
            case "authorizationStateWaitEmailAddress" -> set(now.with(State.NEEDS_EMAIL_ADDRESS));
            case "authorizationStateWaitEmailCode" ->
                set(now.withDetail(State.NEEDS_EMAIL_CODE, authorization.at("/code_info/email_address_pattern")));
            case "authorizationStateWaitRegistration" ->
                set(now.withProblem(State.NEEDS_APP, "this number has no account; register it in a Telegram app"));
            case "authorizationStateWaitPremiumPurchase" ->
                set(now.withProblem(
                        State.NEEDS_APP,
                        "Telegram requires a purchase for this sign-in; sign in by QR code, or in an app first"));
            case "authorizationStateReady" -> {
                set(now.with(State.READY));
                askWho();
            }
            case "authorizationStateLoggingOut" -> set(now.withProblem(State.SIGNING_OUT, now.problem()));
            case "authorizationStateClosing" -> {
                if (now.state() != State.SIGNING_OUT) {
                    set(now.withProblem(State.CLOSING, now.problem()));
                }
            }
            case "authorizationStateClosed" -> closed(now);
            default ->
                set(now.withProblem(
                        State.NEEDS_APP,
                        "Telegram requires " + type + ", which this version does not support; sign in by QR code"));
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
                return; // reported by the authorization state
            }
            String problem = failure instanceof TdlibException e
                    ? TelegramLoginException.of(e, client.name(), clock.instant())
                            .getMessage()
                    : failure.toString();
            set(status.withProblem(status.state(), problem));
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
            set(before.withProblem(
                    State.SIGNED_OUT,
                    wanted
                            ? ""
                            : "Telegram terminated the session, for example because it was terminated on another"
                                    + " device; sign in again"));
        } else if (wanted) {
            set(before.with(State.CLOSED));
        } else if (!before.problem().isEmpty()) {
            set(before.withProblem(State.FAILED, before.problem()));
        } else {
            set(before.withProblem(State.FAILED, "TDLib closed the session unexpectedly; open it again"));
        }
    }

    private void removeSession() {
        try {
            FileSystemUtils.deleteRecursively(folder);
        } catch (IOException e) {
            LOG.warn("{}: cannot delete the folder of the terminated session ({})", folder, e.toString());
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
}
