package routes.ingest.live;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.ConcurrentSkipListSet;
import java.util.stream.Collectors;
import org.apache.camel.Body;
import org.apache.camel.CamelContext;
import org.apache.camel.ExchangeException;
import org.apache.camel.ExchangeProperty;
import org.apache.camel.Header;
import org.apache.camel.builder.TemplatedRouteBuilder;
import org.apache.camel.util.ObjectHelper;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.stereotype.Component;
import routes.configuration.ConfigurationException;
import routes.ingest.FailureReason;
import routes.ingest.live.LiveChannel.Depth;
import routes.ingest.live.LiveTask.Changes;
import routes.tdlib.TdlibConstants;
import routes.tdlib.TdlibException;
import routes.tdlib.UpdateQueue;
import routes.telegram.TelegramAccount;
import routes.telegram.TelegramAccounts;
import routes.telegram.TelegramProperties;

/**
 * Schedules the reading of chats: collects the changes that updates report, determines which channels are due, and assigns each
 * chat to one worker at a time. Collected changes are in memory only; after a start, and after a gap in the updates, the channels
 * are read again.
 */
@Component("liveFeed")
public class LiveFeed {
    /** The exchange property that contains the task. */
    static final String TASK = "liveTask";

    private static final Logger LOG = LoggerFactory.getLogger(LiveFeed.class);
    private static final String TEMPLATE = "telegram-updates";
    private static final Duration ROWS_KEPT = Duration.ofSeconds(1);
    private static final Duration ACCOUNTS_KEPT = Duration.ofSeconds(5);
    /** Maximum time that a worker spends on one chat while others wait. */
    private static final Duration SLICE = Duration.ofSeconds(2);

    /** If a chat has more changes, its whole recent history is read instead. */
    private static final int MAX_CHANGES = 10_000;

    private final LiveChannels table;
    private final TelegramAccounts accounts;
    private final TelegramProperties telegram;
    private final ParserProperties parser;
    private final LiveMetrics metrics;
    private final CamelContext camel;
    private final Clock clock;

    // the next three are guarded by this object; no thread waits while it holds the lock
    private final Map<String, Pending> chats = new HashMap<>();
    private final Set<String> busy = new HashSet<>();
    private final Map<String, Instant> pauses = new HashMap<>();

    /** Clients by account. Each account has a route. */
    private final Map<String, TdChats> clients = new ConcurrentSkipListMap<>();

    /** The accounts that are signed in. */
    private final Set<String> ready = new ConcurrentSkipListSet<>();

    private volatile boolean stale = true;

    // used only by the thread that calls due()
    private List<LiveChannel> rows = List.of();
    private Instant rowsRead = Instant.EPOCH;
    private Instant accountsRead = Instant.EPOCH;
    private String problem = "";

    LiveFeed(
            LiveChannels table,
            TelegramAccounts accounts,
            TelegramProperties telegram,
            ParserProperties parser,
            LiveMetrics metrics,
            CamelContext camel,
            Clock clock) {
        this.table = table;
        this.accounts = accounts;
        this.telegram = telegram;
        this.parser = parser;
        this.metrics = metrics;
        this.camel = camel;
        this.clock = clock;
    }

    /** Collected changes of one chat: the time at which to read each message, by message id. Members of an album are read together. */
    private static final class Pending {
        private final Map<Long, Instant> changed = new LinkedHashMap<>();
        private final Map<Long, Set<Long>> albums = new HashMap<>();
        private final Map<Long, Instant> albumsDue = new HashMap<>();
        private final Set<Long> deleted = new LinkedHashSet<>();
        private Depth again;

        void change(long id, Instant due) {
            changed.merge(id, due, (one, other) -> one.isBefore(other) ? one : other);
        }

        void member(long album, long id, Instant due) {
            albums.computeIfAbsent(album, key -> new LinkedHashSet<>()).add(id);
            albumsDue.put(album, due);
        }

        boolean isDue(Instant now) {
            return !deleted.isEmpty()
                    || changed.values().stream().anyMatch(due -> !due.isAfter(now))
                    || albumsDue.values().stream().anyMatch(due -> !due.isAfter(now));
        }

        boolean isFull() {
            return changed.size() + deleted.size() + albums.size() > MAX_CHANGES;
        }

        Changes take(Instant now) {
            Set<Long> ids = new LinkedHashSet<>();
            changed.forEach((id, due) -> {
                if (!due.isAfter(now)) {
                    ids.add(id);
                }
            });
            changed.keySet().removeAll(ids);
            albumsDue.entrySet().removeIf(album -> {
                boolean isDue = !album.getValue().isAfter(now);
                if (isDue) {
                    ids.addAll(albums.remove(album.getKey()));
                }
                return isDue;
            });
            Set<Long> gone = new LinkedHashSet<>(deleted);
            deleted.clear();
            ids.removeAll(gone);
            return new Changes(ids, gone);
        }
    }

    /** Collects the changes that updates report. Does not block, so that no chat delays the others. */
    public void note(@Body List<ObjectNode> updates, @Header(TdlibConstants.CLIENT) String account) {
        for (ObjectNode update : updates) {
            if (update.path("@type").asText().equals(UpdateQueue.LOST)) {
                lost(account, update);
            } else {
                note(update, account);
            }
        }
    }

    private synchronized void note(ObjectNode update, String account) {
        JsonNode message = update.path("message");
        long chat = update.path("chat_id").asLong(message.path("chat_id").asLong());
        Pending pending = chats.get(key(account, chat));
        if (pending == null) {
            return;
        }
        note(pending, update, message, clock.instant());
        if (pending.isFull()) {
            Pending empty = new Pending();
            empty.again = Depth.DEEP;
            chats.put(key(account, chat), empty);
        }
    }

    private void note(Pending pending, ObjectNode update, JsonNode message, Instant now) {
        long id = update.path("message_id").asLong(message.path("id").asLong());
        switch (update.path("@type").asText()) {
            case "updateNewMessage", "updateMessageSendSucceeded" -> {
                long album = TdMessage.album(message);
                if (album == 0) {
                    pending.change(id, now);
                } else {
                    pending.member(album, id, now.plus(parser.albumQuiet()));
                }
            }
            case "updateMessageContent", "updateMessageEdited" -> pending.change(id, now);
            case "updateMessageInteractionInfo" -> pending.change(id, now.plus(parser.counterDelay()));
            case "updateDeleteMessages" -> {
                // otherwise TDLib only removed them from its cache, or this account lost access
                if (update.path("is_permanent").asBoolean()
                        && !update.path("from_cache").asBoolean()) {
                    update.path("message_ids").forEach(one -> pending.deleted.add(one.asLong()));
                }
            }
            case "updateChatLastMessage" -> {
                // until the chat is known again, TDLib sends no updates for its messages
                if (!update.path("last_message").isObject() && pending.again == null) {
                    pending.again = Depth.RECENT;
                }
            }
            default -> {}
        }
    }

    private void lost(String account, ObjectNode gap) {
        LOG.warn(
                "{} updates of the Telegram account {} were lost; its channels are read again",
                gap.path("count").asLong(),
                account);
        if (gap.path("all_chats").asBoolean()) {
            table.wantAll(account, Depth.DEEP);
            return;
        }
        List<Long> ids = new ArrayList<>();
        gap.path("chat_ids").forEach(chat -> ids.add(chat.asLong()));
        table.want(account, ids, Depth.DEEP);
        stale = true;
    }

    private static String key(String account, long chatId) {
        return account + "/" + chatId;
    }

    private static String key(LiveChannel channel) {
        return channel.isFound() ? key(channel.account(), channel.chatId()) : "?/" + channel.channelId();
    }

    /** Returns the tasks to start now, at most as many as there are free workers; chats with updates come first. Not thread-safe. */
    public List<LiveTask> due() {
        if (!telegram.isConfigured()) {
            return List.of();
        }
        Instant now = clock.instant();
        connect(now);
        if (ready.isEmpty()) {
            return List.of();
        }
        refresh(now);
        return tasks(now);
    }

    private synchronized List<LiveTask> tasks(Instant now) {
        pauses.values().removeIf(until -> !until.isAfter(now));
        Map<String, LiveChannel> updated = new LinkedHashMap<>();
        Map<String, LiveChannel> others = new LinkedHashMap<>();
        for (LiveChannel row : rows) {
            String key = key(row);
            boolean possible = row.isFree(now)
                    && (!row.isFound() || ready.contains(row.account()))
                    && !busy.contains(key)
                    && !pauses.containsKey(key);
            Pending pending = chats.get(key);
            if (possible && pending != null && pending.isDue(now)) {
                updated.putIfAbsent(key, row);
            } else if (possible && (!row.isFound() || row.isPassDue(now, parser.interval()))) {
                others.putIfAbsent(key, row);
            }
        }
        updated.keySet().forEach(others::remove);
        List<LiveTask> tasks = new ArrayList<>();
        for (Map<String, LiveChannel> group : List.of(updated, others)) {
            group.forEach((key, row) -> {
                if (busy.size() < parser.channelsAtOnce()) {
                    busy.add(key);
                    tasks.add(new LiveTask(key, row, now.plus(SLICE)));
                }
            });
        }
        return tasks;
    }

    private void refresh(Instant now) {
        boolean again = readAgain();
        if (!again && !stale && rowsRead.plus(ROWS_KEPT).isAfter(now)) {
            return;
        }
        stale = false;
        table.follow(now.minus(parser.history()), "telegram");
        table.move("telegram", "source = 'preview'");
        List<LiveChannel> found = table.all();
        Set<String> followed =
                found.stream().filter(LiveChannel::isFound).map(LiveFeed::key).collect(Collectors.toSet());
        synchronized (this) {
            rows = found;
            rowsRead = now;
            followed.forEach(key -> chats.computeIfAbsent(key, chat -> new Pending()));
            chats.keySet().stream()
                    .filter(key -> !followed.contains(key) && !busy.contains(key))
                    .toList()
                    .forEach(this::unfollow);
        }
    }

    private void unfollow(String key) {
        chats.remove(key);
        String[] parts = key.split("/", 2);
        Optional.ofNullable(clients.get(parts[0])).ifPresent(client -> client.close(Long.parseLong(parts[1])));
    }

    /** Stores which chats are to be read again, because updates of these chats were lost. */
    private boolean readAgain() {
        Map<String, Depth> again = new HashMap<>();
        synchronized (this) {
            chats.forEach((key, pending) -> {
                if (pending.again != null) {
                    again.put(key, pending.again);
                }
            });
        }
        again.forEach((key, depth) -> {
            String[] parts = key.split("/", 2);
            table.want(parts[0], List.of(Long.valueOf(parts[1])), depth);
            synchronized (this) {
                chats.computeIfPresent(key, (same, pending) -> {
                    pending.again = pending.again == depth ? null : pending.again;
                    return pending;
                });
            }
        });
        return !again.isEmpty();
    }

    /**
     * Starts the route of each account that has a session. After an account is signed in again, the channels that it reads are read
     * again.
     */
    private void connect(Instant now) {
        if (!accountsRead.plus(ACCOUNTS_KEPT).isAfter(now)) {
            accountsRead = now;
            List<String> present = accounts.withSession();
            present.stream().filter(name -> !clients.containsKey(name)).forEach(this::route);
            table.release(present);
        }
        for (String name : clients.keySet()) {
            boolean isReady = accounts.account(name).status().state() == TelegramAccount.State.READY;
            if (isReady && !ready.contains(name)) {
                clients.get(name).closed();
                table.wantAll(name, Depth.DEEP);
                stale = true;
                ready.add(name);
            } else if (!isReady && ready.remove(name)) {
                table.signedOut(name, "the Telegram account " + name + " is not signed in");
            }
        }
    }

    private void route(String account) {
        String id = TEMPLATE + "-" + account;
        try {
            TdChats chats = new TdChats(accounts.client(account));
            TemplatedRouteBuilder.builder(camel, TEMPLATE)
                    .routeId(id)
                    .parameter("account", account)
                    .add();
            camel.getRouteController().startRoute(id);
            clients.put(account, chats);
        } catch (ConfigurationException e) {
            // the library is missing, which the startup of the accounts reports too
            if (!problem.equals(e.getMessage())) {
                problem = e.getMessage();
                LOG.error("Cannot read the Telegram account {}: {}", account, problem);
            }
        } catch (Exception e) {
            throw new IllegalStateException("Cannot start the route " + id, e);
        }
    }

    /** The accounts that are signed in. */
    Map<String, TdChats> signedIn() {
        Map<String, TdChats> signedIn = new TreeMap<>(clients);
        signedIn.keySet().retainAll(ready);
        return signedIn;
    }

    TdChats chats(String account) {
        return Optional.ofNullable(clients.get(account))
                .orElseThrow(
                        () -> new IllegalStateException("The Telegram account " + account + " has no open session"));
    }

    /** Returns the changes of a chat that are to be applied now. */
    synchronized Changes take(LiveTask task) {
        Pending pending = chats.get(task.key);
        Changes changes = pending == null ? Changes.NONE : pending.take(clock.instant());
        task.applying = changes;
        return changes;
    }

    /** Discards the collected changes of a chat, because it is paused. */
    synchronized void drop(LiveTask task) {
        if (chats.containsKey(task.key)) {
            unfollow(task.key);
            chats.put(task.key, new Pending());
        }
    }

    /** Handles a failure of a task: its changes are collected again, and the chat is paused. */
    public void failed(@ExchangeProperty(TASK) LiveTask task, @ExchangeException Exception failure) {
        task.close();
        Optional<TdlibException> refusal =
                Optional.ofNullable(ObjectHelper.getException(TdlibException.class, failure));
        Optional<Duration> flood = refusal.flatMap(TdlibException::retryAfter);
        boolean isRefused = flood.isEmpty()
                && refusal.filter(e -> e.kind() == TdlibException.Kind.ANSWERED).isPresent();
        Instant now = clock.instant();
        String reason = refusal.map(Exception::getMessage).orElseGet(() -> FailureReason.of(failure));
        synchronized (this) {
            pauses.put(task.key, now.plus(parser.retryPause()));
            Pending pending = chats.get(task.key);
            if (pending != null) {
                pending.deleted.addAll(task.applying.deleted());
                if (isRefused && !task.applying.isEmpty()) {
                    // one message that Telegram refuses to return must not block the others
                    pending.again = Depth.DEEP;
                } else {
                    task.applying.changed().forEach(id -> pending.change(id, now));
                }
            }
        }
        try {
            if (flood.isPresent()) {
                Instant until = now.plus(flood.get());
                LOG.warn("Telegram has set a flood wait until {}: {}", until, reason);
                metrics.flood("telegram");
                table.flooded(task.channel.account(), reason, until);
            } else {
                LOG.warn("Cannot read {}: {}", task.channel.name(), reason);
                for (LiveChannel row : table.ofSameChat(task.channel)) {
                    table.failed(row, reason, now.plus(row.pause(parser.retryPause())), false);
                }
            }
        } catch (RuntimeException e) {
            LOG.warn("Cannot store the state of {}: {}", task.channel.name(), FailureReason.of(e));
        }
    }

    /** Allows the chat to be assigned to a worker again. */
    public synchronized void done(@ExchangeProperty(TASK) LiveTask task) {
        busy.remove(task.key);
        stale = true;
    }

    /** Whether no chat is being read and no update is pending; for tests. */
    synchronized boolean isIdle() {
        Instant later = clock.instant().plus(parser.counterDelay()).plus(parser.albumQuiet());
        return busy.isEmpty()
                && chats.values().stream().noneMatch(pending -> pending.again != null || pending.isDue(later));
    }
}
