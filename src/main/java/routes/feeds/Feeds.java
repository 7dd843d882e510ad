package routes.feeds;

import com.fasterxml.jackson.annotation.JsonIgnore;
import com.fasterxml.jackson.annotation.JsonInclude;
import java.security.SecureRandom;
import java.time.Clock;
import java.time.Instant;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;
import routes.events.Sha256;

/** The table {@code feeds}. A key gives access to one feed only. Only its hash is stored. */
@Component
public record Feeds(JdbcClient jdbc, Clock clock) {
    /** Maximum number of feeds per user. */
    public static final int MOST = 20;

    private static final int KEY_BYTES = 32;
    private static final SecureRandom RANDOM = new SecureRandom();

    /**
     * A feed, in the JSON form of the API.
     *
     * @param searchId null for a feed of digests
     * @param name name of the search; null for digests
     * @param query query of the search; null for digests
     * @param lastReadAt with a precision of one hour; null if it was never read
     */
    @JsonInclude
    public record UserFeed(
            UUID id,
            @JsonIgnore long userId,
            @JsonIgnore UUID tenantId,
            UUID searchId,
            String name,
            @JsonIgnore String query,
            Instant createdAt,
            Instant lastReadAt) {}

    /** @param key key in the address of the feed */
    public record NewFeed(UserFeed feed, String key) {
        /** Omits the key. */
        @Override
        public String toString() {
            return "NewFeed[" + feed + "]";
        }
    }

    private static final String FEEDS =
            """
            SELECT f.id, f.user_id, u.tenant_id, f.search_id, s.name, s.query, f.created_at, f.last_read_at
            FROM feeds f JOIN users u ON u.id = f.user_id LEFT JOIN saved_searches s ON s.id = f.search_id
            """;

    /** Returns the oldest first. */
    public List<UserFeed> list(long userId) {
        return jdbc.sql(FEEDS + " WHERE f.user_id = ? ORDER BY f.created_at, f.id")
                .param(userId)
                .query(UserFeed.class)
                .list();
    }

    /**
     * @param searchId saved search of the user; null for a feed of digests
     * @return empty if the user has {@link #MOST} feeds, or no such search
     */
    public Optional<NewFeed> make(long userId, UUID searchId) {
        byte[] random = new byte[KEY_BYTES];
        RANDOM.nextBytes(random);
        String key = Base64.getUrlEncoder().withoutPadding().encodeToString(random);
        UUID id = UUID.randomUUID();
        int made = jdbc.sql(
                        """
                        INSERT INTO feeds (id, user_id, search_id, key_sha256, created_at)
                        SELECT :id, :user, CAST(:search AS uuid), :hash, CAST(:now AS timestamptz)
                        WHERE (SELECT count(*) FROM feeds WHERE user_id = :user) < :most
                            AND (CAST(:search AS uuid) IS NULL
                                OR EXISTS (SELECT FROM saved_searches WHERE id = CAST(:search AS uuid) AND user_id = :user))
                        """)
                .param("id", id)
                .param("user", userId)
                .param("search", searchId)
                .param("hash", Sha256.hex(key))
                .param("now", clock.instant().toString())
                .param("most", MOST)
                .update();
        return made == 0
                ? Optional.empty()
                : list(userId).stream()
                        .filter(feed -> feed.id().equals(id))
                        .findFirst()
                        .map(feed -> new NewFeed(feed, key));
    }

    /** Deletes a feed and revokes its key. Returns whether the user had the feed. */
    public boolean delete(long userId, UUID id) {
        return jdbc.sql("DELETE FROM feeds WHERE id = ? AND user_id = ?")
                        .params(id, userId)
                        .update()
                > 0;
    }

    /** Returns the feed of a key. Records the access, at most once an hour. */
    public Optional<UserFeed> read(String key) {
        Optional<UserFeed> found = jdbc.sql(FEEDS + " WHERE f.key_sha256 = ?")
                .param(Sha256.hex(key))
                .query(UserFeed.class)
                .optional();
        found.ifPresent(feed -> jdbc.sql(
                        """
                        UPDATE feeds SET last_read_at = CAST(:now AS timestamptz) WHERE id = :id
                            AND (last_read_at IS NULL OR last_read_at < CAST(:now AS timestamptz) - interval '1 hour')
                        """)
                .param("now", clock.instant().toString())
                .param("id", feed.id())
                .update());
        return found;
    }
}
