package routes.posts;

import java.util.Optional;
import java.util.UUID;
import javax.sql.DataSource;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;

/** Rows of {@code channels} and their subscribers. */
@Component
public final class ChannelStore {
    private static final String COLUMNS = "id, tg_channel_id, username, title";
    private final JdbcClient jdbc;

    public ChannelStore(DataSource database) {
        jdbc = JdbcClient.create(database);
    }

    /** A row of {@code channels}; {@code tgChannelId} and {@code username} are null while unknown. */
    public record Channel(UUID id, Long tgChannelId, String username, String title) {}

    /**
     * Finds or creates the channel, and updates its title. A row created by a subscription to the user name, before the id was
     * known, is used for this channel.
     */
    public Channel resolve(ChannelIdentity identity) {
        Channel channel = byTelegramId(identity.tgChannelId())
                .or(() -> claimByUsername(identity))
                .or(() -> insert(identity, identity.username()))
                // the name has moved to this channel from another one, or another process has just inserted the row
                .or(() -> insert(identity, null))
                .or(() -> byTelegramId(identity.tgChannelId()))
                .orElseThrow(
                        () -> new IllegalStateException("Channel " + identity + " could neither be read nor created"));
        if (identity.title().isBlank() || identity.title().equals(channel.title())) {
            return channel;
        }
        jdbc.sql("UPDATE channels SET title = left(?, 500) WHERE id = ?")
                .params(identity.title(), channel.id())
                .update();
        return new Channel(channel.id(), channel.tgChannelId(), channel.username(), identity.title());
    }

    /**
     * Sets the identity of a row created by a subscription to a name or an id. If another row already has this identity, for
     * example after an import, the subscriptions are moved to that row, and this row is no longer read. Joins the transaction of
     * the caller.
     *
     * @return the row of the channel
     */
    public Channel identify(UUID id, ChannelIdentity identity) {
        Channel other = byTelegramId(identity.tgChannelId()).orElse(null);
        UUID kept = other == null ? id : other.id();
        if (!kept.equals(id)) {
            jdbc.sql(
                            """
                            WITH moved AS (
                                UPDATE user_channel SET is_active = false WHERE channel_id = ? AND is_active
                                RETURNING user_id, subscribed_at)
                            INSERT INTO user_channel (user_id, channel_id, subscribed_at)
                            SELECT user_id, ?, subscribed_at FROM moved
                            ON CONFLICT (user_id, channel_id) DO UPDATE SET is_active = true""")
                    .params(id, kept)
                    .update();
            jdbc.sql("UPDATE channels SET is_active = false, username = NULL WHERE id = ?")
                    .param(id)
                    .update();
        }
        if (identity.username() != null) {
            // names can move from one channel to another
            jdbc.sql("UPDATE channels SET username = NULL WHERE lower(username) = lower(?) AND id <> ?")
                    .params(identity.username(), kept)
                    .update();
        }
        jdbc.sql(
                        """
                        UPDATE channels SET tg_channel_id = ?, username = coalesce(?, username),
                            title = coalesce(nullif(left(?, 500), ''), title) WHERE id = ?""")
                .params(identity.tgChannelId(), identity.username(), identity.title(), kept)
                .update();
        return require(kept);
    }

    /** Finds or creates the channel of an event. {@code tgChannelId} may be 0, as written by the prior system. */
    public Channel resolve(UUID id, long tgChannelId) {
        Long known = tgChannelId > 0 ? tgChannelId : null;
        return byId(id).or(() -> byTelegramId(known))
                .or(() -> {
                    jdbc.sql("INSERT INTO channels (id, tg_channel_id) VALUES (?, ?) ON CONFLICT DO NOTHING")
                            .params(id, known)
                            .update();
                    return byId(id).or(() -> byTelegramId(known));
                })
                .orElseThrow(() -> new IllegalStateException("Channel " + id + " could neither be read nor created"));
    }

    /** Subscribes the user to the channel, even if the user had left it. */
    public void subscribe(UUID tenantId, long userId, UUID channelId) {
        subscribe(
                tenantId,
                userId,
                channelId,
                "(user_id, channel_id) DO UPDATE SET is_active = true WHERE NOT user_channel.is_active");
    }

    /** Like {@link #subscribe}, but does not resubscribe a user who has left the channel. */
    void subscribeUnlessLeft(UUID tenantId, long userId, UUID channelId) {
        subscribe(tenantId, userId, channelId, "DO NOTHING");
    }

    private void subscribe(UUID tenantId, long userId, UUID channelId, String onConflict) {
        jdbc.sql(
                        """
                        INSERT INTO user_channel (user_id, channel_id)
                        SELECT id, ? FROM users WHERE id = ? AND tenant_id = ? ON CONFLICT\s"""
                                + onConflict)
                .params(channelId, userId, tenantId)
                .update();
    }

    /**
     * Returns a user of the tenant who is subscribed to the channel. Events about its posts are published on behalf of this user. 0
     * if there is none.
     */
    long reader(UUID tenantId, UUID channelId) {
        return jdbc.sql(
                        """
                        SELECT coalesce(min(s.user_id), 0) FROM user_channel s JOIN users u ON u.id = s.user_id
                        WHERE s.channel_id = ? AND u.tenant_id = ? AND s.is_active""")
                .params(channelId, tenantId)
                .query(Long.class)
                .single();
    }

    Channel require(UUID id) {
        return byId(id).orElseThrow(() -> new IllegalStateException("There is no channel " + id));
    }

    void parsedUpTo(UUID channelId, long messageId) {
        jdbc.sql(
                        "UPDATE channels SET last_message_id = greatest(last_message_id, ?), last_parsed_at = now() WHERE id = ?")
                .params(messageId, channelId)
                .update();
    }

    private Optional<Channel> byTelegramId(Long tgChannelId) {
        return channel("SELECT " + COLUMNS + " FROM channels WHERE tg_channel_id = ?", tgChannelId);
    }

    private Optional<Channel> byId(UUID id) {
        return channel("SELECT " + COLUMNS + " FROM channels WHERE id = ?", id);
    }

    private Optional<Channel> claimByUsername(ChannelIdentity identity) {
        return channel(
                "UPDATE channels SET tg_channel_id = ? WHERE lower(username) = lower(?) AND tg_channel_id IS NULL RETURNING "
                        + COLUMNS,
                identity.tgChannelId(),
                identity.username());
    }

    private Optional<Channel> insert(ChannelIdentity identity, String username) {
        return channel(
                "INSERT INTO channels (id, tg_channel_id, username, title) VALUES (?, ?, ?, left(?, 500))"
                        + " ON CONFLICT DO NOTHING RETURNING " + COLUMNS,
                UUID.randomUUID(),
                identity.tgChannelId(),
                username,
                identity.title());
    }

    private Optional<Channel> channel(String sql, Object... parameters) {
        return jdbc.sql(sql).params(parameters).query(Channel.class).optional();
    }
}
