package routes.ingest.live;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import routes.tdlib.Tdlib;
import routes.tdlib.TdlibClient;
import routes.tdlib.TdlibException;

/** Requests to TDLib about chats, through the client of one account. */
final class TdChats implements TdMessage.Names {
    private static final Logger LOG = LoggerFactory.getLogger(TdChats.class);
    private static final Duration TIMEOUT = Duration.ofSeconds(30);
    /** Telegram's limit for the message ids of one request. */
    static final int MAX_IDS = 100;

    private static final int NOT_FOUND = 404;
    private static final int INTERNAL = 500;
    private static final int MAX_STEPS = 100;
    private static final int MAX_NAMES = 10_000;
    private static final Duration NAME_KEPT = Duration.ofHours(1);

    private final TdlibClient client;
    /** Names by function and id; an empty value means that the name is not available. */
    private final Cache<String, Optional<String>> names = Caffeine.newBuilder()
            .maximumSize(MAX_NAMES)
            .expireAfterWrite(NAME_KEPT)
            .build();

    private final Set<Long> opened = ConcurrentHashMap.newKeySet();
    private volatile boolean loaded;

    TdChats(TdlibClient client) {
        this.client = client;
    }

    TdlibClient client() {
        return client;
    }

    private ObjectNode call(ObjectNode request) throws TdlibException, InterruptedException {
        return client.call(request, TIMEOUT);
    }

    /** @param before return messages older than this id; 0 for the newest */
    static ObjectNode historyRequest(long chatId, long before) {
        return Tdlib.request("getChatHistory")
                .put("chat_id", chatId)
                // excludes the message itself: with it, a page would never be empty
                .put("from_message_id", before == 0 ? 0 : TdMessage.messageId(TdMessage.number(before) - 1))
                .put("offset", 0)
                .put("limit", MAX_IDS)
                .put("only_local", false);
    }

    /** The messages of a response. The list can have gaps. */
    static List<ObjectNode> messages(ObjectNode answer) {
        List<ObjectNode> messages = new ArrayList<>();
        for (JsonNode message : answer.path("messages")) {
            if (message instanceof ObjectNode found) {
                messages.add(found);
            }
        }
        return messages;
    }

    /** Returns the current messages, without those that do not exist. */
    List<ObjectNode> messages(long chatId, Collection<Long> ids) throws TdlibException, InterruptedException {
        List<Long> all = List.copyOf(ids);
        List<ObjectNode> messages = new ArrayList<>();
        for (int from = 0; from < all.size(); from += MAX_IDS) {
            ObjectNode request = Tdlib.request("getMessages").put("chat_id", chatId);
            all.subList(from, Math.min(from + MAX_IDS, all.size())).forEach(request.putArray("message_ids")::add);
            messages.addAll(messages(call(request)));
        }
        return messages;
    }

    /** Fetches all blocks of a message that was received with its first blocks only. */
    void complete(ObjectNode message) throws TdlibException, InterruptedException {
        long id = message.path("id").asLong();
        Optional<ObjectNode> whole = known(Tdlib.request("getFullRichMessage")
                .put("chat_id", message.path("chat_id").asLong())
                .put("message_id", id));
        if (whole.isPresent()) {
            ((ObjectNode) message.path("content")).set("message", whole.get());
        } else {
            LOG.warn("Only the beginning of message {} is readable", TdMessage.number(id));
        }
    }

    /** Returns the chat if it is available to this account. */
    Optional<ObjectNode> find(long chatId) throws TdlibException, InterruptedException {
        ObjectNode request = Tdlib.request("getChat").put("chat_id", chatId);
        Optional<ObjectNode> chat = known(request);
        if (chat.isEmpty() && !loaded) {
            loadChats();
            chat = known(request);
        }
        return chat;
    }

    /** Returns the public chat with this name; empty if there is none. Telegram limits this request more strictly than any other. */
    Optional<ObjectNode> find(String username) throws TdlibException, InterruptedException {
        return known(Tdlib.request("searchPublicChat").put("username", username));
    }

    /** Returns the response; empty if TDLib or Telegram answers that the requested object is not available. */
    private Optional<ObjectNode> known(ObjectNode request) throws TdlibException, InterruptedException {
        try {
            return Optional.of(call(request));
        } catch (TdlibException e) {
            boolean refused =
                    e.kind() == TdlibException.Kind.ANSWERED && e.retryAfter().isEmpty() && e.code() < INTERNAL;
            if (refused) {
                return Optional.empty();
            }
            throw e;
        }
    }

    /** Loads the chats of an account step by step. TDLib returns a chat only after it was loaded. */
    private void loadChats() throws TdlibException, InterruptedException {
        for (int step = 0; step < MAX_STEPS; step++) {
            try {
                call(Tdlib.request("loadChats").put("limit", MAX_IDS));
            } catch (TdlibException e) {
                if (e.code() != NOT_FOUND) {
                    throw e;
                }
                break;
            }
        }
        loaded = true;
    }

    static boolean isSupergroup(JsonNode chat) {
        return chat.at("/type/@type").asText().equals("chatTypeSupergroup");
    }

    /** Returns the user name of a channel; empty if it has none. */
    Optional<String> username(JsonNode chat) throws TdlibException, InterruptedException {
        ObjectNode group = call(Tdlib.request("getSupergroup")
                .put("supergroup_id", chat.at("/type/supergroup_id").asLong()));
        return Optional.of(group.at("/usernames/active_usernames/0").asText()).filter(name -> !name.isEmpty());
    }

    /** Opens the chat, because some channels send updates only for open chats. Has no effect if the chat is open. */
    void open(long chatId) {
        if (opened.add(chatId)) {
            send(Tdlib.request("openChat").put("chat_id", chatId));
        }
    }

    void close(long chatId) {
        if (opened.remove(chatId)) {
            send(Tdlib.request("closeChat").put("chat_id", chatId));
        }
    }

    /** Clears the set of open chats: TDLib closes all chats with its session. */
    void closed() {
        opened.clear();
    }

    /** Removes TDLib's local copy of a file. */
    void forget(int fileId) {
        send(Tdlib.request("deleteFile").put("file_id", fileId));
    }

    private void send(ObjectNode request) {
        client.send(request, TIMEOUT).exceptionally(e -> {
            LOG.debug("{}", e.getMessage());
            return null;
        });
    }

    @Override
    public Optional<String> user(long userId) {
        return name(Tdlib.request("getUser").put("user_id", userId), userId, "", user -> {
            String name = user.path("first_name").asText() + " "
                    + user.path("last_name").asText();
            return user.at("/type/@type").asText().equals("userTypeDeleted") ? "Deleted Account" : name.strip();
        });
    }

    @Override
    public Optional<String> bot(long userId) {
        return name(Tdlib.request("getUser").put("user_id", userId), userId, "@", user -> {
            String name = user.at("/usernames/active_usernames/0").asText();
            return name.isEmpty() ? "" : "@" + name;
        });
    }

    @Override
    public Optional<String> title(long chatId) {
        return name(Tdlib.request("getChat").put("chat_id", chatId), chatId, "", chat -> chat.path("title")
                .asText());
    }

    @Override
    public Optional<String> topic(long chatId, long topicId) {
        return name(
                Tdlib.request("getForumTopic").put("chat_id", chatId).put("forum_topic_id", topicId),
                topicId,
                chatId + "/",
                topic -> topic.at("/info/name").asText());
    }

    private Optional<String> name(ObjectNode request, long id, String kind, Function<ObjectNode, String> of) {
        if (id == 0) {
            return Optional.empty();
        }
        String key = request.path("@type").asText() + kind + id;
        Optional<String> known = names.getIfPresent(key);
        if (known != null) {
            return known;
        }
        Optional<String> name = Optional.empty();
        try {
            name = known(request).map(of).filter(found -> !found.isBlank());
            names.put(key, name);
        } catch (TdlibException e) {
            // a missing name does not delay the post; the next read of the post requests it again
            LOG.debug("{}", e.getMessage());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        return name;
    }
}
