package routes.ingest.live;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.apache.camel.ExchangeException;
import org.apache.camel.ExchangeProperty;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.dao.OptimisticLockingFailureException;
import org.springframework.stereotype.Component;
import routes.ingest.FailureReason;
import routes.ingest.preview.PreviewPage;
import routes.ingest.preview.PreviewProperties;
import routes.web.HostLeases;
import routes.web.WebAddress;

/** Selects the channel to read next from its public preview. While a Telegram account is signed in, it reads all channels instead. */
@Component("previewFeed")
public class PreviewFeed {
    /** The exchange property that contains the task. */
    static final String TASK = "previewTask";

    private static final Logger LOG = LoggerFactory.getLogger(PreviewFeed.class);
    private static final Duration ROWS_KEPT = Duration.ofSeconds(1);
    /** Time after which a channel that no account has found is read from its preview. A signed-in account finds a channel sooner. */
    private static final Duration UNFOUND = Duration.ofMinutes(1);
    /** Maximum time spent on one channel while others wait. */
    private static final Duration SLICE = Duration.ofSeconds(30);

    private final PreviewTable table;
    private final LiveChannels channels;
    private final LiveFeed accounts;
    private final HostLeases leases;
    private final PreviewProperties properties;
    private final ParserProperties parser;
    private final Clock clock;
    private final String owner = UUID.randomUUID().toString();
    private final String host;

    // used only by the thread that calls next()
    private Instant rowsRead = Instant.EPOCH;
    private final Map<String, Instant> turns = new HashMap<>();

    PreviewFeed(
            PreviewTable table,
            LiveChannels channels,
            LiveFeed accounts,
            HostLeases leases,
            PreviewProperties properties,
            ParserProperties parser,
            Clock clock) {
        this.table = table;
        this.channels = channels;
        this.accounts = accounts;
        this.leases = leases;
        this.properties = properties;
        this.parser = parser;
        this.clock = clock;
        host = WebAddress.of(properties.url()).map(WebAddress::host).orElse(properties.url());
    }

    /** The host of the previews, for its lease. */
    String host() {
        return host;
    }

    /** Returns the due channel that has waited longest; null if none is due. Not thread-safe. */
    public PreviewTask next() {
        if (!properties.enabled() || !accounts.signedIn().isEmpty() || table.isAccountReady()) {
            return null;
        }
        Instant now = clock.instant();
        if (!rowsRead.plus(ROWS_KEPT).isAfter(now)) {
            rowsRead = now;
            table.follow(now.minus(parser.history()), now.minus(UNFOUND));
        }
        List<LiveChannel> due = table.due(now, parser.interval());
        turns.keySet().retainAll(due.stream().map(PreviewFeed::key).toList());
        return due.stream()
                .min(Comparator.comparing(row -> turns.getOrDefault(key(row), Instant.EPOCH)))
                .map(row -> {
                    turns.put(key(row), now);
                    return new PreviewTask(row, owner, now.plus(SLICE));
                })
                .orElse(null);
    }

    private static String key(LiveChannel row) {
        return row.tenantId() + "/" + row.channelId();
    }

    /** Stores that reading a channel failed. The pause grows with each failure. */
    public void failed(@ExchangeProperty(TASK) PreviewTask task, @ExchangeException Exception failure) {
        task.close();
        if (failure instanceof OptimisticLockingFailureException) {
            LOG.info("{} is being read by another process: {}", task.channel.name(), failure.getMessage());
            return;
        }
        String reason =
                failure instanceof PreviewPage.UnreadableException ? failure.getMessage() : FailureReason.of(failure);
        try {
            failed(task.channel, reason, null);
        } catch (RuntimeException e) {
            LOG.warn("Cannot store the state of {}: {}", task.channel.name(), FailureReason.of(e));
        }
    }

    /** @param asked the pause that the server requests; null if it requests none */
    void failed(LiveChannel channel, String reason, Duration asked) {
        LOG.warn("Cannot read the preview of {}: {}", channel.name(), reason);
        Duration pause = channel.pause(parser.retryPause());
        Duration longer = asked == null || asked.compareTo(pause) < 0 ? pause : asked;
        channels.failed(channel, reason, clock.instant().plus(longer), false);
    }

    /** Releases the lease of the host. */
    public void done(@ExchangeProperty(TASK) PreviewTask task) {
        if (task.pause != null) {
            try {
                leases.release(host, task.owner);
            } catch (RuntimeException e) {
                LOG.debug("Cannot release the lease of {}; it expires: {}", host, e.getMessage());
            }
        }
    }
}
