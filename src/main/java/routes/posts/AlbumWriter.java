package routes.posts;

import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import javax.sql.DataSource;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.transaction.PlatformTransactionManager;
import org.springframework.transaction.support.TransactionTemplate;

/** Writes albums that other producers announced. Albums of our own ingest are written together with their posts. */
public final class AlbumWriter {
    private final TransactionTemplate transaction;
    private final JdbcTemplate jdbc;
    private final AlbumTable albums;

    /**
     * @param timeout whole seconds
     */
    public AlbumWriter(DataSource database, PlatformTransactionManager transactions, Duration timeout) {
        transaction = new TransactionTemplate(transactions);
        transaction.setTimeout((int) timeout.toSeconds());
        jdbc = new JdbcTemplate(database);
        albums = new AlbumTable(jdbc);
    }

    /** An album as an event announces it. */
    public record Announced(UUID tenantId, UUID channelId, long groupedId, int revision) {}

    /** The albums that are stored in this or a later revision. Takes no locks. */
    public Set<Announced> saved(List<Announced> albums) {
        Set<Announced> saved = new HashSet<>();
        jdbc.query(
                """
                SELECT DISTINCT a.ordinality FROM unnest(?::uuid[], ?::uuid[], ?::bigint[], ?::int[])
                    WITH ORDINALITY AS a (tenant_id, channel_id, grouped_id, revision, ordinality)
                JOIN media_groups g USING (tenant_id, channel_id, grouped_id) WHERE g.revision >= a.revision""",
                row -> {
                    saved.add(albums.get(row.getInt(1) - 1));
                },
                albums.stream().map(Announced::tenantId).toArray(UUID[]::new),
                albums.stream().map(Announced::channelId).toArray(UUID[]::new),
                albums.stream().map(Announced::groupedId).toArray(Long[]::new),
                albums.stream().map(Announced::revision).toArray(Integer[]::new));
        return saved;
    }

    /**
     * Changes nothing if this or a later revision of the album exists.
     *
     * @throws PostNotThereYetException if a member has no row yet
     */
    public void save(UUID tenantId, UUID channelId, long groupedId, int revision, List<UUID> postIds) {
        transaction.executeWithoutResult(status -> {
            ChannelLock.take(jdbc, tenantId, channelId);
            List<UUID> missing = albums.saveAnnounced(tenantId, channelId, groupedId, revision, postIds);
            if (!missing.isEmpty()) {
                throw new PostNotThereYetException(missing.get(0));
            }
        });
    }
}
