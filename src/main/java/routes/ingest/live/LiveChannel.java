package routes.ingest.live;

import io.soabase.recordbuilder.core.RecordBuilder;
import java.time.Duration;
import java.time.Instant;
import java.util.UUID;

/**
 * A row of {@code live_channels}: a channel that is read live for a tenant.
 *
 * @param username without {@code @}; null if unknown
 * @param tgChannelId null until the channel is found
 * @param reader a user of the tenant who is subscribed to the channel
 * @param account null until the channel is found, as is {@code chatId}
 * @param readUpTo all messages up to this id have been read; 0 before the first pass through the history
 * @param pass the current pass through the history; null between two passes
 * @param wanted depth of the requested next pass; null if none is requested
 * @param passedAt end of the last pass; null before the first one
 * @param retryAt no request is sent to Telegram before this time; may be null
 * @param etag ETag of the newest preview page; null if unknown, as is {@code lastModified}
 */
@RecordBuilder
record LiveChannel(
        UUID tenantId,
        UUID channelId,
        String username,
        Long tgChannelId,
        String title,
        long reader,
        String account,
        Long chatId,
        Instant historyFrom,
        Instant historyDoneAt,
        long readUpTo,
        Pass pass,
        Depth wanted,
        Instant passedAt,
        Instant pausedAt,
        Instant retryAt,
        int failures,
        String etag,
        String lastModified) {

    private static final Duration LONGEST_PAUSE = Duration.ofHours(1);
    private static final int MAX_DOUBLINGS = 12;

    /** How far a pass goes back beyond the messages that were read before. */
    enum Depth {
        /** The newest messages only. */
        RECENT,
        /** The whole range of {@code PARSER_HISTORICAL_HOURS}, because earlier edits and deletions may be missing. */
        DEEP
    }

    /**
     * A pass through the history, from the newest message backwards.
     *
     * @param top id of the newest message; 0 before the first page
     * @param next id of the oldest message that was read; 0 before the first page
     * @param until the pass ends at a message older than this, but not before {@code min} messages have been read
     */
    record Pass(long top, long next, Instant until, int min, int read) {
        /** Returns the pass after a page with this number of messages. */
        Pass after(long newest, long oldest, int messages) {
            return new Pass(top == 0 ? newest : top, oldest, until, min, read + messages);
        }
    }

    boolean isFound() {
        return account != null && chatId != null;
    }

    /** Whether requests about the channel may be sent to Telegram. */
    boolean isFree(Instant now) {
        return pausedAt == null && (retryAt == null || !retryAt.isAfter(now));
    }

    boolean isPassDue(Instant now, Duration interval) {
        return pass != null
                || historyDoneAt == null
                || wanted != null
                || passedAt == null
                || !passedAt.plus(interval).isAfter(now);
    }

    /**
     * Returns the channel with a new pass.
     *
     * @param overlap minimum number of messages that a recent pass reads
     */
    LiveChannel begin(Instant now, Duration history, int overlap) {
        Instant deep = now.minus(history);
        Pass next;
        if (historyDoneAt == null) {
            next = new Pass(0, 0, historyFrom, 0, 0);
        } else if (wanted == Depth.DEEP) {
            next = new Pass(0, 0, deep.isAfter(historyFrom) ? deep : historyFrom, 0, 0);
        } else {
            // this time is later than every message
            next = new Pass(0, 0, now.plus(history), overlap, 0);
        }
        return LiveChannelBuilder.builder(this).pass(next).build();
    }

    /** Returns the pause after a failure. It doubles with each consecutive failure. */
    Duration pause(Duration first) {
        Duration pause = first.multipliedBy(1L << Math.min(failures, MAX_DOUBLINGS));
        return pause.compareTo(LONGEST_PAUSE) > 0 ? LONGEST_PAUSE : pause;
    }

    /** The name of the channel in messages and logs. */
    String name() {
        return username != null ? "@" + username : "channel " + tgChannelId;
    }

    /**
     * Whether a pass is complete.
     *
     * @param oldest id of the oldest message that was read
     */
    boolean isComplete(Pass reached, long oldest, Instant oldestDate) {
        if (oldestDate.isBefore(historyFrom)) {
            return true;
        }
        return (readUpTo == 0 || oldest <= readUpTo)
                && oldestDate.isBefore(reached.until())
                && reached.read() >= reached.min();
    }
}
