package routes.testing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.lettuce.core.ClientOptions;
import io.lettuce.core.RedisClient;
import io.lettuce.core.RedisURI;
import io.lettuce.core.api.StatefulRedisConnection;
import io.lettuce.core.api.sync.RedisCommands;
import java.io.IOException;
import java.io.InputStream;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.extension.AfterAllCallback;
import org.junit.jupiter.api.extension.BeforeAllCallback;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.springframework.util.FileSystemUtils;
import redis.embedded.core.ExecutableProvider;

/**
 * A real Redis server for a test class: {@code @RegisterExtension static final EmbeddedRedis REDIS = new EmbeddedRedis();}
 *
 * <p>It writes an append-only file before it confirms a command, so that what it has confirmed survives {@link #kill()}. The disk is
 * not waited for: that matters only when the machine fails. The server always listens on the same port. The system property {@code test.redis.executable} names another server program to test with.
 */
public final class EmbeddedRedis implements BeforeAllCallback, AfterAllCallback {
    private static final Duration START = Duration.ofSeconds(30);

    private final List<RedisClient> clients = new ArrayList<>();
    private Path folder;
    private Path executable;
    private int port;
    private Process server;
    private Thread cleaner;
    private StatefulRedisConnection<String, String> connection;

    @Override
    public void beforeAll(ExtensionContext context) throws IOException {
        folder = Files.createTempDirectory("embedded-redis");
        String given = System.getProperty("test.redis.executable");
        executable = given != null
                ? Path.of(given)
                : ExecutableProvider.newJarResourceProvider(folder.toFile())
                        .get()
                        .toPath();
        port = FreePort.next();
        start();
    }

    @Override
    public void afterAll(ExtensionContext context) throws IOException {
        clients.forEach(client -> client.shutdown(Duration.ZERO, Duration.ofSeconds(2)));
        clients.clear();
        connection = null;
        kill();
        FileSystemUtils.deleteRecursively(folder);
    }

    /** Starts the server with the data it had, and waits until it answers. */
    public void start() {
        try {
            server = new ProcessBuilder(
                            executable.toString(),
                            "--port",
                            Integer.toString(port),
                            "--bind",
                            "127.0.0.1",
                            "--dir",
                            folder.toString(),
                            "--save",
                            "",
                            "--appendonly",
                            "yes",
                            "--appendfsync",
                            "no")
                    .redirectErrorStream(true)
                    .redirectOutput(ProcessBuilder.Redirect.appendTo(
                            folder.resolve("redis.log").toFile()))
                    .start();
        } catch (IOException e) {
            throw new IllegalStateException("Redis could not be started from " + executable, e);
        }
        Process started = server;
        cleaner = new Thread(started::destroyForcibly);
        Runtime.getRuntime().addShutdownHook(cleaner);
        await().atMost(START).pollInterval(Duration.ofMillis(20)).until(this::answers);
    }

    /** SIGKILL. */
    public void kill() {
        Runtime.getRuntime().removeShutdownHook(cleaner);
        server.destroyForcibly().onExit().join();
    }

    /** SIGKILL, then a start with the same data. */
    public void restart() {
        kill();
        start();
    }

    /** SIGSTOP: connections stay, nothing is answered. */
    public void freeze() {
        signal("STOP");
    }

    /** SIGCONT. */
    public void thaw() {
        signal("CONT");
    }

    private void signal(String name) {
        try {
            int status = new ProcessBuilder("kill", "-" + name, Long.toString(server.pid()))
                    .inheritIO()
                    .start()
                    .waitFor();
            assertThat(status).as("kill -%s", name).isZero();
        } catch (IOException e) {
            throw new IllegalStateException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    private boolean answers() throws IOException {
        assertThat(server.isAlive()).as("Redis runs; its log: %s", folder).isTrue();
        try (Socket socket = new Socket()) {
            socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), 1_000);
            socket.setSoTimeout(1_000);
            socket.getOutputStream().write("PING\r\n".getBytes(StandardCharsets.US_ASCII));
            InputStream in = socket.getInputStream();
            return new String(in.readNBytes(5), StandardCharsets.US_ASCII).equals("+PONG");
        } catch (ConnectException | SocketTimeoutException e) {
            return false;
        }
    }

    public int port() {
        return port;
    }

    public String uri() {
        return "redis://127.0.0.1:" + port;
    }

    /** A new client; it is shut down after the test class. */
    public RedisClient newClient() {
        RedisClient client = RedisClient.create(RedisURI.builder()
                .withHost("127.0.0.1")
                .withPort(port)
                .withTimeout(Duration.ofSeconds(10))
                .build());
        client.setOptions(ClientOptions.builder().build());
        clients.add(client);
        return client;
    }

    /** Commands of the test itself. */
    public synchronized RedisCommands<String, String> commands() {
        if (connection == null) {
            connection = newClient().connect();
        }
        return connection.sync();
    }
}
