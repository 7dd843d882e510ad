package routes.ingest.live;

import io.soabase.recordbuilder.core.RecordBuilder;
import java.time.Duration;
import java.time.Instant;
import java.util.UUID;

/**
 * A row of {@code live_channels}: a channel that a tenant reads live.
 *
 * @param username without {@code @}; null if unknown
 * @param tgChannelId null until the channel is found
 * @param reader a user of the tenant who reads the channel
 * @param account null until the channel is found, as is {@code chatId}
 * @param readUpTo all messages up to this one were read; 0 before the history is
 * @param pass the pass through the history that is under way; null between two
 * @param wanted the pass that is wanted next; null without
 * @param passedAt end of the last pass; null before the first
 * @param retryAt nothing is asked of Telegram before; may be null
 * @param etag of the newest page of its preview; null if unknown, as is {@code lastModified}
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

    /** How far a pass goes beyond the messages that were read before. */
    enum Depth {
        /** The newest messages only. */
        RECENT,
        /** All of {@code PARSER_HISTORICAL_HOURS}: earlier edits and deletions may be missing. */
        DEEP
    }

    /**
     * A pass from the newest message backwards.
     *
     * @param top the newest message; 0 before the first page
     * @param next the oldest one that was read; 0 before the first page
     * @param until it ends with an older message, and not before {@code min} messages were read
     */
    record Pass(long top, long next, Instant until, int min, int read) {
        /** The pass after a page of so many messages. */
        Pass after(long newest, long oldest, int messages) {
            return new Pass(top == 0 ? newest : top, oldest, until, min, read + messages);
        }
    }

    boolean isFound() {
        return account != null && chatId != null;
    }

    /** Whether Telegram may be asked about the channel. */
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
     * The channel at the begin of a new pass.
     *
     * @param overlap messages that a recent pass reads at least
     */
    LiveChannel begin(Instant now, Duration history, int overlap) {
        Instant deep = now.minus(history);
        Pass next;
        if (historyDoneAt == null) {
            next = new Pass(0, 0, historyFrom, 0, 0);
        } else if (wanted == Depth.DEEP) {
            next = new Pass(0, 0, deep.isAfter(historyFrom) ? deep : historyFrom, 0, 0);
        } else {
            // every message is older than this
            next = new Pass(0, 0, now.plus(history), overlap, 0);
        }
        return LiveChannelBuilder.builder(this).pass(next).build();
    }

    /** The pause after a failure, doubled with each failure in a row. */
    Duration pause(Duration first) {
        Duration pause = first.multipliedBy(1L << Math.min(failures, MAX_DOUBLINGS));
        return pause.compareTo(LONGEST_PAUSE) > 0 ? LONGEST_PAUSE : pause;
    }

    /** For people. */
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
