package routes.api;

import java.util.Collection;
import java.util.HashSet;
import java.util.Set;
import java.util.UUID;
import org.springframework.stereotype.Component;
import routes.api.access.ApiDatabase;

/** The channels that users read. */
@Component
final class Subscriptions {
    /** More than anyone reads; limits the size of the search filter. */
    private static final int MAX_CHANNELS = 10_000;

    private final ApiDatabase database;

    Subscriptions(ApiDatabase database) {
        this.database = database;
    }

    /** @param wanted ids of channels; those that the user does not read are left out; null for all that the user reads */
    Set<UUID> of(User user, Collection<UUID> wanted) {
        Set<UUID> read = new HashSet<>(
                database.sql("SELECT channel_id FROM user_channel WHERE user_id = :user AND is_active LIMIT :limit")
                        .param("user", user.id())
                        .param("limit", MAX_CHANNELS)
                        .query(UUID.class)
                        .set());
        if (wanted != null) {
            read.retainAll(wanted);
        }
        return read;
    }
}
