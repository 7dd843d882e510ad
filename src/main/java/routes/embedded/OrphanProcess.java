package routes.embedded;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A service that outlived the process which started it (after a {@code kill -9}), found by the process id it recorded in
 * the data folder. It is stopped, so that the next one can open the same files.
 */
final class OrphanProcess {
    private static final Logger LOG = LoggerFactory.getLogger(OrphanProcess.class);
    private static final Duration PATIENCE = Duration.ofSeconds(20);

    private OrphanProcess() {}

    /**
     * @param pidFile first line is the process id
     * @param program part of the command's file name; a process id that now belongs to something else is left alone
     */
    static void stop(Path pidFile, String program) {
        Optional<ProcessHandle> orphan = pid(pidFile).flatMap(ProcessHandle::of).filter(handle -> handle.info()
                .command()
                .map(command -> Path.of(command).getFileName().toString().contains(program))
                .orElse(false));
        if (orphan.isEmpty()) {
            return;
        }
        ProcessHandle process = orphan.get();
        LOG.info("Stopping {} (process {}), left by a process that was killed", program, process.pid());
        process.destroy();
        if (!ended(process)) {
            LOG.warn("{} (process {}) does not stop; killing it", program, process.pid());
            process.destroyForcibly();
            ended(process);
        }
    }

    private static Optional<Long> pid(Path pidFile) {
        if (!Files.exists(pidFile)) {
            return Optional.empty();
        }
        try (var lines = Files.lines(pidFile)) {
            return lines.findFirst()
                    .map(String::strip)
                    .filter(line -> line.matches("\\d{1,10}"))
                    .map(Long::valueOf);
        } catch (IOException e) {
            LOG.warn("{} cannot be read, so an orphan of the last run cannot be found: {}", pidFile, e.toString());
            return Optional.empty();
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
