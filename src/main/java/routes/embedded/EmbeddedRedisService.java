package routes.embedded;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.util.FileSystemUtils;
import redis.embedded.core.ExecutableProvider;
import routes.configuration.ConfigurationException;

/**
 * A real Redis started by this process, its append-only file under {@code <data>/redis}. The server class of the library
 * that ships the program is not used: it stops Redis by a hook of its own, while routes still finish their work.
 */
final class EmbeddedRedisService implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(EmbeddedRedisService.class);
    private static final Duration PATIENCE = Duration.ofSeconds(60);

    private final Process process;
    private final int port;

    EmbeddedRedisService(DataFolder data, int configuredPort) {
        Path folder = data.folder("redis");
        Path pidFile = folder.resolve("redis.pid");
        OrphanProcess.stop(pidFile, "redis");
        port = EmbeddedPort.choose("EMBEDDED_REDIS_PORT", configuredPort, folder.resolve("port"))
                .number();
        Path log = folder.resolve("redis.log");
        try {
            // a kill while it was unpacked may have left half of it
            FileSystemUtils.deleteRecursively(folder.resolve("programs"));
            Path program = ExecutableProvider.newJarResourceProvider(
                            data.folder("redis/programs").toFile())
                    .get()
                    .toPath();
            process = new ProcessBuilder(command(program, folder, pidFile))
                    .directory(folder.toFile())
                    .redirectErrorStream(true)
                    .redirectOutput(ProcessBuilder.Redirect.appendTo(log.toFile()))
                    .start();
        } catch (IOException e) {
            throw failed(log, e.toString(), e);
        }
        awaitReady(log);
        LOG.info("Embedded Redis on 127.0.0.1:{}, data in {}", port, folder);
    }

    private List<String> command(Path program, Path folder, Path pidFile) {
        return List.of(
                program.toString(),
                "--bind",
                "127.0.0.1",
                "--port",
                Integer.toString(port),
                "--dir",
                folder.toString(),
                "--pidfile",
                pidFile.toString(),
                "--daemonize",
                "no",
                "--save",
                "",
                "--appendonly",
                "yes",
                "--appendfsync",
                "always",
                "--maxmemory-policy",
                "noeviction");
    }

    private void awaitReady(Path log) {
        Instant end = Instant.now().plus(PATIENCE);
        while (process.isAlive() && Instant.now().isBefore(end)) {
            try (Socket socket = new Socket()) {
                socket.connect(new InetSocketAddress("127.0.0.1", port), 1000);
                return;
            } catch (IOException notYet) {
                pause();
            }
        }
        String reason = process.isAlive() ? "no answer after " + PATIENCE.toSeconds() + " s" : "it ended at once";
        process.destroyForcibly();
        throw failed(log, reason, null);
    }

    private static void pause() {
        try {
            TimeUnit.MILLISECONDS.sleep(20);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("Interrupted while the embedded Redis starts", e);
        }
    }

    private static ConfigurationException failed(Path log, String reason, Throwable cause) {
        return new ConfigurationException(
                "The embedded Redis does not start (" + reason + "); see " + log
                        + ", or set REDIS_URL to a server of your own",
                cause);
    }

    String url() {
        return "redis://127.0.0.1:" + port;
    }

    @Override
    public void close() {
        process.destroy();
        try {
            if (!process.waitFor(PATIENCE.toMillis(), TimeUnit.MILLISECONDS)) {
                process.destroyForcibly();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            process.destroyForcibly();
        }
    }
}
