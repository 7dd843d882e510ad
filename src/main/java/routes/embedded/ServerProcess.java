package routes.embedded;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A server that outlived the process which started it (after a {@code kill -9}). It is stopped, so that the next one can open
 * the same files. The system reuses process ids, so an id alone does not identify a server: start time and command line must
 * match the recorded ones as well.
 */
final class OrphanProcess {
    private static final Logger LOG = LoggerFactory.getLogger(OrphanProcess.class);
    private static final Duration PATIENCE = Duration.ofSeconds(20);

    /** Start times depend on the system clock, which may have been adjusted. */
    private static final Duration CLOCK_TOLERANCE = Duration.ofMinutes(1);

    private static final String RECORD = "process";

    private OrphanProcess() {}

    /**
     * The command in its own session, if the system supports that. Ctrl-C in a terminal then reaches this process only, which stops its
     * servers in order.
     */
    static List<String> inOwnSession(List<String> command) {
        Path setsid = Path.of("/usr/bin/setsid");
        return Files.isExecutable(setsid)
                ? Stream.concat(Stream.of(setsid.toString()), command.stream()).toList()
                : command;
    }

    /** Records the server in its folder: process id, start time, command line. */
    static void record(Path folder, ProcessHandle server) throws IOException {
        DataFolder.writeSecret(
                folder.resolve(RECORD),
                String.join("\n", Long.toString(server.pid()), startOf(server).toString(), commandLine(server)));
    }

    /**
     * Stops the server of the folder, if it still runs.
     *
     * @param folder  folder of the server, with its record and its programs
     * @param pidFile written by the server, its first line is the process id; for servers of versions that wrote no record
     * @param name    of the server, for the log
     */
    static void stop(Path folder, Path pidFile, String name) {
        recorded(folder.resolve(RECORD))
                .or(() -> unrecorded(pidFile, folder.resolve("programs")))
                .ifPresent(process -> stop(process, name));
    }

    private static Optional<ProcessHandle> recorded(Path file) {
        List<String> record = lines(file);
        return record.size() < 3
                ? Optional.empty()
                : process(record.get(0))
                        .filter(process -> Duration.between(Instant.parse(record.get(1)), startOf(process))
                                        .abs()
                                        .compareTo(CLOCK_TOLERANCE)
                                < 0)
                        .filter(process -> commandLine(process).equals(record.get(2)));
    }

    /** A server of a version that wrote no record: it runs our copy of the program, and wrote its process id after it started. */
    private static Optional<ProcessHandle> unrecorded(Path pidFile, Path programs) {
        List<String> lines = lines(pidFile);
        if (lines.isEmpty()) {
            return Optional.empty();
        }
        return process(lines.get(0))
                .filter(process -> process.info()
                        .command()
                        .map(command -> Path.of(command).startsWith(programs))
                        .orElse(false))
                .filter(process -> startOf(process).isBefore(modified(pidFile).plus(CLOCK_TOLERANCE)));
    }

    private static Optional<ProcessHandle> process(String pid) {
        return pid.strip().matches("\\d{1,10}") ? ProcessHandle.of(Long.parseLong(pid.strip())) : Optional.empty();
    }

    private static Instant startOf(ProcessHandle process) {
        return process.info().startInstant().orElse(Instant.MAX);
    }

    private static String commandLine(ProcessHandle process) {
        return process.info().commandLine().orElse("").replace('\n', ' ');
    }

    private static void stop(ProcessHandle process, String name) {
        LOG.info("Stopping {} (process {}), left by a process that was killed", name, process.pid());
        process.destroy();
        if (!ended(process)) {
            LOG.warn("{} (process {}) does not stop; killing it", name, process.pid());
            process.destroyForcibly();
            ended(process);
        }
    }

    private static List<String> lines(Path file) {
        try {
            return Files.exists(file) ? Files.readAllLines(file) : List.of();
        } catch (IOException e) {
            LOG.warn("{} cannot be read, so a server left by the last run cannot be found: {}", file, e.toString());
            return List.of();
        }
    }

    private static Instant modified(Path file) {
        try {
            return Files.getLastModifiedTime(file).toInstant();
        } catch (IOException e) {
            return Instant.MIN.plus(CLOCK_TOLERANCE);
        }
    }

    private static boolean ended(ProcessHandle process) {
        try {
            process.onExit().get(PATIENCE.toMillis(), TimeUnit.MILLISECONDS);
            return true;
        } catch (TimeoutException e) {
            return false;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        } catch (ExecutionException e) {
            throw new IllegalStateException(e.getCause());
        }
    }
}
