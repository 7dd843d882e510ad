package routes.cleanup;

import java.time.Instant;
import java.util.UUID;

/** Position of a sweep of expired posts. */
record SweepPlace(Instant expiresAt, UUID postId) {
    static final SweepPlace START = new SweepPlace(Instant.EPOCH, new UUID(0, 0));

    static SweepPlace parse(String text) {
        int blank = text.indexOf(' ');
        return new SweepPlace(Instant.parse(text.substring(0, blank)), UUID.fromString(text.substring(blank + 1)));
    }

    @Override
    public String toString() {
        return expiresAt + " " + postId;
    }
}
