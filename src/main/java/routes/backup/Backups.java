package routes.backup;

import com.fasterxml.jackson.annotation.JsonInclude;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import javax.sql.DataSource;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.beans.factory.DisposableBean;
import org.springframework.stereotype.Component;
import routes.objectstore.ObjectStore;
import routes.redis.RedisLink;
import routes.replay.Operator;
import routes.replay.OperatorAudit;

/** Backups that a running process writes to {@code BACKUP_DIR}, one at a time. Each is recorded in the operators' audit. */
@Component
public class Backups implements DisposableBean {
    private static final Logger LOG = LoggerFactory.getLogger(Backups.class);
    private static final String ENDING = ".tar";
    private static final long STOP_SECONDS = 20;
    /** File names that {@link Backup} uses until a backup is complete. */
    private static final Pattern UNFINISHED =
            Pattern.compile("telegram-assistant-\\d+T\\d+Z\\.tar\\.(part|object|keys)");

    /** Minimum age of an abandoned file. Another process that shares the folder may still write to a younger file. */
    private static final Duration ABANDONED = Duration.ofDays(1);

    private static final String RUNNING = "running";
    private static final String DONE = "done";
    private static final String FAILED = "failed";

    private final Backup backup;
    private final Path folder;
    private final OperatorAudit audit;
    private final Clock clock;
    private final ExecutorService worker = Executors.newSingleThreadExecutor(work -> {
        Thread thread = new Thread(work, "backup");
        thread.setDaemon(true);
        return thread;
    });

    private volatile Made last;

    Backups(
            DataSource database,
            RedisLink redis,
            ObjectStore objects,
            BackupProperties properties,
            OperatorAudit audit,
            Clock clock) {
        this.backup = new Backup(database, redis, objects, clock);
        this.folder = properties.dir().toAbsolutePath().normalize();
        this.audit = audit;
        this.clock = clock;
    }

    /**
     * @param file name in {@code BACKUP_DIR}
     * @param status running, done or failed
     * @param sizeBytes null until it is done
     * @param startedAt null for a backup of an earlier process
     * @param endedAt null while it runs
     * @param problem the problem and the remedy if it failed; otherwise null
     */
    @JsonInclude
    public record Made(
            String file, String status, Long sizeBytes, Instant startedAt, Instant endedAt, String problem) {}

    /**
     * Starts a backup in the background.
     *
     * @return empty if a backup is already running
     * @throws BackupException if the folder cannot be created
     */
    public synchronized Optional<Made> start(Operator who) {
        if (last != null && last.status().equals(RUNNING)) {
            return Optional.empty();
        }
        makeFolder();
        sweep();
        Path file = folder.resolve(backup.fileName());
        Made begun = new Made(file.getFileName().toString(), RUNNING, null, clock.instant(), null, null);
        last = begun;
        worker.execute(() -> last = ended(who, file, begun));
        return Optional.of(begun);
    }

    private Made ended(Operator who, Path file, Made begun) {
        try {
            Backup.Result result = audit.record(who, "backup", Map.of("file", begun.file()), () -> {
                Backup.Result made = backup.write(file, LOG::info);
                return new OperatorAudit.Done<>(made, 1, made.text());
            });
            return new Made(begun.file(), DONE, result.bytes(), begun.startedAt(), clock.instant(), null);
        } catch (RuntimeException e) {
            // already logged by the audit
            return new Made(begun.file(), FAILED, null, begun.startedAt(), clock.instant(), e.getMessage());
        }
    }

    /** Removes files of processes that died during a backup. */
    private void sweep() {
        try (Stream<Path> files = Files.list(folder)) {
            for (Path file : files.filter(one ->
                            UNFINISHED.matcher(one.getFileName().toString()).matches())
                    .toList()) {
                if (Files.getLastModifiedTime(file)
                        .toInstant()
                        .isBefore(clock.instant().minus(ABANDONED))) {
                    Files.deleteIfExists(file);
                    LOG.info("Deleted an unfinished backup: {}", file);
                }
            }
        } catch (IOException e) {
            throw new BackupException("BACKUP_DIR=" + folder + ": the folder cannot be read (" + e + ")", e);
        }
    }

    private void makeFolder() {
        try {
            if (Files.notExists(folder)
                    && folder.getFileSystem().supportedFileAttributeViews().contains("posix")) {
                Files.createDirectories(
                        folder, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
            }
            Files.createDirectories(folder);
        } catch (IOException e) {
            throw new BackupException("BACKUP_DIR=" + folder + ": the folder cannot be created (" + e + ")", e);
        }
    }

    public Path folder() {
        return folder;
    }

    /** Returns the backups in the folder, newest first, and the last backup of this process, even if it failed. */
    public List<Made> list() {
        Made own = last;
        List<Made> all = new ArrayList<>();
        if (own != null) {
            all.add(own);
        }
        if (Files.isDirectory(folder)) {
            try (Stream<Path> files = Files.list(folder)) {
                for (Path file :
                        files.filter(one -> one.toString().endsWith(ENDING)).toList()) {
                    String name = file.getFileName().toString();
                    if (own == null || !own.file().equals(name)) {
                        Instant endedAt = Files.getLastModifiedTime(file).toInstant();
                        all.add(new Made(name, DONE, Files.size(file), null, endedAt, null));
                    }
                }
            } catch (IOException e) {
                throw new BackupException("BACKUP_DIR=" + folder + ": the folder cannot be read (" + e + ")", e);
            }
        }
        all.sort(Comparator.comparing(Made::file).reversed());
        return all;
    }

    /** Stops a running backup and removes its file. */
    @Override
    public void destroy() throws InterruptedException {
        worker.shutdownNow();
        if (!worker.awaitTermination(STOP_SECONDS, TimeUnit.SECONDS)) {
            LOG.warn("The backup did not stop within {} s", STOP_SECONDS);
        }
    }
}
