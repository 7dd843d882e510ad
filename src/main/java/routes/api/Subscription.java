package routes.api;

import com.fasterxml.jackson.annotation.JsonInclude;
import java.time.Instant;
import java.util.UUID;
import routes.api.http.Cursor;

/**
 * A channel that a user reads.
 *
 * @param tgChannelId the bare positive id; null until the channel is read for the first time
 * @param title empty until then
 */
@JsonInclude
record Subscription(
        UUID id, Long tgChannelId, String username, String title, Instant subscribedAt, Instant lastParsedAt) {

    Cursor place() {
        return new Cursor(subscribedAt, id);
    }
}
