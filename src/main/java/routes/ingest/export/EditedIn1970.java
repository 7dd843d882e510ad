package routes.ingest.export;

import java.time.Duration;
import java.time.Instant;

/**
 * Telegram Desktop before 2.1.9 writes {@code edited} into every message, with the time 0 if there was no edit: an hour of
 * 1969-12-31 or 1970-01-01, depending on the machine's zone (tdesktop commit d0994019ca).
 */
final class EditedIn1970 {
    /** Zones are at most 14 hours from UTC: that of the exporting machine, and the one in which we read its times. */
    private static final Duration SPREAD = Duration.ofHours(28);

    /** The earliest time that means no edit. */
    static final Instant FIRST = Instant.EPOCH.minus(SPREAD);

    private EditedIn1970() {}

    /** Null for a time that means no edit. */
    static Instant mend(Instant edited) {
        return edited == null || Duration.between(Instant.EPOCH, edited).abs().compareTo(SPREAD) <= 0 ? null : edited;
    }
}
