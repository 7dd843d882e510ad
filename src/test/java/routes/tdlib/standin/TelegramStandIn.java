package routes.tdlib.standin;

import static routes.tdlib.standin.Contents.object;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.Executors;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Supplier;
import java.util.stream.Stream;
import routes.tdlib.TdJson;

/**
 * TDLib and Telegram behind it, at the boundary of the four functions: it speaks TDLib's JSON, has channels and accounts, and fails
 * as told. It keeps TDLib's habits: silence until the first request; {@code int64} as strings; non-ASCII characters escaped; no null
 * fields; a first history page of one message; at most 100 messages a page; lock of a session's folder; {@code updateNewChat} before any
 * other mention of a chat; the handshake of closing. Sessions survive the closing of their client, as on disk.
 */
public final class TelegramStandIn implements TdJson {
    /** As of the real library that tests use. */
    public static final String VERSION = "1.8.67";

    private static final int MAX_PAGE = 100;
    private static final ObjectMapper MAPPER = new ObjectMapper()
            .enable(com.fasterxml.jackson.core.json.JsonWriteFeature.ESCAPE_NON_ASCII.mappedFeature());

    private static final Set<String> BEFORE_PARAMETERS = Set.of(
            "setTdlibParameters", "getOption", "setOption", "close", "addProxy", "testSquareInt", "getTextEntities");

    private static final Set<String> BEFORE_LOGIN = Set.of(
            "setAuthenticationPhoneNumber",
            "requestQrCodeAuthentication",
            "checkAuthenticationCode",
            "setAuthenticationEmailAddress",
            "checkAuthenticationEmailCode",
            "resendAuthenticationCode",
            "checkAuthenticationPassword",
            "logOut",
            "destroy");

    /** An account at Telegram. */
    private record User(String phone, String code, String password, String firstName) {}

    /** What is on the disk of one database folder. */
    private static final class Session {
        private String key;
        private String phone;
        private Path files;
        private final Set<Long> joined = new LinkedHashSet<>();

        /** Forgotten when the client closes. */
        private final Set<Long> announced = new HashSet<>();

        private final Set<Long> opened = new HashSet<>();
        private final Set<Long> cached = new HashSet<>();
    }

    private static final class Client {
        private final int id;
        private boolean awake;
        private String state = "authorizationStateWaitTdlibParameters";
        private String folder;
        private Session session;
        private String phone;
        private String link;

        /** {@code @extra} of requests that were not answered. */
        private final List<JsonNode> unanswered = new ArrayList<>();

        private Client(int id) {
            this.id = id;
        }

        private boolean is(String name) {
            return state.equals("authorizationState" + name);
        }
    }

    /** A request as it arrived. */
    public record Request(int clientId, String function, ObjectNode json, long nanoTime) {}

    /**
     * What becomes of a request instead of, or before, its answer.
     *
     * @param delay null: until {@link #release}
     */
    private record Fault(int code, String message, boolean silent, Duration delay) {}

    /** What becomes of an update. */
    private enum UpdateFault {
        LOST,
        TWICE,
        HELD
    }

    private record Limit(int requests, Duration window) {}

    private static final class Refused extends Exception {
        private static final long serialVersionUID = 1L;
        private final int code;

        private Refused(int code, String message) {
            super(message);
            this.code = code;
        }
    }

    private final LinkedBlockingQueue<String> out = new LinkedBlockingQueue<>();
    private final AtomicBoolean receiving = new AtomicBoolean();
    private final ScheduledExecutorService timers = Executors.newSingleThreadScheduledExecutor(work -> {
        Thread thread = new Thread(work, "telegram-stand-in");
        thread.setDaemon(true);
        return thread;
    });

    private final Map<Integer, Client> clients = new LinkedHashMap<>();
    private final Map<String, Session> sessions = new HashMap<>();
    private final Map<String, User> users = new HashMap<>();

    /** Codes that come by e-mail, by phone number. */
    private final Map<String, String> emailCodes = new HashMap<>();

    private final Map<Long, StandInChannel> channels = new LinkedHashMap<>();
    private final Map<Integer, StandInFile> files = new HashMap<>();
    private final List<Request> requests = new ArrayList<>();
    private final Map<String, Deque<Fault>> faults = new HashMap<>();
    private final Map<String, Deque<UpdateFault>> updateFaults = new HashMap<>();
    private final List<Runnable> held = new ArrayList<>();
    private final Map<String, Limit> limits = new HashMap<>();
    private int exceeded;
    private int shortPages;
    private int links;
    private boolean frozen;

    <T> T locked(Supplier<T> work) {
        synchronized (this) {
            return work.get();
        }
    }

    // ---- what is at Telegram

    /** @param password of the second factor; empty: none */
    public synchronized TelegramStandIn user(String phone, String code, String password, String firstName) {
        users.put(phone, new User(phone, code, password, firstName));
        return this;
    }

    /** Telegram wants an e-mail address of the account, and sends the code there. */
    public synchronized TelegramStandIn email(String phone, String code) {
        emailCodes.put(phone, code);
        return this;
    }

    /** A channel that nobody has joined yet. @param username empty for a private one */
    public synchronized StandInChannel channel(long supergroupId, String username, String title) {
        StandInChannel channel = new StandInChannel(this, supergroupId, username, title);
        channels.put(channel.chatId(), channel);
        return channel;
    }

    /** All accounts that are signed in now are members. */
    public synchronized void join(StandInChannel channel) {
        sessions.values().stream()
                .filter(session -> session.phone != null)
                .forEach(session -> session.joined.add(channel.chatId()));
    }

    public synchronized StandInFile file(byte[] bytes) {
        StandInFile file = new StandInFile(files.size() + 1, bytes);
        files.put(file.id(), file);
        return file;
    }

    /** A signed-in device scans the link that clients show. */
    public synchronized void scan(String phone) throws IOException {
        for (Client client : List.copyOf(clients.values())) {
            if (client.is("WaitOtherDeviceConfirmation")) {
                client.phone = phone;
                passwordOrReady(client);
            }
        }
    }

    /** The link on show expires, and is replaced. */
    public synchronized void renewLinks() {
        clients.values().stream()
                .filter(client -> client.is("WaitOtherDeviceConfirmation"))
                .toList()
                .forEach(this::showLink);
    }

    /** The sessions of an account are ended on another device. */
    public synchronized void endSessions(String phone) {
        for (Client client : List.copyOf(clients.values())) {
            if (client.session != null && phone.equals(client.session.phone)) {
                logOut(client);
            }
        }
    }

    // ---- faults

    /** The next requests are refused: Telegram wants a pause. */
    public synchronized TelegramStandIn flood(String function, int seconds, int times) {
        return fault(
                function, times, new Fault(429, "Too Many Requests: retry after " + seconds, false, Duration.ZERO));
    }

    /** The next requests fail, such as with 500 {@code Request aborted}. */
    public synchronized TelegramStandIn fail(String function, int code, String message, int times) {
        return fault(function, times, new Fault(code, message, false, Duration.ZERO));
    }

    /** The next requests have no effect and are never answered. */
    public synchronized TelegramStandIn ignore(String function, int times) {
        return fault(function, times, new Fault(0, "", true, Duration.ZERO));
    }

    /** The next requests take effect and are answered late. */
    public synchronized TelegramStandIn delay(String function, Duration delay, int times) {
        return fault(function, times, new Fault(0, "", false, delay));
    }

    /** The next requests take effect; their answers are held back until {@link #release}. */
    public synchronized TelegramStandIn holdAnswers(String function, int times) {
        return fault(function, times, new Fault(0, "", false, null));
    }

    private TelegramStandIn fault(String function, int times, Fault fault) {
        faults.computeIfAbsent(function, name -> new ArrayDeque<>()).addAll(Collections.nCopies(times, fault));
        return this;
    }

    /** The next updates of a type do not arrive. */
    public synchronized TelegramStandIn lose(String update, int times) {
        return fault(update, times, UpdateFault.LOST);
    }

    /** The next updates of a type arrive twice. */
    public synchronized TelegramStandIn repeat(String update, int times) {
        return fault(update, times, UpdateFault.TWICE);
    }

    /** The next updates of a type are held back until {@link #release}. */
    public synchronized TelegramStandIn hold(String update, int times) {
        return fault(update, times, UpdateFault.HELD);
    }

    private TelegramStandIn fault(String update, int times, UpdateFault fault) {
        updateFaults.computeIfAbsent(update, name -> new ArrayDeque<>()).addAll(Collections.nCopies(times, fault));
        return this;
    }

    /** Sends what was held back, in an order that follows from the seed. */
    public synchronized void release(long seed) {
        List<Runnable> all = new ArrayList<>(held);
        held.clear();
        Collections.shuffle(all, new Random(seed));
        all.forEach(Runnable::run);
    }

    /** The next history pages have half of what was asked for. */
    public synchronized TelegramStandIn shortPages(int times) {
        shortPages = times;
        return this;
    }

    /** More requests in the window are refused with 429 and counted. */
    public synchronized TelegramStandIn limit(String function, int count, Duration window) {
        limits.put(function, new Limit(count, window));
        return this;
    }

    /** How often a limit was exceeded. */
    public synchronized int exceeded() {
        return exceeded;
    }

    /** TDLib stops answering and closing. */
    public synchronized void freeze() {
        frozen = true;
    }

    public synchronized void thaw() {
        frozen = false;
    }

    /** Any object, to all clients that are signed in, or to all for what is no update of a chat. */
    public synchronized void emit(ObjectNode update) {
        clients.values().stream().filter(client -> client.awake).toList().forEach(client -> push(client, update));
    }

    /** A text that is no JSON. */
    public void emitGarbage(String text) {
        out.add(text);
    }

    public synchronized List<Request> requests(String function) {
        return requests.stream()
                .filter(request -> request.function().equals(function))
                .toList();
    }

    // ---- the four functions

    @Override
    public synchronized int createClientId() {
        Client client = new Client(clients.size() + 1);
        clients.put(client.id, client);
        return client.id;
    }

    @Override
    public String receive(double seconds) {
        if (!receiving.compareAndSet(false, true)) {
            throw new IllegalStateException("TDLib would abort: two threads receive");
        }
        try {
            return out.poll((long) (seconds * 1000), TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return null;
        } finally {
            receiving.set(false);
        }
    }

    @Override
    public String execute(String request) {
        try {
            ObjectNode json = (ObjectNode) MAPPER.readTree(request);
            return switch (json.path("@type").asText()) {
                case "setLogVerbosityLevel" -> "{\"@type\":\"ok\"}";
                case "getOption" -> "{\"@type\":\"optionValueString\",\"value\":\"" + VERSION + "\"}";
                case "testReturnError" -> MAPPER.writeValueAsString(json.path("error"));
                default ->
                    "{\"@type\":\"error\",\"code\":400,\"message\":\"The method can't be executed synchronously\"}";
            };
        } catch (JsonProcessingException e) {
            return "{\"@type\":\"error\",\"code\":400,\"message\":\"Failed to parse JSON\"}";
        }
    }

    @Override
    public synchronized void send(int clientId, String text) {
        Client client = clients.get(clientId);
        ObjectNode request;
        try {
            request = (ObjectNode) MAPPER.readTree(text);
        } catch (JsonProcessingException e) {
            push(client, object("error").put("code", 400).put("message", "Failed to parse request as JSON object"));
            return;
        }
        String function = request.path("@type").asText();
        requests.add(new Request(clientId, function, request.deepCopy(), System.nanoTime()));
        if (frozen) {
            return;
        }
        if (!client.awake) {
            client.awake = true;
            push(client, option("version", VERSION));
            announceState(client);
        }
        Deque<Fault> scripted = faults.getOrDefault(function, new ArrayDeque<>());
        Fault fault = scripted.poll();
        JsonNode extra = request.path("@extra");
        if (fault != null && fault.silent()) {
            client.unanswered.add(extra);
            return;
        }
        ObjectNode answer;
        try {
            if (fault != null && fault.code() != 0) {
                throw new Refused(fault.code(), fault.message());
            }
            checkLimit(function);
            answer = answer(client, function, request);
        } catch (Refused e) {
            answer = object("error").put("code", e.code).put("message", e.getMessage());
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
        if (!extra.isMissingNode()) {
            answer.set("@extra", extra);
        }
        ObjectNode finished = answer;
        if (fault == null) {
            push(client, finished);
        } else if (fault.delay() == null) {
            held.add(() -> push(client, finished));
        } else {
            timers.schedule(() -> push(client, finished), fault.delay().toMillis(), TimeUnit.MILLISECONDS);
        }
        afterAnswer(client, function);
    }

    private void checkLimit(String function) throws Refused {
        Limit limit = limits.get(function);
        if (limit == null) {
            return;
        }
        long since = System.nanoTime() - limit.window().toNanos();
        long recent = requests.stream()
                .filter(request -> request.function().equals(function) && request.nanoTime() - since > 0)
                .count();
        if (recent > limit.requests()) {
            exceeded++;
            throw new Refused(
                    429,
                    "Too Many Requests: retry after "
                            + Math.max(1, limit.window().toSeconds()));
        }
    }

    private synchronized void push(Client client, ObjectNode object) {
        if (client.is("Closed") && !object.path("authorization_state").isObject()) {
            return;
        }
        ObjectNode copy = object.deepCopy().put("@client_id", client.id);
        try {
            out.add(MAPPER.writeValueAsString(copy));
        } catch (JsonProcessingException e) {
            throw new IllegalStateException(e);
        }
    }

    private static ObjectNode option(String name, String value) {
        ObjectNode update = object("updateOption").put("name", name);
        update.set("value", object("optionValueString").put("value", value));
        return update;
    }

    private void state(Client client, String name) {
        client.state = "authorizationState" + name;
        announceState(client);
    }

    private void announceState(Client client) {
        ObjectNode state = object(client.state);
        switch (client.state) {
            case "authorizationStateWaitOtherDeviceConfirmation" -> state.put("link", client.link);
            case "authorizationStateWaitPassword" ->
                state.put("password_hint", "the usual")
                        .put("has_recovery_email_address", false)
                        .put("has_passport_data", false)
                        .put("recovery_email_address_pattern", "");
            case "authorizationStateWaitCode" -> {
                ObjectNode info = object("authenticationCodeInfo")
                        .put("phone_number", client.phone)
                        .put("timeout", 60);
                info.set("type", object("authenticationCodeTypeTelegramMessage").put("length", 5));
                state.set("code_info", info);
            }
            case "authorizationStateWaitEmailCode" ->
                state.set(
                        "code_info",
                        object("emailAddressAuthenticationCodeInfo")
                                .put("email_address_pattern", "a***@example.org")
                                .put("length", 6));
            default -> {}
        }
        ObjectNode update = object("updateAuthorizationState");
        update.set("authorization_state", state);
        push(client, update);
    }

    private void connection(Client client, String name) {
        ObjectNode update = object("updateConnectionState");
        update.set("state", object("connectionState" + name));
        push(client, update);
    }

    /** What TDLib does after the answer of a request. */
    private void afterAnswer(Client client, String function) {
        switch (function) {
            case "close" -> close(client);
            case "logOut", "destroy" -> {
                if (client.session != null) {
                    logOut(client);
                }
            }
            default -> {}
        }
    }

    private void close(Client client) {
        if (client.is("Closed")) {
            return;
        }
        state(client, "Closing");
        for (JsonNode extra : client.unanswered) {
            push(
                    client,
                    object("error")
                            .put("code", 500)
                            .put("message", "Request aborted")
                            .set("@extra", extra));
        }
        client.unanswered.clear();
        if (client.session != null) {
            client.session.announced.clear();
            client.session.opened.clear();
            client.session.cached.clear();
        }
        client.session = null;
        state(client, "Closed");
    }

    private void logOut(Client client) {
        sessions.remove(client.folder);
        state(client, "LoggingOut");
        close(client);
    }

    private ObjectNode answer(Client client, String function, ObjectNode request) throws Refused, IOException {
        if (client.is("Closed") || client.is("Closing")) {
            throw new Refused(500, "Request aborted");
        }
        if (client.is("WaitTdlibParameters") && !BEFORE_PARAMETERS.contains(function)) {
            throw new Refused(400, "Initialization parameters are needed: call setTdlibParameters first");
        }
        if (!client.is("Ready") && !BEFORE_PARAMETERS.contains(function) && !BEFORE_LOGIN.contains(function)) {
            throw new Refused(401, "Unauthorized");
        }
        return switch (function) {
            case "testSquareInt" -> {
                int x = request.path("x").asInt();
                yield object("testInt").put("value", x * x);
            }
            case "getOption" -> object("optionValueString").put("value", VERSION);
            case "setOption", "close", "addProxy", "logOut", "destroy", "cancelDownloadFile", "viewMessages" -> ok();
            case "setTdlibParameters" -> parameters(client, request);
            case "setAuthenticationPhoneNumber" -> phoneNumber(client, request);
            case "resendAuthenticationCode" -> {
                announceState(client);
                yield ok();
            }
            case "requestQrCodeAuthentication" -> {
                showLink(client);
                yield ok();
            }
            case "checkAuthenticationCode" -> code(client, request);
            case "setAuthenticationEmailAddress" -> {
                if (!request.path("email_address").asText().contains("@")) {
                    throw new Refused(400, "EMAIL_INVALID");
                }
                state(client, "WaitEmailCode");
                yield ok();
            }
            case "checkAuthenticationEmailCode" -> {
                if (!emailCodes
                        .get(client.phone)
                        .equals(request.at("/code/code").asText())) {
                    throw new Refused(400, "EMAIL_CODE_INVALID");
                }
                passwordOrReady(client);
                yield ok();
            }
            case "checkAuthenticationPassword" -> password(client, request);
            case "getMe" -> me(client);
            case "loadChats" -> loadChats(client);
            case "getChats" -> chats(client);
            case "getChat" -> {
                StandInChannel channel = channel(request);
                if (!client.session.announced.contains(channel.chatId())) {
                    throw new Refused(400, "Chat not found");
                }
                yield channel.chat();
            }
            case "searchPublicChat" -> searchPublicChat(client, request);
            case "getSupergroup" -> supergroup(request).supergroup();
            case "getSupergroupFullInfo" -> supergroup(request).fullInfo();
            case "openChat" -> {
                client.session.opened.add(channel(request).chatId());
                yield ok();
            }
            case "closeChat" -> {
                client.session.opened.remove(channel(request).chatId());
                yield ok();
            }
            case "joinChat" -> {
                StandInChannel channel = channel(request);
                client.session.joined.add(channel.chatId());
                yield object("chatJoinResultSuccess").put("chat_id", channel.chatId());
            }
            case "leaveChat" -> {
                client.session.joined.remove(channel(request).chatId());
                yield ok();
            }
            case "getChatHistory" -> history(client, request);
            case "getMessage" ->
                message(channel(request), request.path("message_id").asLong());
            case "getMessages" -> messages(request);
            case "getFullRichMessage" ->
                Optional.ofNullable(channel(request)
                                .fullRichMessages
                                .get(request.path("message_id").asLong()))
                        .map(full -> (ObjectNode) full.path("message").deepCopy())
                        .orElseThrow(() -> new Refused(404, "Message not found"));
            case "getMessageLink" -> link(request);
            case "downloadFile" -> download(client, request);
            case "getFile" -> file(request).toJson();
            case "getRemoteFile" ->
                files.values().stream()
                        .filter(file -> request.path("remote_file_id").asText().equals("remote-" + file.id()))
                        .findFirst()
                        .map(StandInFile::toJson)
                        .orElseThrow(() -> new Refused(400, "Wrong remote file identifier specified"));
            case "deleteFile" -> {
                StandInFile file = file(request);
                if (file.path != null) {
                    Files.deleteIfExists(file.path);
                    file.path = null;
                }
                yield ok();
            }
            default -> throw new Refused(400, "Failed to parse request: Unknown class \"" + function + "\"");
        };
    }

    private static ObjectNode ok() {
        return object("ok");
    }

    // ---- signing in

    private ObjectNode parameters(Client client, ObjectNode request) throws Refused {
        if (!client.is("WaitTdlibParameters")) {
            throw new Refused(400, "Unexpected setTdlibParameters");
        }
        String folder = request.path("database_directory").asText();
        boolean used = clients.values().stream()
                .anyMatch(other -> other != client && other.session != null && folder.equals(other.folder));
        if (used) {
            throw new Refused(
                    400,
                    "Can't lock file \"" + folder
                            + "/td.binlog\", because it is already in use; check for another program"
                            + " instance running");
        }
        for (String name : List.of("system_language_code", "device_model", "application_version")) {
            if (request.path(name).asText().isEmpty()) {
                throw new Refused(400, name + " must be non-empty");
            }
        }
        if (request.path("api_id").asInt() <= 0
                || request.path("api_hash").asText().isEmpty()) {
            throw new Refused(400, "Valid api_id must be provided. Can be obtained at https://my.telegram.org");
        }
        String key = request.path("database_encryption_key").asText();
        Session session = sessions.get(folder);
        if (session != null && !session.key.equals(key)) {
            throw new Refused(401, "Wrong database encryption key");
        }
        if (session == null) {
            session = new Session();
            session.key = key;
            sessions.put(folder, session);
        }
        session.files = Path.of(request.path("files_directory").asText());
        client.folder = folder;
        client.session = session;
        push(client, option("unix_time", "1790000000"));
        if (session.phone != null) {
            client.phone = session.phone;
            ready(client);
        } else {
            state(client, "WaitPhoneNumber");
        }
        return ok();
    }

    private ObjectNode phoneNumber(Client client, ObjectNode request) throws Refused {
        String phone = request.path("phone_number").asText();
        if (!users.containsKey(phone)) {
            throw new Refused(400, "PHONE_NUMBER_INVALID");
        }
        client.phone = phone;
        state(client, emailCodes.containsKey(phone) ? "WaitEmailAddress" : "WaitCode");
        return ok();
    }

    private ObjectNode code(Client client, ObjectNode request) throws Refused {
        if (!client.is("WaitCode")) {
            throw new Refused(400, "Call to checkAuthenticationCode unexpected");
        }
        if (!users.get(client.phone).code().equals(request.path("code").asText())) {
            throw new Refused(400, "PHONE_CODE_INVALID");
        }
        passwordOrReady(client);
        return ok();
    }

    private ObjectNode password(Client client, ObjectNode request) throws Refused {
        if (!client.is("WaitPassword")) {
            throw new Refused(400, "Call to checkAuthenticationPassword unexpected");
        }
        if (!users.get(client.phone).password().equals(request.path("password").asText())) {
            throw new Refused(400, "PASSWORD_HASH_INVALID");
        }
        ready(client);
        return ok();
    }

    private void passwordOrReady(Client client) {
        if (users.get(client.phone).password().isEmpty()) {
            ready(client);
        } else {
            state(client, "WaitPassword");
        }
    }

    private void ready(Client client) {
        client.session.phone = client.phone;
        state(client, "Ready");
        connection(client, "Connecting");
        connection(client, "Ready");
    }

    private void showLink(Client client) {
        client.link = "tg://login?token=stand-in-" + ++links;
        state(client, "WaitOtherDeviceConfirmation");
    }

    private ObjectNode me(Client client) {
        return object("user")
                .put("id", 777_000_001L)
                .put("first_name", users.get(client.phone).firstName())
                .put("last_name", "")
                .put("phone_number", client.phone.replace("+", ""));
    }

    // ---- chats and messages

    /** Sends an update to the clients that follow the channel. */
    void announce(StandInChannel channel, ObjectNode update) {
        for (Client client : clients.values()) {
            boolean follows = client.is("Ready")
                    && (client.session.opened.contains(channel.chatId())
                            || (client.session.joined.contains(channel.chatId()) && !channel.silent));
            if (follows) {
                deliver(client, channel, update);
            }
        }
    }

    private void deliver(Client client, StandInChannel channel, ObjectNode update) {
        UpdateFault fault = updateFaults
                .getOrDefault(update.path("@type").asText(), new ArrayDeque<>())
                .poll();
        Runnable sending = () -> {
            introduce(client, channel);
            push(client, update);
        };
        if (fault == UpdateFault.HELD) {
            held.add(sending);
        } else if (fault != UpdateFault.LOST) {
            sending.run();
            if (fault == UpdateFault.TWICE) {
                sending.run();
            }
        }
    }

    private void introduce(Client client, StandInChannel channel) {
        if (client.session != null && client.session.announced.add(channel.chatId())) {
            ObjectNode supergroup = object("updateSupergroup");
            supergroup.set("supergroup", channel.supergroup());
            push(client, supergroup);
            ObjectNode chat = object("updateNewChat");
            chat.set("chat", channel.chat());
            push(client, chat);
        }
    }

    private StandInChannel channel(ObjectNode request) throws Refused {
        StandInChannel channel = channels.get(request.path("chat_id").asLong());
        if (channel == null) {
            throw new Refused(400, "Chat not found");
        }
        return channel;
    }

    private StandInChannel supergroup(ObjectNode request) throws Refused {
        return channels.values().stream()
                .filter(channel ->
                        channel.supergroupId == request.path("supergroup_id").asLong())
                .findFirst()
                .orElseThrow(() -> new Refused(400, "Supergroup not found"));
    }

    private ObjectNode loadChats(Client client) throws Refused {
        List<StandInChannel> unknown = client.session.joined.stream()
                .filter(id -> !client.session.announced.contains(id))
                .map(channels::get)
                .toList();
        if (unknown.isEmpty()) {
            throw new Refused(404, "Not Found");
        }
        unknown.forEach(channel -> introduce(client, channel));
        return ok();
    }

    private static ObjectNode chatList(Stream<Long> ids) {
        ObjectNode chats = object("chats");
        ArrayNode list = chats.putArray("chat_ids");
        ids.forEach(list::add);
        return chats.put("total_count", list.size());
    }

    private ObjectNode chats(Client client) {
        return chatList(client.session.joined.stream().filter(client.session.announced::contains));
    }

    private ObjectNode searchPublicChat(Client client, ObjectNode request) throws Refused {
        String username = request.path("username").asText().replaceFirst("^@", "");
        if (username.isEmpty()) {
            throw new Refused(200, "Username is invalid");
        }
        StandInChannel channel = channels.values().stream()
                .filter(one -> one.username.equalsIgnoreCase(username))
                .findFirst()
                .orElseThrow(() -> new Refused(400, "USERNAME_NOT_OCCUPIED"));
        introduce(client, channel);
        return channel.chat();
    }

    private ObjectNode history(Client client, ObjectNode request) throws Refused {
        StandInChannel channel = channel(request);
        int offset = request.path("offset").asInt();
        int limit = Math.min(request.path("limit").asInt(), MAX_PAGE);
        if (limit <= 0) {
            throw new Refused(400, "Parameter limit must be positive");
        }
        if (offset > 0) {
            throw new Refused(400, "Parameter offset must be non-positive");
        }
        if (offset <= -MAX_PAGE) {
            throw new Refused(400, "Parameter offset must be greater than -100");
        }
        if (offset < -limit) {
            throw new Refused(400, "Parameter offset must be greater than or equal to -limit");
        }
        long from = request.path("from_message_id").asLong();
        if (from == 0) {
            from = Long.MAX_VALUE;
        }
        if (client.session.cached.add(channel.chatId())) {
            limit = 1;
        } else if (shortPages > 0) {
            shortPages--;
            limit = Math.max(1, limit / 2);
        }
        NavigableMap<Long, ObjectNode> newestFirst = channel.messages.descendingMap();
        List<ObjectNode> newer =
                new ArrayList<>(channel.messages.tailMap(from, false).values());
        List<ObjectNode> page = new ArrayList<>(newer.subList(0, Math.min(-offset, newer.size())));
        Collections.reverse(page);
        newestFirst.tailMap(from, true).values().stream()
                .limit(Math.max(0, limit - page.size()))
                .forEach(page::add);
        return list(page);
    }

    private static ObjectNode list(List<ObjectNode> page) {
        ObjectNode messages = object("messages").put("total_count", page.size());
        ArrayNode array = messages.putArray("messages");
        page.forEach(message -> array.add(message == null ? array.nullNode() : message.deepCopy()));
        return messages;
    }

    private static ObjectNode message(StandInChannel channel, long id) throws Refused {
        ObjectNode message = channel.messages.get(id);
        if (message == null) {
            throw new Refused(404, "Message not found");
        }
        return message.deepCopy();
    }

    private ObjectNode messages(ObjectNode request) throws Refused {
        StandInChannel channel = channel(request);
        List<ObjectNode> found = new ArrayList<>();
        request.path("message_ids").forEach(id -> found.add(channel.messages.get(id.asLong())));
        return list(found);
    }

    private ObjectNode link(ObjectNode request) throws Refused {
        StandInChannel channel = channel(request);
        long number = request.path("message_id").asLong() >> 20;
        boolean open = !channel.username.isEmpty();
        String where = open ? channel.username : "c/" + channel.supergroupId;
        return object("messageLink")
                .put("link", "https://t.me/" + where + "/" + number)
                .put("is_public", open);
    }

    // ---- files

    private StandInFile file(ObjectNode request) throws Refused {
        StandInFile file = files.get(request.path("file_id").asInt());
        if (file == null) {
            throw new Refused(400, "Invalid file identifier");
        }
        return file;
    }

    private ObjectNode download(Client client, ObjectNode request) throws Refused, IOException {
        StandInFile file = file(request);
        int priority = request.path("priority").asInt();
        if (priority < 1 || priority > 32) {
            throw new Refused(400, "Download priority must be between 1 and 32");
        }
        if (file.path != null) {
            return file.toJson();
        }
        file.active = true;
        announceFile(client, file);
        if (request.path("synchronous").asBoolean()) {
            finish(client, file);
            return file.toJson();
        }
        ObjectNode begun = file.toJson();
        Deque<UpdateFault> scripted = updateFaults.getOrDefault("download", new ArrayDeque<>());
        if (scripted.poll() != UpdateFault.LOST) {
            timers.schedule(() -> finishLater(client, file), 20, TimeUnit.MILLISECONDS);
        }
        return begun;
    }

    /** The next downloads that are not waited for never end. */
    public synchronized TelegramStandIn stallDownloads(int times) {
        return fault("download", times, UpdateFault.LOST);
    }

    private synchronized void finishLater(Client client, StandInFile file) {
        if (client.session != null) {
            try {
                finish(client, file);
            } catch (IOException e) {
                throw new IllegalStateException(e);
            }
        }
    }

    private void finish(Client client, StandInFile file) throws IOException {
        Path folder = Files.createDirectories(client.session.files);
        file.path = Files.write(folder.resolve("file_" + file.id()), file.bytes);
        file.active = false;
        announceFile(client, file);
    }

    private void announceFile(Client client, StandInFile file) {
        ObjectNode update = object("updateFile");
        update.set("file", file.toJson());
        UpdateFault fault =
                updateFaults.getOrDefault("updateFile", new ArrayDeque<>()).poll();
        if (fault != UpdateFault.LOST) {
            push(client, update);
        }
    }
}
