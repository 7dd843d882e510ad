package routes.ingest.live;

import java.io.IOException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import org.apache.camel.Body;
import org.apache.camel.ExchangeProperty;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.stereotype.Component;
import org.springframework.transaction.PlatformTransactionManager;
import org.springframework.transaction.support.TransactionTemplate;
import routes.ingest.live.LiveChannel.Pass;
import routes.ingest.preview.PreviewPage;
import routes.ingest.preview.PreviewPost;
import routes.ingest.preview.PreviewProperties;
import routes.posts.ChannelIdentity;
import routes.posts.ChannelStore;
import routes.posts.ChannelStore.Channel;
import routes.web.CrawlProperties;
import routes.web.Fetched;
import routes.web.HostLeases;
import routes.web.PageFetcher.Wish;
import routes.web.WebAddress;

/** Reads the preview of one channel page by page, backwards from the newest post. */
@Component("previewReader")
public class PreviewReader {
    private static final Logger LOG = LoggerFactory.getLogger(PreviewReader.class);
    /** Two pages. Only deep passes find edits and deletions of older posts. */
    private static final int OVERLAP = 40;

    private static final int TIMEOUT_SECONDS = 30;
    /** A channel without a preview rarely gets one later. */
    private static final Duration REFUSED_AGAIN = Duration.ofDays(1);
    /** Used if Telegram requests a pause without a duration. */
    private static final Duration FLOOD_PAUSE = Duration.ofMinutes(1);

    private static final Duration LONGEST_FLOOD = Duration.ofDays(1);
    /**
     * Time for the work besides the fetch. If it takes longer, for example because of large files, the lease may expire;
     * {@link PreviewTable#requireSame} then rejects data that another process has already replaced.
     */
    private static final Duration RESERVE = Duration.ofMinutes(1);

    private final PreviewFeed feed;
    private final PreviewTable table;
    private final LiveChannels channels;
    private final PreviewWriter writer;
    private final ChannelStore store;
    private final HostLeases leases;
    private final LiveMetrics metrics;
    private final PreviewProperties properties;
    private final ParserProperties parser;
    private final Duration lease;
    private final TransactionTemplate transaction;
    private final Clock clock;

    PreviewReader(
            PreviewFeed feed,
            PreviewTable table,
            LiveChannels channels,
            PreviewWriter writer,
            ChannelStore store,
            HostLeases leases,
            LiveMetrics metrics,
            PreviewProperties properties,
            ParserProperties parser,
            CrawlProperties limits,
            PlatformTransactionManager transactions,
            Clock clock) {
        this.feed = feed;
        this.table = table;
        this.channels = channels;
        this.writer = writer;
        this.store = store;
        this.leases = leases;
        this.metrics = metrics;
        this.properties = properties;
        this.parser = parser;
        lease = limits.timeout().plus(RESERVE);
        transaction = new TransactionTemplate(transactions);
        transaction.setTimeout(TIMEOUT_SECONDS);
        this.clock = clock;
    }

    /**
     * Returns the request for the next page of the channel.
     *
     * @return null if no page is due, or if another process holds the lease of the host
     */
    public Wish next(@ExchangeProperty(PreviewFeed.TASK) PreviewTask task) {
        Instant now = clock.instant();
        LiveChannel row = table.row(task.channel)
                .filter(one -> one.isFree(now) && !task.isOver(now) && one.isPassDue(now, parser.interval()))
                .orElse(null);
        if (row != null && row.username() == null) {
            refused(
                    row,
                    "the name of the channel is unknown. A private channel has no public preview: sign in an account"
                            + " that is a member of it. Subscribe to a public channel by its name");
            row = null;
        }
        Optional<Duration> rest = row == null ? Optional.empty() : lease(task);
        if (row == null || rest.isEmpty()) {
            task.close();
            return null;
        }
        task.pause = rest.get();
        // only the newest page is requested conditionally, and only if no other posts are needed
        boolean recent = row.pass() == null && row.wanted() == null && row.historyDoneAt() != null;
        if (row.pass() == null) {
            row = row.begin(now, parser.history(), OVERLAP);
            if (!channels.begin(row)) {
                return null;
            }
        }
        task.reading = row;
        long next = row.pass().next();
        String url = properties.url() + "/s/" + row.username() + (next == 0 ? "" : "?before=" + TdMessage.number(next));
        return recent ? new Wish(url, row.etag(), row.lastModified()) : Wish.of(url);
    }

    /** Without Redis, no request is sent. This is not a failure of the channel; the health component redis reports it. */
    private Optional<Duration> lease(PreviewTask task) {
        try {
            return leases.acquire(feed.host(), task.owner, lease);
        } catch (RuntimeException e) {
            LOG.debug("Cannot lease the host of the previews", e);
            return Optional.empty();
        }
    }

    private void delay(Duration time) {
        try {
            leases.delay(feed.host(), time);
        } catch (RuntimeException e) {
            LOG.debug("Cannot store the delay of the host in Redis", e);
        }
    }

    /** Milliseconds to wait before the page is fetched. */
    public long pause(@ExchangeProperty(PreviewFeed.TASK) PreviewTask task) {
        return task.pause.toMillis();
    }

    /** Saves the fetched page together with the progress of the pass. */
    public void page(@ExchangeProperty(PreviewFeed.TASK) PreviewTask task, @Body Fetched fetched)
            throws IOException, InterruptedException {
        LiveChannel row = task.reading;
        Duration delay = properties.requestDelay();
        if (fetched instanceof Fetched.Page page
                && page.crawlDelay() != null
                && page.crawlDelay().compareTo(delay) > 0) {
            delay = page.crawlDelay();
        }
        delay(delay);
        if (fetched instanceof Fetched.NotModified) {
            table.unchanged(row, clock.instant());
        } else if (fetched instanceof Fetched.Page page) {
            read(task, row, page);
        } else {
            task.close();
            failed(row, (Fetched.Failed) fetched);
        }
    }

    private void failed(LiveChannel row, Fetched.Failed failure) {
        String reason = failure.reason() + ", " + failure.detail();
        if (failure.reason().equals("http_429") || (failure.retryAfter() != null && !failure.permanent())) {
            Duration asked = failure.retryAfter() == null ? row.pause(FLOOD_PAUSE) : failure.retryAfter();
            Duration pause = asked.compareTo(LONGEST_FLOOD) > 0 ? LONGEST_FLOOD : asked;
            Instant until = clock.instant().plus(pause);
            LOG.warn("Telegram limits requests for previews until {}: {}", until, reason);
            metrics.flood(PreviewWriter.PREVIEW);
            delay(pause);
            channels.failed(row, reason, until, true);
            table.flooded(reason, until);
        } else if (failure.isDead()) {
            refused(row, "Telegram has no channel @" + row.username());
        } else {
            feed.failed(row, reason, failure.retryAfter());
        }
    }

    /** Stores that the channel cannot be read from its preview. */
    private void refused(LiveChannel row, String reason) {
        LOG.warn("Cannot read {}: {}", row.name(), reason);
        channels.failed(row, reason, clock.instant().plus(REFUSED_AGAIN), false);
    }

    private void read(PreviewTask task, LiveChannel begun, Fetched.Page fetched)
            throws IOException, InterruptedException {
        boolean isPreview = WebAddress.of(fetched.url())
                .map(address -> address.path().startsWith("/s/"))
                .orElse(false);
        if (!isPreview) {
            task.close();
            refused(begun, PreviewPage.refusal(fetched.text(), begun.username()));
            return;
        }
        PreviewPage page = PreviewPage.read(fetched.text(), begun.username());
        metrics.page(PreviewWriter.PREVIEW);
        if (!page.unknown().isEmpty()) {
            metrics.unknown(
                    page.unknown().values().stream().mapToInt(Integer::intValue).sum());
            LOG.warn("The preview of {} contains unknown elements: {}", begun.name(), page.unknown());
        }
        LiveChannel row = identified(task, begun, page);
        if (row == null) {
            task.close();
            return;
        }
        boolean first = row.pass().next() == 0;
        List<PreviewPost> posts = page.posts();
        if (posts.isEmpty()) {
            if (first && table.hasShown(row)) {
                throw new IOException("the preview no longer shows posts");
            }
            writer.page(row, page, new LiveChannels.Progress(row.pass(), true, 0, null));
            return;
        }
        long newest = posts.get(posts.size() - 1).id();
        long oldest = posts.get(0).id();
        if (!first && newest >= TdMessage.number(row.pass().next())) {
            throw new IOException("the preview does not return older posts: it contains the post " + newest + " again");
        }
        Instant date = posts.stream()
                .map(PreviewPost::date)
                .filter(Objects::nonNull)
                .min(Instant::compareTo)
                .orElse(clock.instant());
        Pass pass = row.pass().after(TdMessage.messageId(newest), TdMessage.messageId(oldest), posts.size());
        boolean complete = oldest <= 1 || row.isComplete(pass, TdMessage.messageId(oldest), date);
        boolean open = writer.page(row, page, new LiveChannels.Progress(pass, complete, posts.size(), date));
        if (first) {
            // the next pass needs the page to confirm the missing posts
            table.validators(row, open ? null : fetched.etag(), open ? null : fetched.lastModified());
        }
    }

    /**
     * Returns the channel with its id, which the posts of the page contain.
     *
     * @return null if nothing of the page can be saved now
     */
    private LiveChannel identified(PreviewTask task, LiveChannel row, PreviewPage page) throws IOException {
        Long id = page.channelId() == null ? row.tgChannelId() : page.channelId();
        if (id == null) {
            if (!page.posts().isEmpty()) {
                throw new IOException(
                        "the preview does not contain the id of the channel: Telegram may have changed its pages");
            }
            return row;
        }
        if (row.tgChannelId() != null && !row.tgChannelId().equals(id)) {
            refused(row, "the name @" + row.username() + " now belongs to another channel, with the id " + id);
            return null;
        }
        if (row.tgChannelId() != null && row.chatId() != null) {
            return row;
        }
        var identity = new ChannelIdentity(id, page.username(), page.title());
        Channel stored = Objects.requireNonNull(transaction.execute(status -> {
            Channel found = store.identify(row.channelId(), identity);
            table.found(found.id(), TdMessage.chatId(id));
            return found;
        }));
        if (!stored.id().equals(row.channelId())) {
            LOG.info("{} has the id of the stored channel {} and is merged with it", row.name(), stored.title());
            return null;
        }
        LOG.info("Reading {} from its public preview", row.name());
        return LiveChannelBuilder.builder(row)
                .tgChannelId(stored.tgChannelId())
                .chatId(TdMessage.chatId(id))
                .username(stored.username())
                .title(stored.title())
                .build();
    }
}
