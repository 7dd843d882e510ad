package routes.ingest.live;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.UUID;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.apache.camel.Body;
import org.apache.camel.ExchangeProperty;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.stereotype.Component;
import org.springframework.transaction.PlatformTransactionManager;
import org.springframework.transaction.support.TransactionTemplate;
import routes.ingest.live.LiveChannel.Pass;
import routes.ingest.live.LiveTask.Changes;
import routes.posts.ChannelIdentity;
import routes.posts.ChannelStore;
import routes.posts.ChannelStore.Channel;
import routes.tdlib.TdlibException;

/** Processes one chat: finds it, applies reported changes, and reads its history page by page. */
@Component("liveReader")
public class LiveReader {
    private static final Logger LOG = LoggerFactory.getLogger(LiveReader.class);
    /** Telegram's limit for the members of an album. */
    private static final int MAX_ALBUM = 10;
    /** One page, so that the overlap does not cost an additional request. */
    private static final int OVERLAP = 100;

    private static final int TIMEOUT_SECONDS = 30;
    /** Telegram limits lookups of names more strictly than any other request. */
    private static final Duration UNKNOWN_AGAIN = Duration.ofDays(1);
    /** Sends no request to Telegram: TDLib receives updates about chats that the account joins. */
    private static final Duration UNJOINED_AGAIN = Duration.ofMinutes(5);

    private final LiveFeed feed;
    private final LiveChannels table;
    private final LiveWriter writer;
    private final ChannelStore channels;
    private final ParserProperties parser;
    private final TransactionTemplate transaction;
    private final Clock clock;

    LiveReader(
            LiveFeed feed,
            LiveChannels table,
            LiveWriter writer,
            ChannelStore channels,
            ParserProperties parser,
            PlatformTransactionManager transactions,
            Clock clock) {
        this.feed = feed;
        this.table = table;
        this.writer = writer;
        this.channels = channels;
        this.parser = parser;
        transaction = new TransactionTemplate(transactions);
        transaction.setTimeout(TIMEOUT_SECONDS);
        this.clock = clock;
    }

    /**
     * Performs the next step for the chat.
     *
     * @return the request for the next page of its history; null if none is due
     */
    public ObjectNode next(@ExchangeProperty(LiveFeed.TASK) LiveTask task)
            throws IOException, InterruptedException, TdlibException {
        task.reading = null;
        Instant now = clock.instant();
        List<LiveChannel> all = table.ofSameChat(task.channel);
        List<LiveChannel> rows = all.stream().filter(row -> row.isFree(now)).toList();
        if (rows.isEmpty()) {
            // changes are kept during a flood wait, but discarded while an operator has paused the channel
            if (all.stream().allMatch(row -> row.pausedAt() != null)) {
                feed.drop(task);
            }
            task.close();
            return null;
        }
        if (!task.channel.isFound()) {
            task.close();
            find(rows);
            return null;
        }
        Changes changes = feed.take(task);
        if (!changes.isEmpty()) {
            apply(task, changes, rows);
            return null;
        }
        Optional<LiveChannel> due = task.isOver(now)
                ? Optional.empty()
                : rows.stream()
                        .filter(row -> row.isPassDue(now, parser.interval()))
                        .findFirst();
        if (due.isEmpty()) {
            task.close();
            return null;
        }
        LiveChannel row = due.get();
        if (row.pass() == null) {
            row = row.begin(now, parser.history(), OVERLAP);
            if (!table.begin(row)) {
                return null;
            }
        }
        task.reading = row;
        feed.chats(row.account()).open(row.chatId());
        return TdChats.historyRequest(row.chatId(), row.pass().next());
    }

    private void find(List<LiveChannel> rows) throws TdlibException, InterruptedException {
        LiveChannel channel = rows.get(0);
        Map<String, TdChats> accounts = feed.signedIn();
        if (accounts.isEmpty()) {
            return;
        }
        List<LiveChannel> open = channel.tgChannelId() == null ? rows : notFoundById(rows, accounts);
        if (open.isEmpty()) {
            return;
        }
        if (channel.username() == null) {
            unusable(
                    open,
                    "no signed-in account has access to the channel with this id; join the channel with an account,"
                            + " or subscribe by its name",
                    UNJOINED_AGAIN);
            return;
        }
        // a name resolves to the same chat for all accounts
        String account = accounts.keySet().iterator().next();
        Optional<ObjectNode> chat = accounts.get(account).find(channel.username());
        if (chat.isPresent()) {
            found(open, account, accounts.get(account), chat.get());
        } else {
            unusable(open, "Telegram has no channel @" + channel.username(), UNKNOWN_AGAIN);
        }
    }

    /** Reads a private channel only for the tenant of an account that is a member. Returns the rows of the other tenants. */
    private List<LiveChannel> notFoundById(List<LiveChannel> rows, Map<String, TdChats> accounts)
            throws TdlibException, InterruptedException {
        List<LiveChannel> open = new ArrayList<>(rows);
        for (Map.Entry<String, TdChats> account : accounts.entrySet()) {
            TdChats chats = account.getValue();
            Optional<ObjectNode> chat = chats.find(TdMessage.chatId(rows.get(0).tgChannelId()));
            if (chat.isPresent() && !open.isEmpty()) {
                UUID tenant = TdChats.isSupergroup(chat.get())
                                && chats.username(chat.get()).isPresent()
                        ? null
                        : table.tenant(account.getKey());
                List<LiveChannel> readable = open.stream()
                        .filter(row -> tenant == null || tenant.equals(row.tenantId()))
                        .toList();
                if (!readable.isEmpty()) {
                    found(readable, account.getKey(), chats, chat.get());
                    open.removeAll(readable);
                }
            }
        }
        return open;
    }

    private void unusable(List<LiveChannel> rows, String reason, Duration pause) {
        LOG.warn("Cannot read {}: {}", rows.get(0).name(), reason);
        for (LiveChannel row : rows) {
            table.failed(row, reason, clock.instant().plus(pause), false);
        }
    }

    private void found(List<LiveChannel> rows, String account, TdChats chats, ObjectNode chat)
            throws TdlibException, InterruptedException {
        LiveChannel channel = rows.get(0);
        long chatId = TdMessage.id(chat);
        Long tgChannelId = TdMessage.channelId(chatId);
        if (!TdChats.isSupergroup(chat) || tgChannelId == null) {
            unusable(rows, "it is neither a channel nor a supergroup", UNKNOWN_AGAIN);
            return;
        }
        List<UUID> tenants = rows.stream().map(LiveChannel::tenantId).toList();
        String username = chats.username(chat).orElse(null);
        var identity =
                new ChannelIdentity(tgChannelId, username, chat.path("title").asText());
        boolean same = Boolean.TRUE.equals(transaction.execute(status -> {
            Channel stored = channels.identify(channel.channelId(), identity);
            table.found(stored.id(), account, chatId, tenants);
            return stored.id().equals(channel.channelId());
        }));
        if (same) {
            LOG.info("Reading {} with the Telegram account {}", channel.name(), account);
        }
    }

    private void apply(LiveTask task, Changes changes, List<LiveChannel> rows)
            throws IOException, InterruptedException, TdlibException {
        LiveChannel first = rows.get(0);
        TdChats chats = feed.chats(first.account());
        List<ObjectNode> messages = withAlbums(
                chats, first.chatId(), chats.messages(first.chatId(), sent(changes.changed())), message -> true);
        for (LiveChannel row : rows) {
            writer.changed(row, chats, copies(messages));
            writer.deleted(
                    row, sent(changes.deleted()).stream().map(TdMessage::number).toList());
        }
        task.applying = Changes.NONE;
    }

    private static List<Long> sent(Collection<Long> ids) {
        return ids.stream().filter(TdMessage::isSent).toList();
    }

    /** Returns a copy for each tenant, because reading modifies the messages. */
    private static List<ObjectNode> copies(List<ObjectNode> messages) {
        return messages.stream().map(ObjectNode::deepCopy).toList();
    }

    /**
     * Returns the messages with all members of the albums that may be incomplete. An album that an export contains only in part is
     * thereby completed.
     *
     * @param incomplete whether members of the message's album may be missing
     */
    private List<ObjectNode> withAlbums(
            TdChats chats, long chatId, List<ObjectNode> messages, Predicate<ObjectNode> incomplete)
            throws TdlibException, InterruptedException {
        Set<Long> known = messages.stream().map(TdMessage::id).collect(Collectors.toSet());
        Set<Long> albums = new TreeSet<>();
        Set<Long> wanted = new TreeSet<>();
        for (ObjectNode message : messages) {
            if (TdMessage.album(message) != 0 && incomplete.test(message)) {
                albums.add(TdMessage.album(message));
                long number = TdMessage.number(message);
                LongStream.rangeClosed(Math.max(1, number - MAX_ALBUM + 1), number + MAX_ALBUM - 1)
                        .map(TdMessage::messageId)
                        .filter(id -> !known.contains(id))
                        .forEach(wanted::add);
            }
        }
        if (wanted.isEmpty()) {
            return messages;
        }
        Map<Long, ObjectNode> all = new LinkedHashMap<>();
        messages.forEach(message -> all.put(TdMessage.id(message), message));
        for (ObjectNode neighbour : chats.messages(chatId, wanted)) {
            if (albums.contains(TdMessage.album(neighbour))) {
                all.put(TdMessage.id(neighbour), neighbour);
            }
        }
        return List.copyOf(all.values());
    }

    /** Saves a page of the history together with the progress of the pass. */
    public void page(@ExchangeProperty(LiveFeed.TASK) LiveTask task, @Body ObjectNode answer)
            throws IOException, InterruptedException, TdlibException {
        LiveChannel row = task.reading;
        TdChats chats = feed.chats(row.account());
        List<ObjectNode> messages = TdChats.messages(answer);
        Pass before = row.pass();
        if (messages.isEmpty()) {
            // end of the history: older stored messages were deleted
            Optional<Long> first = table.firstStored(row);
            if (first.isPresent()) {
                writer.deleteMissing(row, chats, first.get() - 1, olderThan(row), Set.of());
            }
            writer.page(row, chats, List.of(), new LiveChannels.Progress(before, true, 0, null));
            return;
        }
        long newest = TdMessage.id(messages.get(0));
        ObjectNode oldest = messages.get(messages.size() - 1);
        long oldestId = TdMessage.id(oldest);
        Pass pass = before.after(newest, oldestId, messages.size());
        boolean complete = row.isComplete(pass, oldestId, TdMessage.date(oldest)) || TdMessage.number(oldestId) <= 1;
        List<ObjectNode> whole = withAlbums(chats, row.chatId(), messages, message -> Stream.of(messages.get(0), oldest)
                .anyMatch(edge -> TdMessage.album(edge) == TdMessage.album(message)));
        Set<Long> present = whole.stream().map(TdMessage::number).collect(Collectors.toSet());
        // deletions come first: if saving fails, the page is read again
        writer.deleteMissing(row, chats, TdMessage.number(oldestId), olderThan(row), present);
        writer.page(
                row, chats, whole, new LiveChannels.Progress(pass, complete, messages.size(), TdMessage.date(oldest)));
    }

    /** Number of the newest message that the next page of the pass can contain; empty for the first page. */
    private static Optional<Long> olderThan(LiveChannel row) {
        return Optional.of(row.pass().next()).filter(next -> next != 0).map(next -> TdMessage.number(next) - 1);
    }
}
