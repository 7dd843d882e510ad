package routes.embedded;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
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
import routes.configuration.ConfigurationException;

/**
 * Common functions for the embedded servers: their ports, their sessions, and stopping a server that outlived the process which started it
 * (after a {@code kill -9}), so that a new server can open the same files. The system reuses process ids, so an id alone does not identify
 * a server: start time and command line must also match the recorded values.
 */
final class ServerProcess {
    private static final Logger LOG = LoggerFactory.getLogger(ServerProcess.class);
    private static final Duration STOP_TIMEOUT = Duration.ofSeconds(20);

    /** Tolerance, because start times depend on the system clock, which may have been adjusted. */
    private static final Duration CLOCK_TOLERANCE = Duration.ofMinutes(1);

    private static final String RECORD = "process";

    private ServerProcess() {}

    /**
     * Returns the port of a server: the configured port, otherwise the port of the last start, otherwise a free port.
     *
     * @param variable variable that configures the port, for the message
     * @param configured 0 to choose a port
     * @param record file that stores the choice
     * @throws ConfigurationException if the configured port is in use
     */
    static int port(String variable, int configured, Path record) {
        if (configured != 0) {
            if (!isFree(configured)) {
                throw new ConfigurationException(
                        variable + "=" + configured
                                + ": the port is in use by another process; stop that process or set another port (0: any free port)");
            }
            return configured;
        }
        String last = lines(record).stream().findFirst().orElse("").strip();
        if (last.matches("\\d{1,5}") && isFree(Integer.parseInt(last))) {
            return Integer.parseInt(last);
        }
        try (ServerSocket any = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            Files.writeString(record, Integer.toString(any.getLocalPort()));
            return any.getLocalPort();
        } catch (IOException e) {
            throw new UncheckedIOException(record + ": cannot write the port", e);
        }
    }

    private static boolean isFree(int port) {
        try (ServerSocket socket = new ServerSocket()) {
            socket.setReuseAddress(true);
            socket.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
            return true;
        } catch (IOException | IllegalArgumentException taken) {
            return false;
        }
    }

    /**
     * Returns the command for a separate session, if the system supports that. Ctrl-C in a terminal then reaches only this process, which
     * stops its servers in order.
     */
    static List<String> inOwnSession(List<String> command) {
        Path setsid = Path.of("/usr/bin/setsid");
        return Files.isExecutable(setsid)
                ? Stream.concat(Stream.of(setsid.toString()), command.stream()).toList()
                : command;
    }

    /** Stops a server and waits for its end, even in an interrupted thread, for example in a cancelled start. */
    static void evenIfInterrupted(Runnable stop) {
        boolean wasInterrupted = Thread.interrupted();
        try {
            stop.run();
        } finally {
            if (wasInterrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }

    /** Records the server in its folder: process id, start time, command line. */
    static void record(Path folder, ProcessHandle server) throws IOException {
        DataFolder.writeSecret(
                folder.resolve(RECORD),
                String.join("\n", Long.toString(server.pid()), startOf(server).toString(), commandLine(server)));
    }

    /**
     * Stops the server of the folder if it is still running.
     *
     * @param folder folder of the server, with its record and its programs
     * @param pidFile file written by the server, with the process id in its first line; used for a server that was not recorded yet
     * @param name name of the server, for the log
     */
    static void stopOrphan(Path folder, Path pidFile, String name) {
        recorded(folder.resolve(RECORD))
                .or(() -> unrecorded(pidFile, folder.resolve("programs")))
                .ifPresent(process -> stop(process, name));
    }

    private static Optional<ProcessHandle> recorded(Path file) {
        List<String> record = lines(file);
        return record.size() < 3
                ? Optional.empty()
                : process(record)
                        .filter(process -> Duration.between(Instant.parse(record.get(1)), startOf(process))
                                        .abs()
                                        .compareTo(CLOCK_TOLERANCE)
                                < 0)
                        .filter(process -> commandLine(process).equals(record.get(2)));
    }

    /** Finds a server without a record: it runs the unpacked copy of the program, and wrote its process id after its start. */
    private static Optional<ProcessHandle> unrecorded(Path pidFile, Path programs) {
        return process(lines(pidFile))
                .filter(process -> process.info()
                        .command()
                        .filter(command -> Path.of(command).startsWith(programs))
                        .isPresent())
                .filter(process -> startOf(process)
                        .isBefore(Instant.ofEpochMilli(pidFile.toFile().lastModified())
                                .plus(CLOCK_TOLERANCE)));
    }

    /** Returns the running process whose id is in the first line. */
    private static Optional<ProcessHandle> process(List<String> lines) {
        return lines.stream()
                .limit(1)
                .map(String::strip)
                .filter(pid -> pid.matches("\\d{1,10}"))
                .flatMap(pid -> ProcessHandle.of(Long.parseLong(pid)).stream())
                .findFirst();
    }

    private static Instant startOf(ProcessHandle process) {
        return process.info().startInstant().orElse(Instant.MAX);
    }

    private static String commandLine(ProcessHandle process) {
        return process.info().commandLine().orElse("").replace('\n', ' ');
    }

    private static List<String> lines(Path file) {
        try {
            return Files.exists(file) ? Files.readAllLines(file) : List.of();
        } catch (IOException e) {
            LOG.warn(
                    "Cannot read {}, so a server left running by the previous run cannot be found: {}",
                    file,
                    e.toString());
            return List.of();
        }
    }

    private static void stop(ProcessHandle process, String name) {
        LOG.info("Stopping {} (process {}), which was left running by a killed process", name, process.pid());
        process.destroy();
        if (!ended(process)) {
            LOG.warn("{} (process {}) did not stop; killing it", name, process.pid());
            process.destroyForcibly();
            ended(process);
        }
    }

    private static boolean ended(ProcessHandle process) {
        try {
            process.onExit().get(STOP_TIMEOUT.toMillis(), TimeUnit.MILLISECONDS);
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
