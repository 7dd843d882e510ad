package routes.backup;

import java.io.BufferedWriter;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.postgresql.PGConnection;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.jdbc.datasource.SingleConnectionDataSource;

/**
 * The tables of the current schema, copied with {@code COPY} in its text format, which every version of PostgreSQL reads. All methods use
 * the transaction of the connection.
 */
final class DatabaseTables {
    /** Migrations write the history; a restore is recorded in the database in which it was executed. */
    private static final Set<String> NOT_COPIED = Set.of("flyway_schema_history", "restores");

    /** Tables with rows that an installation has after its first start, or that describe processes instead of stored data. */
    private static final Set<String> OF_AN_EMPTY_ONE = Set.of(
            "tenants",
            "users",
            "jobs",
            "vector_index",
            "operator_audit",
            "corpus_snapshots",
            "tenant_storage_usage",
            "telegram_bots");

    private static final int PAGE = 1_000;

    private final Connection connection;
    private final JdbcClient jdbc;

    DatabaseTables(Connection connection) {
        this.connection = connection;
        jdbc = JdbcClient.create(new SingleConnectionDataSource(connection, true));
    }

    JdbcClient jdbc() {
        return jdbc;
    }

    private record Reference(String source, String target) {}

    /** Returns the tables in an order in which each table follows the tables that it references. */
    List<Manifest.Table> list() {
        Map<String, List<String>> columns = new LinkedHashMap<>();
        jdbc.sql(
                        """
                        SELECT c.relname, a.attname FROM pg_class c
                        JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped AND a.attgenerated = ''
                        WHERE c.relnamespace = current_schema()::regnamespace AND c.relkind = 'r'
                        ORDER BY c.relname, a.attnum""")
                .query(row -> {
                    columns.computeIfAbsent(row.getString(1), table -> new ArrayList<>())
                            .add(row.getString(2));
                });
        columns.keySet().removeAll(NOT_COPIED);
        List<Reference> references = jdbc.sql(
                        """
                        SELECT s.relname AS source, t.relname AS target FROM pg_constraint f
                        JOIN pg_class s ON s.oid = f.conrelid JOIN pg_class t ON t.oid = f.confrelid
                        WHERE f.contype = 'f' AND s.oid <> t.oid""")
                .query(Reference.class)
                .list();
        Set<String> ordered = new LinkedHashSet<>();
        while (ordered.size() < columns.size()) {
            List<String> next = columns.keySet().stream()
                    .filter(table -> !ordered.contains(table))
                    .filter(table -> references.stream()
                            .filter(one -> one.source().equals(table) && columns.containsKey(one.target()))
                            .allMatch(one -> ordered.contains(one.target())))
                    .toList();
            if (next.isEmpty()) {
                throw new BackupException("The tables " + columns.keySet() + " have circular foreign keys");
            }
            ordered.addAll(next);
        }
        return ordered.stream()
                .map(table -> new Manifest.Table(table, columns.get(table)))
                .toList();
    }

    /** Returns the tables that contain rows which an unused installation does not have. */
    List<String> filled() {
        return list().stream()
                .map(Manifest.Table::name)
                .filter(table ->
                        jdbc.sql("SELECT count(*) FROM (SELECT 1 FROM %s LIMIT 2) AS found".formatted(quoted(table)))
                                        .query(Integer.class)
                                        .single()
                                > allowed(table))
                .toList();
    }

    private static int allowed(String table) {
        if (table.equals("tenants") || table.equals("users")) {
            return 1; // the default rows
        }
        return OF_AN_EMPTY_ONE.contains(table) ? Integer.MAX_VALUE : 0;
    }

    /** @return number of rows */
    long copyOut(Manifest.Table table, OutputStream out) throws SQLException, IOException {
        return connection.unwrap(PGConnection.class).getCopyAPI().copyOut("COPY " + target(table) + " TO STDOUT", out);
    }

    /** @return number of rows */
    long copyIn(Manifest.Table table, InputStream in) throws SQLException, IOException {
        return connection
                .unwrap(PGConnection.class)
                .getCopyAPI()
                .copyIn("COPY " + target(table) + " FROM STDIN", in, Archive.CHUNK_BYTES / 16);
    }

    void empty(List<Manifest.Table> tables) {
        jdbc.sql("TRUNCATE "
                        + tables.stream().map(table -> quoted(table.name())).collect(Collectors.joining(", ")))
                .update();
    }

    private static String target(Manifest.Table table) {
        return quoted(table.name())
                + table.columns().stream().map(DatabaseTables::quoted).collect(Collectors.joining(", ", " (", ")"));
    }

    private static String quoted(String name) {
        return '"' + name.replace("\"", "\"\"") + '"';
    }

    /**
     * Writes the keys of all objects that the database refers to, one per line: media files, articles of pages, summaries of albums. Uses
     * a file, so that the snapshot can end before the objects are copied.
     */
    void writeObjectKeys(Path file) throws SQLException, IOException {
        String sql =
                """
                SELECT s3_key FROM media_objects
                UNION
                -- articles are stored under the hash of the address of their page, see ObjectKeys.article
                SELECT 'crawl/' || p.tenant_id || '/' || encode(sha256(convert_to(page ->> 'url', 'UTF8')), 'hex') || '.md'
                FROM post_enrichment e JOIN posts p ON p.id = e.post_id
                CROSS JOIN LATERAL jsonb_array_elements(
                    CASE WHEN jsonb_typeof(e.data -> 'urls') = 'array' THEN e.data -> 'urls' ELSE '[]' END) AS page
                WHERE e.kind = 'crawl' AND jsonb_typeof(page -> 'url') = 'string'
                  AND jsonb_typeof(page -> 'markdown') = 'string'
                UNION
                SELECT meta ->> 's3_key' FROM media_groups WHERE meta ->> 's3_key' IS NOT NULL
                ORDER BY 1""";
        try (BufferedWriter out = Files.newBufferedWriter(file);
                Statement statement = connection.createStatement()) {
            // within a transaction, this uses a cursor instead of reading all rows at once
            statement.setFetchSize(PAGE);
            ResultSet keys = statement.executeQuery(sql);
            while (keys.next()) {
                out.write(keys.getString(1));
                out.newLine();
            }
        }
    }

    /** Returns the last values; a sequence that was not used has none. */
    Map<String, Long> sequences() {
        Map<String, Long> values = new LinkedHashMap<>();
        jdbc.sql(
                        """
                        SELECT sequencename, last_value FROM pg_sequences
                        WHERE schemaname = current_schema() AND last_value IS NOT NULL ORDER BY 1""")
                .query(row -> {
                    values.put(row.getString(1), row.getLong(2));
                });
        return values;
    }

    void setSequences(Map<String, Long> values) {
        values.forEach((name, value) -> jdbc.sql(
                        """
                        SELECT setval(c.oid::regclass, :value) FROM pg_class c
                        WHERE c.relnamespace = current_schema()::regnamespace AND c.relkind = 'S' AND c.relname = :name""")
                .param("name", name)
                .param("value", value)
                .query(Long.class)
                .optional());
    }
}
