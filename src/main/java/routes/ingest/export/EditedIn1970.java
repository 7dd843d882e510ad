package routes.ingest.export;

import java.time.Duration;
import java.time.Instant;

/**
 * Telegram Desktop before 2.1.9 writes {@code edited} into every message, and the time 0 where there was no edit: some hour of
 * 1969-12-31 or 1970-01-01, by the zone of the machine (tdesktop commit d0994019ca).
 */
final class EditedIn1970 {
    /** Zones are at most 14 hours from UTC: that of the machine that exported, and that we read its times in. */
    private static final Duration SPREAD = Duration.ofHours(28);

    /** The earliest time that stands for no edit. */
    static final Instant FIRST = Instant.EPOCH.minus(SPREAD);

    private EditedIn1970() {}

    /** Null in place of a time that stands for no edit. */
    static Instant mend(Instant edited) {
        return edited == null || Duration.between(Instant.EPOCH, edited).abs().compareTo(SPREAD) <= 0 ? null : edited;
    }
}
