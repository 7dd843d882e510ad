package routes.api;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.nio.file.Path;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.springframework.stereotype.Component;
import routes.api.http.Caller;
import routes.api.http.Cursor;
import routes.events.Json;

/** Reads the progress of imports. */
@Component
final class ImportStore {

    private static final String IMPORTS =
            "SELECT i.*, jsonb_path_query_array(i.errors, '$[0 to %d]') AS first_errors FROM imports i"
                    .formatted(ImportJob.MAX_ERRORS - 1);

    private final ApiDatabase database;
    private final ImportDirectory directory;
    private final ObjectMapper json = Json.newMapper();

    ImportStore(ApiDatabase database, ImportDirectory directory) {
        this.database = database;
        this.directory = directory;
    }

    Optional<ImportJob> find(Caller caller, UUID id) {
        return database.sql(IMPORTS + " WHERE i.id = :id AND (CAST(:caller AS uuid) IS NULL OR i.tenant_id = :caller)")
                .param("id", id)
                .param("caller", caller.tenantOrNull())
                .query(this::job)
                .optional();
    }

    /** The first {@code limit} imports after the cursor, newest first. */
    List<ImportJob> list(User user, Optional<Cursor> after, int limit) {
        return database.sql(
                        IMPORTS
                                + """
                         WHERE i.user_id = :user AND i.tenant_id = :tenant
                           AND (CAST(:time AS timestamptz) IS NULL
                                OR (i.created_at, i.id) < (CAST(:time AS timestamptz), CAST(:id AS uuid)))
                        ORDER BY i.created_at DESC, i.id DESC LIMIT :limit
                        """)
                .param("user", user.id())
                .param("tenant", user.tenantId())
                .param("time", after.map(place -> place.time().toString()).orElse(null))
                .param("id", after.map(Cursor::id).orElse(null))
                .param("limit", limit)
                .query(this::job)
                .list();
    }

    private ImportJob job(ResultSet row, int n) throws SQLException {
        String file = row.getString("file");
        String name =
                Optional.ofNullable(row.getString("uploaded_name")).orElseGet(() -> directory.name(Path.of(file)));
        // the error may contain the path of the file on the server, which must not be disclosed
        String error = row.getString("error");
        try {
            return new ImportJob(
                    row.getObject("id", UUID.class),
                    row.getLong("user_id"),
                    name,
                    row.getString("status"),
                    row.getObject("bytes_total", Long.class),
                    row.getLong("bytes_done"),
                    row.getObject("posts_total", Long.class),
                    row.getLong("posts_done"),
                    row.getLong("posts_new"),
                    row.getLong("posts_changed"),
                    row.getLong("posts_deleted"),
                    row.getLong("albums_total"),
                    row.getLong("media_total"),
                    row.getLong("media_missing"),
                    row.getLong("messages_skipped"),
                    row.getLong("messages_failed"),
                    json.readTree(row.getString("first_errors")),
                    error == null ? null : error.replace(file, name),
                    ApiDatabase.instant(row, "created_at"),
                    ApiDatabase.instant(row, "started_at"),
                    ApiDatabase.instant(row, "finished_at"));
        } catch (JsonProcessingException e) {
            throw new SQLException("PostgreSQL's JSON cannot be read", e);
        }
    }
}
