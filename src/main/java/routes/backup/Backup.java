package routes.backup;

import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.function.Consumer;
import javax.sql.DataSource;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.dao.DataAccessException;
import routes.events.Json;
import routes.objectstore.ObjectStore;
import routes.redis.RedisLink;

/**
 * Writes the state of an installation at one moment to an archive, while the installation runs. It copies the processed marks first, then
 * the positions of the streams, then a snapshot of the database. As each is read later than the one before, work that a stage has
 * acknowledged is in the database, and work that it has not acknowledged is in the streams without a mark. Events that the outbox
 * published in between are published again after a restore. Repeated work is recognised, as after a crash.
 */
public final class Backup {
    private static final Logger LOG = LoggerFactory.getLogger(Backup.class);
    private static final Duration REPORT = Duration.ofSeconds(5);
    private static final int MISSING_NAMED = 20;

    private final DataSource database;
    private final ObjectStore objects;
    private final StreamContents streams;
    private final ObjectMapper json;
    private final Clock clock;

    /** @param database one of its connections is used, without timeouts, while the tables are copied */
    public Backup(DataSource database, RedisLink redis, ObjectStore objects, Clock clock) {
        this.database = database;
        this.objects = objects;
        this.json = mapper();
        this.streams = new StreamContents(redis, json, clock);
        this.clock = clock;
    }

    static ObjectMapper mapper() {
        // entries may be longer than the events that stages accept: dead letters contain such entries
        ObjectMapper mapper = Json.newMapper();
        mapper.getFactory()
                .setStreamReadConstraints(StreamReadConstraints.builder()
                        .maxStringLength(Integer.MAX_VALUE)
                        .build());
        return mapper;
    }

    /**
     * A completed backup.
     *
     * @param createdAt time of the stored state
     * @param objects number of objects
     */
    public record Result(Path file, long bytes, Instant createdAt, long rows, long entries, long objects) {

        /** Returns a summary sentence. */
        public String text() {
            return "%s: %d MiB, %d rows, %d stream entries, %d objects, as of %s"
                    .formatted(file, bytes >> 20, rows, entries, objects, createdAt);
        }
    }

    /**
     * @param file target file; it exists only when it is complete
     * @param progress receives a sentence every few seconds, and at each step
     * @throws BackupException if the file cannot be written, or a service does not respond
     */
    public Result write(Path file, Consumer<String> progress) {
        Path target = file.toAbsolutePath().normalize();
        if (Files.exists(target)) {
            throw new BackupException(target + " already exists; choose another name, or remove it");
        }
        if (target.getParent() == null || !Files.isDirectory(target.getParent())) {
            throw new BackupException("The folder of " + target + " does not exist; create it");
        }
        try (ArchiveWriter archive = new ArchiveWriter(target, json)) {
            return write(target, archive, new Reports(progress, archive));
        } catch (IOException e) {
            throw Archive.isDiskFull(e)
                    ? new BackupException(
                            "The disk of " + target
                                    + " is full; free disk space or choose another folder. The unfinished backup was deleted",
                            e)
                    : new BackupException(target + " cannot be written: " + e.getMessage(), e);
        } catch (SQLException | DataAccessException e) {
            throw new BackupException(
                    "Cannot read the database: " + e.getMessage() + "; try again when it responds", e);
        }
    }

    /** Reports progress at intervals. */
    private static final class Reports {
        private final Consumer<String> progress;
        private final ArchiveWriter archive;
        private long reportedAt = System.nanoTime();

        Reports(Consumer<String> progress, ArchiveWriter archive) {
            this.progress = progress;
            this.archive = archive;
        }

        void at(String what) {
            if (System.nanoTime() - reportedAt > REPORT.toNanos()) {
                now(what);
            }
        }

        void now(String what) {
            progress.accept("Backup: " + what + ", " + (archive.bytes() >> 20) + " MiB written");
            reportedAt = System.nanoTime();
        }
    }

    private Result write(Path target, ArchiveWriter archive, Reports reports) throws SQLException, IOException {
        Path keys = target.resolveSibling(target.getFileName() + ".keys");
        try {
            reports.now("begins");
            Copied state = copyState(archive, keys, reports);
            Manifest manifest = state.manifest(copyObjects(archive, keys, reports), archive.parts());
            archive.finish(manifest);
            return new Result(
                    target,
                    Files.size(target),
                    manifest.createdAt(),
                    manifest.rows(),
                    manifest.parts().get(Archive.STREAMS).count(),
                    archive.objects());
        } finally {
            Files.deleteIfExists(keys);
        }
    }

    /** Completes the manifest of the copied state with the number of missing objects and the parts. */
    private interface Copied {
        Manifest manifest(long missing, Map<String, Manifest.Part> parts);
    }

    /** Copies the streams, then the database. */
    private Copied copyState(ArchiveWriter archive, Path keys, Reports reports) throws SQLException, IOException {
        try (Connection connection = database.getConnection()) {
            var tables = new DatabaseTables(connection);
            // must be first: a processed mark is copied only if its entry is acknowledged in the positions, and its
            // outputs are in the
            // streams
            try (var out = archive.part(Archive.VALUES)) {
                streams.writeValues(out);
            }
            Instant publishedSince = oldestTransaction(tables);
            List<StreamContents.Position> positions = streams.positions();
            boolean autoCommit = connection.getAutoCommit();
            connection.setAutoCommit(false);
            try {
                tables.jdbc()
                        .sql("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
                        .update();
                // copying a large table takes longer than the limit for statements of the pipeline
                tables.jdbc().sql("SET LOCAL statement_timeout = 0").update();
                tables.jdbc()
                        .sql("SET LOCAL idle_in_transaction_session_timeout = 0")
                        .update();
                Instant createdAt = tables.jdbc()
                        .sql("SELECT now()")
                        .query(OffsetDateTime.class)
                        .single()
                        .toInstant();
                // the first query has created the snapshot
                try (var out = archive.part(Archive.STREAMS)) {
                    streams.write(positions, out);
                }
                reports.now("streams copied");
                List<Manifest.Table> all = tables.list();
                for (Manifest.Table table : all) {
                    try (var out = archive.part(table.part())) {
                        out.counted(tables.copyOut(table, out));
                    }
                    reports.at("table " + table.name() + " copied");
                }
                tables.writeObjectKeys(keys);
                String schema = schemaVersion(tables);
                Map<String, Long> sequences = tables.sequences();
                return (missing, parts) -> new Manifest(
                        Manifest.FORMAT,
                        UUID.randomUUID(),
                        createdAt,
                        Optional.ofNullable(Backup.class.getPackage().getImplementationVersion())
                                .orElse("unknown"),
                        schema,
                        publishedSince,
                        all,
                        sequences,
                        missing,
                        parts);
            } finally {
                connection.rollback();
                connection.setAutoCommit(autoCommit);
            }
        }
    }

    /**
     * Returns a time from which published events may be missing in the streams. The outbox relay records the start of its transaction as
     * the time of publication, and commits after publishing. Everything committed before now is in the streams; all other transactions
     * began no earlier than the oldest running transaction.
     */
    private static Instant oldestTransaction(DatabaseTables tables) {
        return tables.jdbc()
                .sql(
                        """
                        SELECT least(now(), min(xact_start)) FROM pg_stat_activity
                        WHERE datname = current_database() AND pid <> pg_backend_pid()""")
                .query(OffsetDateTime.class)
                .single()
                .toInstant();
    }

    private static String schemaVersion(DatabaseTables tables) {
        return tables.jdbc()
                .sql(
                        """
                        SELECT version FROM flyway_schema_history WHERE success AND version IS NOT NULL
                        ORDER BY string_to_array(version, '.')::int[] DESC LIMIT 1""")
                .query(String.class)
                .single();
    }

    /** @return number of objects removed since the snapshot: files that no post uses any more, or files of posts deleted since then */
    private long copyObjects(ArchiveWriter archive, Path keys, Reports reports) throws IOException {
        long missing = 0;
        try (BufferedReader lines = Files.newBufferedReader(keys)) {
            for (String key = lines.readLine(); key != null; key = lines.readLine()) {
                Optional<InputStream> content = objects.get(key);
                if (content.isEmpty()) {
                    missing++;
                    if (missing <= MISSING_NAMED) {
                        LOG.warn("{} is missing from the object store; the backup does not contain it", key);
                    }
                    continue;
                }
                try (InputStream in = content.get()) {
                    archive.object(key, in);
                }
                reports.at(archive.objects() + " objects copied");
            }
        }
        return missing;
    }

    /** Returns the name for a backup that starts now. */
    public String fileName() {
        return "telegram-assistant-"
                + clock.instant().toString().replaceAll("\\.\\d+", "").replaceAll("[-:]", "") + ".tar";
    }
}
