package routes.ingest;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.UUID;
import java.util.stream.Collectors;
import javax.sql.DataSource;
import org.springframework.jdbc.core.simple.JdbcClient;
import routes.events.Json;
import routes.ingest.ImportProgress.Count;

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
     * @param uploadedName the file name of an uploaded export, shown to users; null for an export at a path
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

    /** Whether there is an unfinished import whose file path starts with the given folder. */
    boolean hasUnfinishedIn(String folder) {
        return jdbc.sql(
                        "SELECT EXISTS (SELECT 1 FROM imports WHERE status IN ('queued', 'running') AND starts_with(file, ?))")
                .param(folder)
                .query(Boolean.class)
                .single();
    }

    /**
     * Marks an import as running from the beginning, even if an earlier run was interrupted. Empty if the import is already
     * finished.
     */
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
        List<Count> counts = List.of(Count.values());
        String columns = counts.stream()
                .map(count -> count.name().toLowerCase(Locale.ROOT) + " = ?, ")
                .collect(Collectors.joining());
        jdbc.sql(
                        "UPDATE imports SET " + columns
                                + """
                        status = ?, errors = ?::jsonb, error = ?, updated_at = now(), finished_at = CASE WHEN ? THEN now() END
                        WHERE id = ?""")
                .params(counts.stream().map(progress::count).toList())
                .params(progress.status().name().toLowerCase(Locale.ROOT), write(progress.notes()))
                .param(progress.error())
                .params(progress.isOver(), progress.id())
                .update();
    }

    private String write(List<ImportNote> notes) {
        try {
            return json.writeValueAsString(notes);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("Cannot write the notes of an import as JSON", e);
        }
    }

    /** Returns the import to the queue for the next start. */
    void requeue(UUID id) {
        jdbc.sql("UPDATE imports SET status = 'queued', updated_at = now() WHERE id = ?")
                .param(id)
                .update();
    }

    Optional<ImportService.State> find(UUID id) {
        return jdbc.sql("SELECT upper(status) AS status, messages_failed FROM imports WHERE id = ?")
                .param(id)
                .query(ImportService.State.class)
                .optional();
    }
}
