package routes.ingest;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.UUID;
import javax.sql.DataSource;
import org.springframework.jdbc.core.simple.JdbcClient;
import routes.events.Json;

/** The SQL of {@code imports}. */
final class ImportTable {
    private final JdbcClient jdbc;
    private final ObjectMapper json = Json.newMapper();

    ImportTable(DataSource database) {
        jdbc = JdbcClient.create(database);
    }

    /** An import to run. */
    record Order(UUID id, long userId, UUID tenantId, String file) {}

    /**
     * @param uploadedName the name of an uploaded export that users see; null for one at a path
     * @throws IllegalArgumentException if the tenant has no such user
     */
    void insert(Order order, long bytesTotal, String uploadedName) {
        int rows = jdbc.sql(
                        """
                        INSERT INTO imports (id, user_id, tenant_id, file, bytes_total, uploaded_name)
                        SELECT ?, id, tenant_id, ?, ?, ? FROM users WHERE id = ? AND tenant_id = ?""")
                .params(order.id(), order.file(), bytesTotal)
                .param(uploadedName)
                .params(order.userId(), order.tenantId())
                .update();
        if (rows == 0) {
            throw new IllegalArgumentException("Tenant " + order.tenantId() + " has no user " + order.userId());
        }
    }

    List<UUID> unfinished() {
        return jdbc.sql("SELECT id FROM imports WHERE status IN ('queued', 'running') ORDER BY created_at")
                .query(UUID.class)
                .list();
    }

    /** Whether there is an unfinished import whose file path starts with this. */
    boolean hasUnfinishedIn(String folder) {
        return jdbc.sql(
                        "SELECT EXISTS (SELECT 1 FROM imports WHERE status IN ('queued', 'running') AND starts_with(file, ?))")
                .param(folder)
                .query(Boolean.class)
                .single();
    }

    /** Starts from the beginning, also if an earlier run was interrupted. Empty if the import is already finished. */
    Optional<Order> begin(UUID id) {
        return jdbc.sql(
                        """
                        UPDATE imports SET status = 'running', started_at = now(), updated_at = now(), error = NULL, errors = '[]'
                        WHERE id = ? AND status IN ('queued', 'running') RETURNING id, user_id, tenant_id, file""")
                .param(id)
                .query(Order.class)
                .optional();
    }

    void write(ImportProgress progress) {
        jdbc.sql(
                        """
                        UPDATE imports SET status = ?, bytes_total = ?, bytes_done = ?, posts_total = ?, posts_done = ?,
                            posts_new = ?, posts_changed = ?, posts_deleted = ?, albums_total = ?, media_total = ?, media_missing = ?,
                            messages_skipped = ?, messages_failed = ?, errors = ?::jsonb, error = ?, updated_at = now(),
                            finished_at = CASE WHEN ? THEN now() END
                        WHERE id = ?""")
                .params(
                        progress.status().name().toLowerCase(Locale.ROOT),
                        progress.bytesTotal(),
                        progress.bytesDone(),
                        progress.postsTotal(),
                        progress.postsDone(),
                        progress.postsNew(),
                        progress.postsChanged(),
                        progress.postsDeleted(),
                        progress.albums(),
                        progress.media(),
                        progress.mediaMissing(),
                        progress.messagesSkipped(),
                        progress.messagesFailed(),
                        write(progress.notes()))
                .param(progress.error())
                .param(progress.isOver())
                .param(progress.id())
                .update();
    }

    /** Returns the import to the queue for the next start. */
    void requeue(UUID id) {
        jdbc.sql("UPDATE imports SET status = 'queued', updated_at = now() WHERE id = ?")
                .param(id)
                .update();
    }

    Optional<ImportProgress> find(UUID id) {
        return jdbc.sql(
                        """
                        SELECT *, coalesce(extract(epoch FROM coalesce(finished_at, now()) - started_at), 0) AS seconds
                        FROM imports WHERE id = ?""")
                .param(id)
                .query((row, n) -> new ImportProgress(
                        id,
                        Path.of(row.getString("file")),
                        ImportProgress.Status.valueOf(row.getString("status").toUpperCase(Locale.ROOT)),
                        row.getLong("bytes_total"),
                        row.getLong("bytes_done"),
                        row.getLong("posts_total"),
                        row.getLong("posts_done"),
                        row.getLong("posts_new"),
                        row.getLong("posts_changed"),
                        row.getLong("posts_deleted"),
                        row.getLong("albums_total"),
                        row.getLong("media_total"),
                        row.getLong("media_missing"),
                        row.getLong("messages_skipped"),
                        row.getLong("messages_failed"),
                        notes(row.getString("errors")),
                        Duration.ofMillis((long) (row.getDouble("seconds") * 1000)),
                        row.getString("error")))
                .optional();
    }

    private List<ImportNote> notes(String errors) {
        try {
            return json.readValue(errors, new TypeReference<>() {});
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("The errors of an import cannot be read", e);
        }
    }

    private String write(List<ImportNote> notes) {
        try {
            return json.writeValueAsString(notes);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("A list of notes is always JSON", e);
        }
    }
}
