package routes.api;

import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import org.springframework.jdbc.core.RowMapper;
import org.springframework.stereotype.Component;
import routes.api.http.Cursor;

/** Which channels a user reads. */
@Component
final class SubscriptionStore {

    /** More than anyone reads; limits the size of the search filter. */
    private static final int MAX_CHANNELS = 10_000;

    /**
     * Channels are shared by all tenants. The title of a private channel, and when a channel was last read, are shown only to
     * tenants with posts of it.
     */
    private static final String SUBSCRIPTIONS =
            """
            SELECT c.id, c.tg_channel_id, c.username, s.subscribed_at,
                   CASE WHEN c.username IS NOT NULL OR own.is_read THEN c.title ELSE '' END AS title,
                   CASE WHEN own.is_read THEN c.last_parsed_at END AS last_parsed_at
            FROM user_channel s
            JOIN users u ON u.id = s.user_id
            JOIN channels c ON c.id = s.channel_id
            CROSS JOIN LATERAL (SELECT EXISTS (SELECT 1 FROM posts p
                                               WHERE p.tenant_id = u.tenant_id AND p.channel_id = c.id) AS is_read) own
            WHERE s.user_id = :user AND s.is_active
            """;

    private static final RowMapper<Subscription> SUBSCRIPTION = (row, n) -> new Subscription(
            row.getObject("id", UUID.class),
            row.getObject("tg_channel_id", Long.class),
            row.getString("username"),
            row.getString("title"),
            ApiDatabase.instant(row, "subscribed_at"),
            ApiDatabase.instant(row, "last_parsed_at"));

    private final ApiDatabase database;

    SubscriptionStore(ApiDatabase database) {
        this.database = database;
    }

    /** The first {@code limit} subscriptions after the cursor, oldest first. */
    List<Subscription> list(long user, Optional<Cursor> after, int limit) {
        String place = after.isPresent() ? " AND (s.subscribed_at, c.id) > (CAST(:time AS timestamptz), :id)" : "";
        var statement = database.sql(SUBSCRIPTIONS + place + " ORDER BY s.subscribed_at, c.id LIMIT :limit")
                .param("user", user)
                .param("limit", limit);
        if (after.isPresent()) {
            statement = statement
                    .param("time", after.get().time().toString())
                    .param("id", after.get().id());
        }
        return statement.query(SUBSCRIPTION).list();
    }

    /** All channels that the user reads. */
    Set<UUID> channels(long user) {
        return database.sql("SELECT channel_id FROM user_channel WHERE user_id = :user AND is_active LIMIT :limit")
                .param("user", user)
                .param("limit", MAX_CHANNELS)
                .query(UUID.class)
                .set();
    }

    Subscription read(long user, UUID channel) {
        return database.sql(SUBSCRIPTIONS + " AND c.id = :channel")
                .param("user", user)
                .param("channel", channel)
                .query(SUBSCRIPTION)
                .single();
    }

    /** The id of the channel; inserts a row for a new channel. */
    UUID channel(NewSubscription wanted) {
        return wanted.username() == null
                ? channel(
                        "INSERT INTO channels (id, tg_channel_id) VALUES (:id, :key) ON CONFLICT DO NOTHING",
                        "SELECT id FROM channels WHERE tg_channel_id = :key",
                        wanted.tgChannelId())
                : channel(
                        "INSERT INTO channels (id, username) VALUES (:id, :key) ON CONFLICT DO NOTHING",
                        "SELECT id FROM channels WHERE lower(username) = lower(:key)",
                        wanted.username());
    }

    private UUID channel(String insert, String select, Object key) {
        database.sql(insert).param("id", UUID.randomUUID()).param("key", key).update();
        return database.sql(select).param("key", key).query(UUID.class).single();
    }

    /** Returns whether the user was not subscribed before. */
    boolean subscribe(long user, UUID channel) {
        return database.sql(
                                """
                                INSERT INTO user_channel (user_id, channel_id) VALUES (:user, :channel)
                                ON CONFLICT (user_id, channel_id) DO UPDATE SET is_active = true, subscribed_at = now()
                                    WHERE NOT user_channel.is_active
                                """)
                        .param("user", user)
                        .param("channel", channel)
                        .update()
                == 1;
    }

    /** Returns whether the user was subscribed before. */
    boolean unsubscribe(long user, UUID channel) {
        return database.sql(
                                """
                                UPDATE user_channel SET is_active = false
                                WHERE user_id = :user AND channel_id = :channel AND is_active
                                """)
                        .param("user", user)
                        .param("channel", channel)
                        .update()
                == 1;
    }
}
