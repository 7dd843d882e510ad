package routes.embedded;

import io.lettuce.core.RedisURI;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.util.FileSystemUtils;
import redis.embedded.core.ExecutableProvider;
import routes.configuration.ConfigurationException;

/**
 * A Redis server started by this process, with its append-only file under {@code <data>/redis}. Every start sets a new random password,
 * stored in {@code <data>/redis/password}. The server class of the library that contains the program is not used: its own shutdown hook
 * stops Redis while routes are still completing their work.
 */
final class EmbeddedRedisService implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(EmbeddedRedisService.class);
    private static final Duration TIMEOUT = Duration.ofSeconds(60);
    private static final Duration PAUSE = Duration.ofMillis(20);

    private final Process process;
    private final int port;
    private final String password = DataFolder.newPassword();

    EmbeddedRedisService(DataFolder data, int configuredPort) {
        Path folder = data.folder("redis");
        ServerProcess.stopOrphan(folder, folder.resolve("redis.pid"), "Redis");
        port = ServerProcess.port("EMBEDDED_REDIS_PORT", configuredPort, folder.resolve("port"));
        Path log = folder.resolve("redis.log");
        try {
            // may be incomplete after a kill during unpacking
            FileSystemUtils.deleteRecursively(folder.resolve("programs"));
            Path program = ExecutableProvider.newJarResourceProvider(
                            data.folder("redis/programs").toFile())
                    .get()
                    .toPath();
            DataFolder.writeSecret(folder.resolve("password"), password);
            Path settings = folder.resolve("redis.conf");
            DataFolder.writeSecret(settings, settings());
            process = new ProcessBuilder(ServerProcess.inOwnSession(List.of(program.toString(), settings.toString())))
                    .directory(folder.toFile())
                    .redirectErrorStream(true)
                    .redirectOutput(ProcessBuilder.Redirect.appendTo(log.toFile()))
                    .start();
        } catch (IOException e) {
            throw failed(log, e.toString(), e);
        }
        try {
            awaitReady(log);
            ServerProcess.record(folder, process.toHandle());
        } catch (IOException | RuntimeException e) {
            process.destroyForcibly();
            throw e instanceof ConfigurationException known ? known : failed(log, e.toString(), e);
        }
        LOG.info("Embedded Redis on 127.0.0.1:{}, data in {}", port, folder);
    }

    /** Returns the settings. Paths are relative to the working directory of the server. */
    private String settings() {
        return """
                bind 127.0.0.1
                port %d
                requirepass %s
                pidfile redis.pid
                daemonize no
                save ""
                appendonly yes
                appendfsync always
                maxmemory-policy noeviction
                """
                .formatted(port, password);
    }

    /** Waits until the server on the port accepts the password. */
    private void awaitReady(Path log) {
        Instant end = Instant.now().plus(TIMEOUT);
        while (process.isAlive() && Instant.now().isBefore(end)) {
            try (Socket socket = new Socket()) {
                socket.connect(new InetSocketAddress("127.0.0.1", port), 1000);
                socket.setSoTimeout(1000);
                socket.getOutputStream().write(("AUTH " + password + "\r\n").getBytes(StandardCharsets.US_ASCII));
                if (new String(socket.getInputStream().readNBytes(3), StandardCharsets.US_ASCII).equals("+OK")) {
                    return;
                }
            } catch (IOException notYet) {
                LOG.trace("Redis does not accept connections yet", notYet);
            }
            LockSupport.parkNanos(PAUSE.toNanos());
            if (Thread.currentThread().isInterrupted()) {
                throw failed(log, "interrupted", null);
            }
        }
        throw failed(
                log,
                process.isAlive() ? "no response after " + TIMEOUT.toSeconds() + " s" : "the process exited",
                null);
    }

    private static ConfigurationException failed(Path log, String reason, Throwable cause) {
        return new ConfigurationException(
                "The embedded Redis failed to start (" + reason + "); see " + log
                        + ", or set REDIS_URL to an existing server",
                cause);
    }

    RedisURI uri() {
        return RedisURI.builder()
                .withHost("127.0.0.1")
                .withPort(port)
                .withPassword(password.toCharArray())
                .build();
    }

    @Override
    public void close() {
        ServerProcess.evenIfInterrupted(() -> {
            process.destroy();
            try {
                if (!process.waitFor(TIMEOUT.toMillis(), TimeUnit.MILLISECONDS)) {
                    process.destroyForcibly();
                }
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                process.destroyForcibly();
            }
        });
    }
}
