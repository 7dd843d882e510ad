package routes.testing;

import java.io.IOException;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.extension.BeforeAllCallback;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.neo4j.driver.AuthTokens;
import org.neo4j.driver.Driver;
import org.neo4j.driver.GraphDatabase;
import org.neo4j.driver.Record;
import org.neo4j.driver.SessionConfig;
import org.springframework.util.FileSystemUtils;
import routes.graph.neo4j.Neo4jServerProperties;

/**
 * A real Neo4j server in a JVM and with a class path of its own; the tests of a JVM share it. Its data survive a {@link #kill} and
 * {@link #start}. Use it as a static {@code @RegisterExtension}.
 */
public final class Neo4jServer implements BeforeAllCallback {
    public static final String USER = "neo4j";
    public static final String PASSWORD = "test-password";
    private static final Path CLASS_PATH = Path.of("target/test-servers/neo4j.classpath");

    private static Running running;

    @Override
    public void beforeAll(ExtensionContext context) throws IOException {
        synchronized (Neo4jServer.class) {
            if (running == null) {
                running = new Running();
                context.getRoot().getStore(ExtensionContext.Namespace.GLOBAL).put(Neo4jServer.class, running);
            } else if (!running.process.isAlive()) {
                running.start();
            }
        }
        clear();
    }

    public String uri() {
        return "neo4j://127.0.0.1:" + running.port;
    }

    public Neo4jServerProperties properties(Duration timeout) {
        return new Neo4jServerProperties(uri(), USER, PASSWORD, "neo4j", timeout, 20);
    }

    /** The settings of a process that stores its graph here. */
    public Map<String, String> settings() {
        return Map.of("NEO4J_URI", uri(), "NEO4J_USER", USER, "NEO4J_PASSWORD", PASSWORD);
    }

    public <T> List<T> query(String query, Function<Record, T> row) {
        try (var session = running.driver.session(SessionConfig.forDatabase("neo4j"))) {
            return session.run(query).list(row);
        }
    }

    /** Deletes all nodes and relationships. */
    public void clear() {
        query("MATCH (n) DETACH DELETE n", row -> row);
    }

    /** Ends the server at once, as a crash does. */
    public void kill() throws InterruptedException {
        running.process.destroyForcibly().waitFor();
    }

    public void start() throws IOException {
        running.start();
    }

    /** The server neither answers nor closes connections until {@link #resume}. */
    public void freeze() throws IOException, InterruptedException {
        signal("-STOP");
    }

    public void resume() throws IOException, InterruptedException {
        signal("-CONT");
    }

    private static void signal(String name) throws IOException, InterruptedException {
        new ProcessBuilder("kill", name, Long.toString(running.process.pid()))
                .start()
                .waitFor(10, TimeUnit.SECONDS);
    }

    private static final class Running implements ExtensionContext.Store.CloseableResource {
        private final Path home = Files.createTempDirectory("neo4j");
        private final int port = FreePort.next();
        private Process process;
        private Driver driver;

        Running() throws IOException {
            Files.createDirectories(home.resolve("conf"));
            Files.writeString(
                    home.resolve("conf/neo4j.conf"),
                    """
                    server.bolt.listen_address=127.0.0.1:%d
                    server.http.enabled=false
                    server.https.enabled=false
                    dbms.usage_report.enabled=false
                    server.memory.pagecache.size=16m
                    db.tx_log.preallocate=false
                    """
                            .formatted(port));
            Files.writeString(
                    home.resolve("arguments"),
                    "-cp\n\"" + Files.readString(CLASS_PATH).strip() + "\"\n");
            start();
            try (var initial = GraphDatabase.driver("bolt://127.0.0.1:" + port, AuthTokens.basic(USER, "neo4j"));
                    var session = initial.session(SessionConfig.forDatabase("system"))) {
                session.run("ALTER CURRENT USER SET PASSWORD FROM 'neo4j' TO '" + PASSWORD + "'")
                        .consume();
            }
            driver = GraphDatabase.driver("bolt://127.0.0.1:" + port, AuthTokens.basic(USER, PASSWORD));
        }

        void start() throws IOException {
            process = new ProcessBuilder(
                            Path.of(System.getProperty("java.home"), "bin", "java")
                                    .toString(),
                            "-Xmx256m",
                            "-XX:TieredStopAtLevel=1",
                            "-XX:+UseSerialGC",
                            "--add-opens=java.base/java.nio=ALL-UNNAMED",
                            "--add-opens=java.base/java.lang=ALL-UNNAMED",
                            "@" + home.resolve("arguments"),
                            "org.neo4j.server.CommunityEntryPoint",
                            "--home-dir=" + home,
                            "--config-dir=" + home.resolve("conf"))
                    .redirectErrorStream(true)
                    .redirectOutput(home.resolve("output").toFile())
                    .start();
            // a test that ends without closing its extensions must not leave the server behind
            Process started = process;
            Runtime.getRuntime().addShutdownHook(new Thread(started::destroyForcibly));
            Awaitility.await("Neo4j on port " + port)
                    .atMost(Duration.ofSeconds(90))
                    .pollInterval(Duration.ofMillis(200))
                    .ignoreExceptionsInstanceOf(IOException.class)
                    .until(this::accepts);
        }

        private boolean accepts() throws IOException {
            if (!process.isAlive()) {
                throw new IllegalStateException("Neo4j ended: " + Files.readString(home.resolve("output")));
            }
            try (Socket socket = new Socket("127.0.0.1", port)) {
                return socket.isConnected();
            }
        }

        @Override
        public void close() throws InterruptedException, IOException {
            // the classes of a JVM may be executions of their own, and each closes what it has stored
            synchronized (Neo4jServer.class) {
                running = null;
            }
            driver.close();
            process.destroyForcibly().waitFor();
            FileSystemUtils.deleteRecursively(home);
        }
    }
}
