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
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.util.FileSystemUtils;
import redis.embedded.core.ExecutableProvider;
import routes.configuration.ConfigurationException;

/**
 * A real Redis started by this process, its append-only file under {@code <data>/redis}. Every start sets a new random password,
 * stored in {@code <data>/redis/password}. The server class of the library that ships the program is not used: its own shutdown hook
 * stops Redis while routes still finish their work.
 */
final class EmbeddedRedisService implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(EmbeddedRedisService.class);
    private static final Duration PATIENCE = Duration.ofSeconds(60);

    private final Process process;
    private final int port;
    private final String password = DataFolder.newPassword();

    EmbeddedRedisService(DataFolder data, int configuredPort) {
        Path folder = data.folder("redis");
        Path pidFile = folder.resolve("redis.pid");
        OrphanProcess.stop(folder, pidFile, "Redis");
        port = EmbeddedPort.choose("EMBEDDED_REDIS_PORT", configuredPort, folder.resolve("port"))
                .number();
        Path log = folder.resolve("redis.log");
        try {
            // a kill during unpacking may have left it incomplete
            FileSystemUtils.deleteRecursively(folder.resolve("programs"));
            Path program = ExecutableProvider.newJarResourceProvider(
                            data.folder("redis/programs").toFile())
                    .get()
                    .toPath();
            DataFolder.writeSecret(folder.resolve("password"), password);
            Path settings = folder.resolve("redis.conf");
            DataFolder.writeSecret(settings, settings());
            process = new ProcessBuilder(OrphanProcess.inOwnSession(List.of(program.toString(), settings.toString())))
                    .directory(folder.toFile())
                    .redirectErrorStream(true)
                    .redirectOutput(ProcessBuilder.Redirect.appendTo(log.toFile()))
                    .start();
        } catch (IOException e) {
            throw failed(log, e.toString(), e);
        }
        try {
            awaitReady(log);
            OrphanProcess.record(folder, process.toHandle());
        } catch (IOException | RuntimeException e) {
            process.destroyForcibly();
            throw e instanceof ConfigurationException known ? known : failed(log, e.toString(), e);
        }
        LOG.info("Embedded Redis on 127.0.0.1:{}, data in {}", port, folder);
    }

    /** Paths are relative to the working directory of the server. */
    private String settings() {
        return String.join(
                "\n",
                "bind 127.0.0.1",
                "port " + port,
                "requirepass " + password,
                "pidfile redis.pid",
                "daemonize no",
                "save \"\"",
                "appendonly yes",
                "appendfsync always",
                "maxmemory-policy noeviction",
                "");
    }

    /** Waits until the server that answers on the port accepts our password. */
    private void awaitReady(Path log) {
        Instant end = Instant.now().plus(PATIENCE);
        while (process.isAlive() && Instant.now().isBefore(end)) {
            try (Socket socket = new Socket()) {
                socket.connect(new InetSocketAddress("127.0.0.1", port), 1000);
                socket.setSoTimeout(1000);
                socket.getOutputStream().write(("AUTH " + password + "\r\n").getBytes(StandardCharsets.US_ASCII));
                if (new String(socket.getInputStream().readNBytes(3), StandardCharsets.US_ASCII).equals("+OK")) {
                    return;
                }
            } catch (IOException notYet) {
                // retried below
            }
            pause();
        }
        throw failed(
                log, process.isAlive() ? "no answer after " + PATIENCE.toSeconds() + " s" : "it ended at once", null);
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

    RedisURI uri() {
        return RedisURI.builder()
                .withHost("127.0.0.1")
                .withPort(port)
                .withPassword(password.toCharArray())
                .build();
    }

    /** Waits for the server's end even in an interrupted thread, as in a cancelled start. */
    @Override
    public void close() {
        boolean wasInterrupted = Thread.interrupted();
        process.destroy();
        try {
            if (!process.waitFor(PATIENCE.toMillis(), TimeUnit.MILLISECONDS)) {
                process.destroyForcibly();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            process.destroyForcibly();
        } finally {
            if (wasInterrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }
}
