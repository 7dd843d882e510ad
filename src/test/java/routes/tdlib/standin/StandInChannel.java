package routes.tdlib.standin;

import static routes.tdlib.standin.Contents.object;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.List;
import java.util.NavigableMap;
import java.util.TreeMap;
import java.util.function.Consumer;

/** A channel at Telegram: its true state. Each change is announced to the clients that follow it, as real updates are. */
public final class StandInChannel {
    private static final long CHANNEL_IDS = -1_000_000_000_000L;
    private static final int FIRST_DATE = 1_790_000_000;

    private final TelegramStandIn telegram;
    final long supergroupId;
    final String username;
    String title;
    String description = "";
    int members = 100;

    /** Updates come only while the chat is opened, as from large channels that were not joined. */
    boolean silent;

    final NavigableMap<Long, ObjectNode> messages = new TreeMap<>();

    /** Of messages whose own blocks are cut. */
    final NavigableMap<Long, ObjectNode> fullRichMessages = new TreeMap<>();

    private long lastNumber;
    private int now = FIRST_DATE;

    StandInChannel(TelegramStandIn telegram, long supergroupId, String username, String title) {
        this.telegram = telegram;
        this.supergroupId = supergroupId;
        this.username = username;
        this.title = title;
    }

    public long chatId() {
        return CHANNEL_IDS - supergroupId;
    }

    /** TDLib's id of the message with a number of {@code https://t.me/<username>/<number>}. */
    public static long messageId(long number) {
        return number << 20;
    }

    public StandInChannel described(String text, int memberCount) {
        description = text;
        members = memberCount;
        return this;
    }

    /** Sends updates only while the chat is opened. */
    public StandInChannel silent() {
        silent = true;
        return this;
    }

    /** The date of the next posts; each post is a second later. */
    public StandInChannel at(int unixTime) {
        now = unixTime;
        return this;
    }

    /** Leaves numbers out, as deleted posts do. */
    public StandInChannel skipNumbers(int count) {
        lastNumber += count;
        return this;
    }

    /** @return id of the message */
    public long post(ObjectNode content) {
        return post(content, message -> {});
    }

    /** @param more sets further fields, such as {@code forward_info} or {@code reply_to} */
    public long post(ObjectNode content, Consumer<ObjectNode> more) {
        return telegram.locked(() -> {
            ObjectNode message = newMessage(content);
            more.accept(message);
            return publish(message);
        });
    }

    /** A post that exists, but whose update is never sent. */
    public long postUnannounced(ObjectNode content) {
        return telegram.locked(() -> {
            ObjectNode message = newMessage(content);
            messages.put(message.path("id").asLong(), message);
            return message.path("id").asLong();
        });
    }

    /** An album: consecutive messages of one second with one {@code media_album_id}, each with an update of its own. */
    public List<Long> album(ObjectNode... contents) {
        String albumId = Long.toString(13_804_000_000_000_000L + messageId(lastNumber + 1));
        List<Long> ids = new ArrayList<>();
        for (ObjectNode content : contents) {
            ids.add(post(content, message -> message.put("media_album_id", albumId)
                    .put(
                            "date",
                            telegram.locked(() -> ids.isEmpty()
                                    ? message.path("date").asInt()
                                    : messages.get(ids.get(0)).path("date").asInt()))));
        }
        return ids;
    }

    /** A further member of an album, later. */
    public long joinAlbum(long memberId, ObjectNode content) {
        String albumId = telegram.locked(
                () -> messages.get(memberId).path("media_album_id").asText());
        return post(content, message -> message.put("media_album_id", albumId));
    }

    /** A rich message that arrives cut. */
    public long postRich(ObjectNode cut, ObjectNode full) {
        return post(cut, message -> fullRichMessages.put(message.path("id").asLong(), full));
    }

    private ObjectNode newMessage(ObjectNode content) {
        lastNumber++;
        ObjectNode message = object("message").put("id", messageId(lastNumber));
        message.set("sender_id", object("messageSenderChat").put("chat_id", chatId()));
        message.put("chat_id", chatId())
                .put("is_outgoing", false)
                .put("is_pinned", false)
                .put("can_be_saved", true)
                .put("is_channel_post", true)
                .put("date", now++)
                .put("edit_date", 0);
        message.set("interaction_info", interaction(0, 0));
        message.put("media_album_id", "0").put("author_signature", "");
        message.set("content", content);
        return message;
    }

    private long publish(ObjectNode message) {
        messages.put(message.path("id").asLong(), message);
        ObjectNode update = object("updateNewMessage");
        update.set("message", message.deepCopy());
        telegram.announce(this, update);
        return message.path("id").asLong();
    }

    /** New content, and the edit mark, which comes in an update of its own. */
    public void edit(long id, ObjectNode content) {
        telegram.locked(() -> {
            ObjectNode message = messages.get(id);
            message.set("content", content);
            message.put("edit_date", now++);
            ObjectNode changed =
                    object("updateMessageContent").put("chat_id", chatId()).put("message_id", id);
            changed.set("new_content", content.deepCopy());
            telegram.announce(this, changed);
            telegram.announce(this, edited(message));
            return null;
        });
    }

    /** Only buttons changed: an edit mark without new content. */
    public void editMarkup(long id) {
        telegram.locked(() -> {
            messages.get(id).put("edit_date", now++);
            telegram.announce(this, edited(messages.get(id)));
            return null;
        });
    }

    private ObjectNode edited(ObjectNode message) {
        return object("updateMessageEdited")
                .put("chat_id", chatId())
                .put("message_id", message.path("id").asLong())
                .put("edit_date", message.path("edit_date").asInt());
    }

    public void delete(Long... ids) {
        telegram.locked(() -> {
            List.of(ids).forEach(messages::remove);
            telegram.announce(this, deleted(true, false, ids));
            return null;
        });
    }

    /** Noise: TDLib only forgot them, or this user cannot see them any more. Nothing was deleted. */
    public void unload(boolean fromCache, Long... ids) {
        telegram.locked(() -> {
            telegram.announce(this, deleted(false, fromCache, ids));
            return null;
        });
    }

    private ObjectNode deleted(boolean permanent, boolean fromCache, Long... ids) {
        ObjectNode update = object("updateDeleteMessages").put("chat_id", chatId());
        List.of(ids).forEach(update.putArray("message_ids")::add);
        return update.put("is_permanent", permanent).put("from_cache", fromCache);
    }

    public void counters(long id, int views, int forwards) {
        telegram.locked(() -> {
            messages.get(id).set("interaction_info", interaction(views, forwards));
            ObjectNode update = object("updateMessageInteractionInfo")
                    .put("chat_id", chatId())
                    .put("message_id", id);
            update.set("interaction_info", interaction(views, forwards));
            telegram.announce(this, update);
            return null;
        });
    }

    private static ObjectNode interaction(int views, int forwards) {
        return object("messageInteractionInfo").put("view_count", views).put("forward_count", forwards);
    }

    /** The messages that exist, by their ids. */
    public NavigableMap<Long, ObjectNode> messages() {
        return telegram.locked(() -> {
            NavigableMap<Long, ObjectNode> copy = new TreeMap<>();
            messages.forEach((id, message) -> copy.put(id, message.deepCopy()));
            return copy;
        });
    }

    ObjectNode chat() {
        ObjectNode chat = object("chat").put("id", chatId());
        chat.set(
                "type",
                object("chatTypeSupergroup").put("supergroup_id", supergroupId).put("is_channel", true));
        chat.put("title", title).put("has_protected_content", false).put("unread_count", 0);
        if (!messages.isEmpty()) {
            chat.set("last_message", messages.lastEntry().getValue().deepCopy());
        }
        return chat;
    }

    ObjectNode supergroup() {
        ObjectNode json = object("supergroup").put("id", supergroupId);
        if (!username.isEmpty()) {
            ObjectNode names = object("usernames").put("editable_username", username);
            names.putArray("active_usernames").add(username);
            names.putArray("disabled_usernames");
            json.set("usernames", names);
        }
        json.set("status", object("chatMemberStatusMember"));
        return json.put("member_count", 0).put("is_channel", true).put("has_linked_chat", false);
    }

    ObjectNode fullInfo() {
        return object("supergroupFullInfo")
                .put("description", description)
                .put("member_count", members)
                .put("linked_chat_id", 0);
    }
}
