package routes.backup;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.net.URLConnection;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Clock;
import java.time.ZoneOffset;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import javax.sql.DataSource;
import org.flywaydb.core.api.MigrationVersion;
import org.springframework.dao.DataAccessException;
import org.springframework.jdbc.core.simple.JdbcClient;
import routes.backup.ArchiveReader.ObjectVisitor;
import routes.backup.ArchiveReader.PartVisitor;
import routes.objectstore.ObjectStore;
import routes.redis.RedisLink;

/**
 * Restores the state of an archive to an empty installation. The archive is verified completely before anything is written. Then follow
 * the objects; the database, in one transaction with a row of {@code restores}; the streams; and finally the completion of that row. A
 * restore that was interrupted before the transaction can simply be repeated. After the transaction, processes refuse to start until the
 * restore is run again and completes.
 */
public final class Restore {
    private static final long REPORTED_OBJECTS = 1_000;
    private static final long REPORTED_ROWS = 100_000;

    private final DataSource database;
    private final Migrations migrations;
    private final ObjectStore objects;
    private final StreamContents streams;
    private final ObjectMapper json = Backup.mapper();

    /**
     * @param database without the timeouts of the pipeline, because a large table takes long
     * @param migrations of the same database
     */
    public Restore(DataSource database, Migrations migrations, RedisLink redis, ObjectStore objects, Clock clock) {
        this.database = database;
        this.migrations = migrations;
        this.objects = objects;
        this.streams = new StreamContents(redis, json, clock);
    }

    public record Result(Path file, long rows, long entries, long objects) {

        /** Returns a summary sentence. */
        public String text() {
            return "%s is restored: %d rows, %d stream entries, %d objects".formatted(file, rows, entries, objects);
        }
    }

    /** @throws BackupException if the restore is not possible; the message describes what was done until then */
    public Result run(Path file, Consumer<String> progress) {
        if (!Files.isRegularFile(file)) {
            throw new BackupException(file + " does not exist");
        }
        var archive = new ArchiveReader(file, json);
        progress.accept("Restore: verifying " + file);
        Manifest manifest = archive.verified();
        progress.accept("Restore: the file is complete, a backup of " + manifest.createdAt() + " with schema "
                + manifest.schemaVersion());
        requireKnownSchema(file, manifest);
        try {
            boolean isCopied = isUnfinished(manifest);
            if (!isCopied) {
                requireOlderSchema(manifest);
                requireEmpty();
                migrations.to(manifest.schemaVersion());
                putObjects(archive, manifest, progress);
                copyDatabase(archive, file, manifest, progress);
            } else {
                progress.accept(
                        "Restore: the database and the objects are already restored; resuming the interrupted restore");
            }
            migrations.toNewest();
            requireRebuild();
            restoreStreams(archive);
            JdbcClient.create(database)
                    .sql("UPDATE restores SET finished_at = now() WHERE id = ?")
                    .param(manifest.id())
                    .update();
        } catch (SQLException | DataAccessException e) {
            throw new BackupException(
                    "The restore stopped because of a database error: " + e.getMessage()
                            + "; fix the cause and run the command again",
                    e);
        }
        return new Result(
                file,
                manifest.rows(),
                manifest.parts().get(Archive.STREAMS).count(),
                manifest.parts().get(Archive.OBJECTS).count());
    }

    private void requireKnownSchema(Path file, Manifest manifest) {
        var wanted = MigrationVersion.fromVersion(manifest.schemaVersion());
        var newest = MigrationVersion.fromVersion(migrations.newest());
        if (wanted.isNewerThan(newest.getVersion())) {
            throw new BackupException(
                    ("%s has the database schema %s, but this version of the program supports %s; restore it with"
                                    + " version %s of the program or a later one")
                            .formatted(file, wanted, newest, manifest.program()));
        }
    }

    private void requireOlderSchema(Manifest manifest) {
        var wanted = MigrationVersion.fromVersion(manifest.schemaVersion());
        migrations
                .current()
                .map(MigrationVersion::fromVersion)
                .filter(current -> current.isNewerThan(wanted.getVersion()))
                .ifPresent(current -> {
                    throw new BackupException(
                            ("The database already has the schema %s, but the backup has %s; a backup of an older"
                                            + " version must be restored into an installation that was never started: another"
                                            + " DATA_DIR, or a new database")
                                    .formatted(current, wanted));
                });
    }

    /** Returns whether a restore of this archive was interrupted after its database was complete. */
    private boolean isUnfinished(Manifest manifest) {
        JdbcClient jdbc = JdbcClient.create(database);
        return unfinished(jdbc).filter(manifest.id()::equals).isPresent();
    }

    private static Optional<UUID> unfinished(JdbcClient jdbc) {
        boolean known = jdbc.sql("SELECT to_regclass('restores') IS NOT NULL")
                .query(Boolean.class)
                .single();
        return known
                ? jdbc.sql("SELECT id FROM restores WHERE finished_at IS NULL")
                        .query(UUID.class)
                        .optional()
                : Optional.empty();
    }

    /**
     * Refuses a database with an incomplete restore.
     *
     * @throws BackupException if there is one
     */
    public static void requireFinished(DataSource database) {
        unfinished(JdbcClient.create(database)).ifPresent(id -> {
            throw new BackupException("The restore of backup " + id
                    + " was interrupted: run --restore=<file> with the same file again to resume it");
        });
    }

    private void requireEmpty() throws SQLException {
        try (Connection connection = database.getConnection()) {
            var tables = new DatabaseTables(connection);
            long others = tables.jdbc()
                    .sql(
                            """
                            SELECT count(*) FROM pg_stat_activity
                            WHERE datname = current_database() AND application_name = 'telegram-assistant'""")
                    .query(Long.class)
                    .single();
            if (others > 0) {
                throw new BackupException(
                        "A process of the program is connected to the database; stop all its processes before a restore");
            }
            List<String> filled = tables.filled();
            if (!filled.isEmpty() || !streams.isEmpty()) {
                throw new BackupException("The installation is not empty ("
                        + (filled.isEmpty() ? "streams have entries" : "rows in " + String.join(", ", filled))
                        + "); a restore requires an empty one: set DATA_DIR to a new folder, or DATABASE_URL and"
                        + " REDIS_URL to new databases. Nothing was changed");
            }
        }
    }

    private void putObjects(ArchiveReader archive, Manifest manifest, Consumer<String> progress) {
        var done = new AtomicLong();
        archive.read(PartVisitor.NONE, (key, size, content) -> {
            // not significant: the product reads the type from the database
            String type = URLConnection.guessContentTypeFromName(key);
            objects.put(key, type == null ? "application/octet-stream" : type, size, content);
            if (done.incrementAndGet() % REPORTED_OBJECTS == 0) {
                progress.accept("Restore: " + done + " of "
                        + manifest.parts().get(Archive.OBJECTS).count() + " objects");
            }
        });
    }

    private void copyDatabase(ArchiveReader archive, Path file, Manifest manifest, Consumer<String> progress)
            throws SQLException {
        try (Connection connection = database.getConnection()) {
            connection.setAutoCommit(false);
            var tables = new DatabaseTables(connection);
            List<Manifest.Table> there = tables.list();
            Map<String, Manifest.Table> wanted = new LinkedHashMap<>();
            for (Manifest.Table table : manifest.tables()) {
                boolean fits = there.stream()
                        .anyMatch(one ->
                                one.name().equals(table.name()) && one.columns().containsAll(table.columns()));
                if (fits) {
                    wanted.put(table.part(), table);
                } else {
                    progress.accept("Restore: the table " + table.name()
                            + " does not belong to the program; its rows are not restored and remain in the archive as "
                            + table.part());
                }
            }
            tables.empty(List.copyOf(wanted.values()));
            archive.read(
                    (name, content) -> {
                        Manifest.Table table = wanted.get(name);
                        if (table == null) {
                            return;
                        }
                        long expected = manifest.parts().get(name).count();
                        try {
                            long rows = tables.copyIn(table, content);
                            if (rows != expected) {
                                throw new BackupException("The table " + table.name() + " received " + rows
                                        + " rows instead of " + expected + "; nothing was stored in the database");
                            }
                        } catch (SQLException e) {
                            throw new BackupException(
                                    "The table " + table.name() + " cannot be restored: " + e.getMessage()
                                            + "; nothing was stored in the database",
                                    e);
                        }
                        if (expected >= REPORTED_ROWS) {
                            progress.accept("Restore: table " + table.name() + ", " + expected + " rows");
                        }
                    },
                    ObjectVisitor.NONE);
            tables.setSequences(manifest.sequences());
            tables.jdbc()
                    .sql("UPDATE outbox SET published_at = NULL WHERE published_at >= ?")
                    .param(manifest.publishedSince().atOffset(ZoneOffset.UTC))
                    .update();
            // column of V49 is missing in a backup of an older version
            tables.jdbc()
                    .sql(
                            """
                            CREATE TABLE IF NOT EXISTS restores (
                                id uuid PRIMARY KEY, file text NOT NULL, created_at timestamptz NOT NULL,
                                restored_at timestamptz NOT NULL DEFAULT now(), finished_at timestamptz)""")
                    .update();
            tables.jdbc()
                    .sql("INSERT INTO restores (id, file, created_at) VALUES (?, ?, ?)")
                    .params(
                            manifest.id(),
                            file.getFileName().toString(),
                            manifest.createdAt().atOffset(ZoneOffset.UTC))
                    .update();
            connection.commit();
        }
    }

    /** Requests a rebuild: the first start clears the index and fills the index and the graph from the database. */
    private void requireRebuild() {
        JdbcClient jdbc = JdbcClient.create(database);
        jdbc.sql("DELETE FROM vector_index").update();
        jdbc.sql(
                        """
                        INSERT INTO vector_index (identity, reason, from_empty, last_number, total)
                        SELECT ?, '--restore', true, coalesce(max(number), 0), count(*) FROM posts WHERE NOT is_deleted""")
                .param(UUID.randomUUID().toString())
                .update();
    }

    private void restoreStreams(ArchiveReader archive) {
        archive.read(
                (name, content) -> {
                    if (name.equals(Archive.STREAMS)) {
                        streams.restore(content);
                    } else if (name.equals(Archive.VALUES)) {
                        streams.restoreValues(content);
                    }
                },
                ObjectVisitor.NONE);
    }
}
