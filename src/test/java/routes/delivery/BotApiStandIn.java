package routes.delivery;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URLDecoder;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The Bot API as https://core.telegram.org/bots/api describes it, over HTTP: getMe, getUpdates with long polls, offsets and the conflict of
 * two readers, sendMessage with the rules of HTML marks, limits in UTF-16 units after the marks are read, links that Telegram makes by
 * itself, and refusals. A test may let the next messages to a chat fail in a given way.
 */
public final class BotApiStandIn implements AutoCloseable {
    public static final String TOKEN = "700000001:AAE-stand_in_token_0123456789abcdef";
    static final String NAME = "archive_bot";
    private static final int MOST_TEXT = 4_096;
    private static final int MOST_ENTITIES = 100;
    private static final ObjectMapper JSON = new ObjectMapper();

    /** What Telegram makes links of, in texts without marks. */
    private static final Pattern BY_ITSELF = Pattern.compile(
            "https?://\\S+|(?<![\\w@.])@\\w{3,}|(?<![\\w/])/[A-Za-z0-9_]+|(?:[\\p{L}\\p{N}_-]+\\.)+(?:[a-z]{2,}|рф)(?![\\p{L}\\p{N}])",
            Pattern.CASE_INSENSITIVE);

    private static final Pattern MARK = Pattern.compile("<(/?)([a-z]+)(?: href=\"([^\"]*)\")?>");

    /** What happens to a message. */
    public sealed interface Fault {
        /** Status 429 with retry_after. */
        record Flood(int seconds) implements Fault {}

        /** Another refusal, with this code and description. */
        record Refuse(int code, String description) implements Fault {}

        /** It is taken, and the connection is closed without an answer. */
        record Lose() implements Fault {}

        /** It is taken, and no answer ever comes. */
        record Hang() implements Fault {}

        /** The message is taken; the answer begins and does not end. */
        record Stall() implements Fault {}

        /** The message is taken; the answer is larger than any of the Bot API. */
        record Flooded() implements Fault {}

        /** A page of a proxy instead of an answer; the message is not taken. */
        record Page(int status) implements Fault {}
    }

    public record Entity(String type, int offset, int length, String url) {}

    /** A message that was taken. */
    public record Sent(long id, long chat, String text, List<Entity> entities) {
        public List<String> links() {
            return entities.stream()
                    .filter(entity -> entity.url() != null)
                    .map(Entity::url)
                    .toList();
        }

        /** What Telegram made links of without being told. */
        public List<String> linksByItself() {
            return entities.stream()
                    .filter(entity -> entity.type().equals("url"))
                    .map(entity -> text.substring(entity.offset(), entity.offset() + entity.length()))
                    .toList();
        }
    }

    private final HttpServer server;
    private final ExecutorService threads = Executors.newCachedThreadPool();
    private final List<Sent> sent = new CopyOnWriteArrayList<>();
    private final Map<Long, Queue<Fault>> faults = new ConcurrentHashMap<>();
    private final Set<Long> chats = ConcurrentHashMap.newKeySet();
    private final Set<Long> blocked = ConcurrentHashMap.newKeySet();
    private final List<Long> attempts = new CopyOnWriteArrayList<>();
    /** Guarded by itself. */
    private final List<ObjectNode> updates = new ArrayList<>();

    private final CountDownLatch end = new CountDownLatch(1);
    private long nextUpdate = 500_000;
    private long nextMessage = 1;
    private int polls;
    private int conflicts;

    public BotApiStandIn() throws IOException {
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.createContext("/", this::serve);
        server.setExecutor(threads);
        server.start();
    }

    public String url() {
        return "http://127.0.0.1:" + server.getAddress().getPort();
    }

    /** A person who has opened the chat with the bot. */
    void person(long chat) {
        chats.add(chat);
    }

    void block(long chat) {
        blocked.add(chat);
    }

    public void next(long chat, Fault... wanted) {
        faults.computeIfAbsent(chat, any -> new ConcurrentLinkedQueue<>()).addAll(List.of(wanted));
    }

    public List<Sent> sentTo(long chat) {
        return sent.stream().filter(message -> message.chat() == chat).toList();
    }

    /** Requests with a message to a chat, taken or not. */
    public long attempts(long chat) {
        return attempts.stream().filter(one -> one == chat).count();
    }

    int conflicts() {
        synchronized (updates) {
            return conflicts;
        }
    }

    /** A person writes to the bot. */
    public void write(long chat, String text) {
        write(chat, text, "private", "en");
    }

    void write(long chat, String text, String type, String language) {
        person(chat);
        synchronized (updates) {
            ObjectNode update = JSON.createObjectNode().put("update_id", nextUpdate++);
            ObjectNode message =
                    update.putObject("message").put("message_id", nextMessage++).put("date", 1_800_000_000);
            message.putObject("chat").put("id", chat).put("type", type);
            message.putObject("from")
                    .put("id", chat)
                    .put("is_bot", false)
                    .put("first_name", "Person")
                    .put("username", "person_" + chat)
                    .put("language_code", language);
            message.put("text", text);
            updates.add(update);
            updates.notifyAll();
        }
    }

    /** Updates that were not confirmed yet. */
    int unread() {
        synchronized (updates) {
            return updates.size();
        }
    }

    private void serve(HttpExchange exchange) throws IOException {
        try (exchange) {
            byte[] body = exchange.getRequestBody().readAllBytes();
            String[] path = exchange.getRequestURI().getPath().split("/");
            if (path.length != 3 || !path[1].equals("bot" + TOKEN)) {
                answer(exchange, 401, refusal(401, "Unauthorized"));
                return;
            }
            switch (path[2]) {
                case "getMe" -> {
                    ObjectNode me = ok();
                    me.putObject("result")
                            .put("id", 700_000_001L)
                            .put("is_bot", true)
                            .put("first_name", "Archive")
                            .put("username", NAME);
                    answer(exchange, 200, me);
                }
                case "getUpdates" -> answer(exchange, 200, updates(exchange));
                case "sendMessage" -> send(exchange, JSON.readTree(body));
                default -> answer(exchange, 404, refusal(404, "Not Found"));
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private ObjectNode updates(HttpExchange exchange) throws InterruptedException, IOException {
        Map<String, String> query = new HashMap<>();
        for (String pair : exchange.getRequestURI().getRawQuery().split("&")) {
            String[] parts = pair.split("=", 2);
            query.put(parts[0], URLDecoder.decode(parts[1], UTF_8));
        }
        long offset = Long.parseLong(query.getOrDefault("offset", "0"));
        long until = System.nanoTime() + Long.parseLong(query.getOrDefault("timeout", "0")) * 1_000_000_000;
        int limit = Integer.parseInt(query.getOrDefault("limit", "100"));
        synchronized (updates) {
            int mine = ++polls;
            updates.notifyAll();
            updates.removeIf(update -> update.path("update_id").asLong() < offset);
            while (updates.isEmpty() && System.nanoTime() < until && polls == mine && end.getCount() > 0) {
                updates.wait(Math.max(1, Math.min(200, (until - System.nanoTime()) / 1_000_000)));
            }
            if (polls != mine && updates.isEmpty()) {
                conflicts++;
                return refusal(
                        409,
                        "Conflict: terminated by other getUpdates request; make sure that only one bot instance is running");
            }
            ObjectNode answer = ok();
            ArrayNode list = answer.putArray("result");
            updates.stream().limit(limit).forEach(list::add);
            return answer;
        }
    }

    private void send(HttpExchange exchange, JsonNode message) throws IOException, InterruptedException {
        long chat = message.path("chat_id").asLong();
        attempts.add(chat);
        Queue<Fault> planned = faults.get(chat);
        Fault fault = planned == null ? null : planned.poll();
        if (fault instanceof Fault.Flood flood) {
            ObjectNode refusal = refusal(429, "Too Many Requests: retry after " + flood.seconds());
            refusal.putObject("parameters").put("retry_after", flood.seconds());
            answer(exchange, 429, refusal);
        } else if (fault instanceof Fault.Refuse refuse) {
            answer(exchange, refuse.code(), refusal(refuse.code(), refuse.description()));
        } else if (fault instanceof Fault.Page page) {
            byte[] html = "<html><body>Bad gateway</body></html>".getBytes(UTF_8);
            exchange.sendResponseHeaders(page.status(), html.length);
            exchange.getResponseBody().write(html);
        } else {
            ObjectNode answer = take(chat, message);
            if (fault instanceof Fault.Hang) {
                end.await();
            } else if (fault instanceof Fault.Stall) {
                exchange.sendResponseHeaders(200, 0);
                exchange.getResponseBody().write("{\"ok\": true".getBytes(UTF_8));
                exchange.getResponseBody().flush();
                end.await();
            } else if (fault instanceof Fault.Flooded) {
                exchange.sendResponseHeaders(200, 0);
                byte[] spaces = " ".repeat(1 << 20).getBytes(UTF_8);
                for (int i = 0; i < 32; i++) {
                    exchange.getResponseBody().write(spaces);
                }
            }
            if (fault == null) {
                answer(exchange, answer.path("error_code").asInt(200), answer);
            }
        }
    }

    private ObjectNode take(long chat, JsonNode message) {
        if (!chats.contains(chat)) {
            return refusal(400, "Bad Request: chat not found");
        }
        if (blocked.contains(chat)) {
            return refusal(403, "Forbidden: bot was blocked by the user");
        }
        Sent read;
        try {
            read = read(nextMessage++, chat, message);
        } catch (IllegalArgumentException e) {
            return refusal(400, "Bad Request: " + e.getMessage());
        }
        sent.add(read);
        ObjectNode answer = ok();
        ObjectNode result = answer.putObject("result")
                .put("message_id", read.id())
                .put("date", 1_800_000_000)
                .put("text", read.text());
        result.putObject("chat").put("id", chat).put("type", "private");
        result.putObject("from").put("id", 700_000_001L).put("is_bot", true).put("first_name", "Archive");
        ArrayNode entities = result.putArray("entities");
        read.entities().forEach(entity -> {
            ObjectNode one = entities.addObject()
                    .put("type", entity.type())
                    .put("offset", entity.offset())
                    .put("length", entity.length());
            if (entity.url() != null) {
                one.put("url", entity.url());
            }
        });
        return answer;
    }

    /** @throws IllegalArgumentException with the words of Telegram */
    private static Sent read(long id, long chat, JsonNode message) {
        String source = message.path("text").asText();
        List<Entity> entities = new ArrayList<>();
        StringBuilder text = new StringBuilder();
        if (message.path("parse_mode").asText().equals("HTML")) {
            Deque<String[]> open = new ArrayDeque<>();
            for (int i = 0; i < source.length(); ) {
                char next = source.charAt(i);
                if (next == '<') {
                    Matcher mark = MARK.matcher(source).region(i, source.length());
                    if (!mark.lookingAt() || !Set.of("a", "b").contains(mark.group(2))) {
                        throw new IllegalArgumentException(
                                "can't parse entities: Unsupported start tag at byte offset " + i);
                    }
                    if (mark.group(1).isEmpty()) {
                        open.push(new String[] {mark.group(2), mark.group(3), Integer.toString(text.length())});
                    } else {
                        String[] opened = open.isEmpty() ? null : open.pop();
                        if (opened == null || !opened[0].equals(mark.group(2))) {
                            throw new IllegalArgumentException(
                                    "can't parse entities: Unmatched end tag at byte offset " + i);
                        }
                        int start = Integer.parseInt(opened[2]);
                        entities.add(new Entity(
                                opened[0].equals("a") ? "text_link" : "bold",
                                start,
                                text.length() - start,
                                opened[1] == null ? null : unescaped(opened[1])));
                    }
                    i = mark.end();
                } else if (next == '&' && source.indexOf(';', i) > 0) {
                    int end = source.indexOf(';', i) + 1;
                    text.append(unescaped(source.substring(i, end)));
                    i = end;
                } else {
                    text.append(next);
                    i++;
                }
            }
            if (!open.isEmpty()) {
                throw new IllegalArgumentException(
                        "can't parse entities: Can't find end tag corresponding to start tag");
            }
        } else {
            text.append(source);
        }
        String plain = text.toString();
        if (plain.isBlank()) {
            throw new IllegalArgumentException("message text is empty");
        }
        if (plain.length() > MOST_TEXT) {
            throw new IllegalArgumentException("message is too long");
        }
        if (new String(plain.getBytes(UTF_8), UTF_8).contains("\uFFFD") || hasLoneSurrogate(plain)) {
            throw new IllegalArgumentException("strings must be encoded in UTF-8");
        }
        if (entities.size() > MOST_ENTITIES) {
            throw new IllegalArgumentException("of " + entities.size() + " entities only the first 100 would be kept");
        }
        Set<Integer> marked = new HashSet<>();
        entities.stream().filter(entity -> entity.url() != null).forEach(entity -> {
            for (int i = 0; i < entity.length(); i++) {
                marked.add(entity.offset() + i);
            }
        });
        for (Matcher found = BY_ITSELF.matcher(plain); found.find(); ) {
            if (!marked.contains(found.start())) {
                entities.add(new Entity(
                        found.group().startsWith("/") ? "bot_command" : "url",
                        found.start(),
                        found.end() - found.start(),
                        null));
            }
        }
        return new Sent(id, chat, plain, List.copyOf(entities));
    }

    private static boolean hasLoneSurrogate(String text) {
        return text.codePoints().anyMatch(c -> c >= Character.MIN_SURROGATE && c <= Character.MAX_SURROGATE);
    }

    private static String unescaped(String text) {
        return text.replace("&lt;", "<")
                .replace("&gt;", ">")
                .replace("&quot;", "\"")
                .replace("&amp;", "&");
    }

    private static ObjectNode ok() {
        return JSON.createObjectNode().put("ok", true);
    }

    private static ObjectNode refusal(int code, String description) {
        return JSON.createObjectNode().put("ok", false).put("error_code", code).put("description", description);
    }

    private static void answer(HttpExchange exchange, int status, ObjectNode answer) throws IOException {
        byte[] body = JSON.writeValueAsBytes(answer);
        exchange.getResponseHeaders().set("Content-Type", "application/json");
        exchange.sendResponseHeaders(answer.path("error_code").asInt(status), body.length);
        exchange.getResponseBody().write(body);
    }

    @Override
    public void close() {
        end.countDown();
        server.stop(0);
        threads.shutdownNow();
    }
}
