package routes.embedded;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.lettuce.core.RedisClient;
import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import routes.configuration.ConfigurationException;

class EmbeddedServicesIT {

    @TempDir
    Path dir;

    @Test
    void what_was_stored_is_there_after_a_restart_on_the_same_ports() throws Exception {
        String first;
        try (Services services = Services.start(dir)) {
            first = services.addresses();
            services.write("a", "1");
        }
        try (Services services = Services.start(dir)) {
            assertThat(services.addresses()).isEqualTo(first);
            assertThat(services.read("a")).isEqualTo("1");
        }
    }

    @Test
    void services_of_a_killed_process_are_stopped_and_their_data_taken_over() throws Exception {
        Process child = new ProcessBuilder(List.of(
                        ProcessHandle.current().info().command().orElse("java"),
                        "-cp",
                        System.getProperty("java.class.path"),
                        Services.class.getName(),
                        dir.toString()))
                .redirectErrorStream(true)
                .start();
        try (var output = new BufferedReader(new InputStreamReader(child.getInputStream(), StandardCharsets.UTF_8))) {
            assertThat(output.lines().anyMatch(line -> line.contains("written")))
                    .isTrue();
        } finally {
            // destroyForcibly is SIGKILL: the child has no chance to stop its services
            child.destroyForcibly().waitFor();
        }
        long postgres = pid(dir.resolve("postgres/cluster/postmaster.pid"));
        long redis = pid(dir.resolve("redis/redis.pid"));
        assertThat(ProcessHandle.of(postgres)).as("PostgreSQL lives on").isPresent();
        assertThat(ProcessHandle.of(redis)).as("Redis lives on").isPresent();

        try (Services services = Services.start(dir)) {
            assertThat(services.read("child")).isEqualTo("2");
            assertThat(ProcessHandle.of(postgres).map(ProcessHandle::isAlive).orElse(false))
                    .isFalse();
            assertThat(ProcessHandle.of(redis).map(ProcessHandle::isAlive).orElse(false))
                    .isFalse();
        }
    }

    @Test
    void a_first_start_that_was_killed_while_it_unpacked_and_initialised_is_begun_anew() throws Exception {
        Path programs =
                Files.createDirectories(dir.resolve("postgres/programs/PG-10549c9f0253f54b871c9805ca8baecd/lib"));
        Files.writeString(programs.resolve("libecpg.so"), "half");
        Files.writeString(
                Files.createDirectories(dir.resolve("postgres/cluster")).resolve("PG_VERSION"), "17");
        Files.writeString(Files.createDirectories(dir.resolve("redis/programs")).resolve("redis-server"), "half");
        try (Services services = Services.start(dir)) {
            services.write("a", "1");
            assertThat(services.read("a")).isEqualTo("1");
        }
    }

    @Test
    void a_second_process_on_the_same_folder_is_told_who_holds_it() {
        try (DataFolder first = new DataFolder(dir)) {
            assertThatThrownBy(() -> new DataFolder(dir))
                    .isInstanceOf(ConfigurationException.class)
                    .hasMessageContaining(
                            "in use by process " + ProcessHandle.current().pid());
            assertThat(first.path()).isAbsolute();
        }
    }

    @Test
    void a_folder_that_cannot_be_written_is_told_in_one_line() throws Exception {
        Path file = Files.writeString(dir.resolve("file"), "no folder");
        assertThatThrownBy(() -> new DataFolder(file.resolve("data")))
                .isInstanceOf(ConfigurationException.class)
                .hasMessageContaining("DATA_DIR=" + file.resolve("data"))
                .hasMessageContaining("cannot be written")
                .hasMessageNotContaining("\n");
    }

    @Test
    void a_configured_port_that_is_taken_is_told_by_the_name_of_its_variable() throws Exception {
        try (DataFolder data = new DataFolder(dir);
                ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            assertThatThrownBy(() -> new EmbeddedRedisService(data, taken.getLocalPort()))
                    .isInstanceOf(ConfigurationException.class)
                    .hasMessageStartingWith("EMBEDDED_REDIS_PORT=" + taken.getLocalPort() + ": the port is taken");
        }
    }

    @Test
    void redis_keeps_every_write() throws Exception {
        try (Services services = Services.start(dir)) {
            assertThat(services.redisSetting("appendonly")).isEqualTo("yes");
            assertThat(services.redisSetting("appendfsync")).isEqualTo("always");
            assertThat(services.redisSetting("maxmemory-policy")).isEqualTo("noeviction");
        }
    }

    private static long pid(Path file) throws Exception {
        return Long.parseLong(Files.readAllLines(file).get(0).strip());
    }

    /** Both services on one folder; as a program: starts them, writes, says so and waits to be killed. */
    record Services(DataFolder data, EmbeddedPostgresService postgres, EmbeddedRedisService redis)
            implements AutoCloseable {

        static Services start(Path dir) {
            DataFolder data = new DataFolder(dir);
            return new Services(data, new EmbeddedPostgresService(data, 0), new EmbeddedRedisService(data, 0));
        }

        public static void main(String[] args) throws Exception {
            Services services = start(Path.of(args[0]));
            services.write("child", "2");
            System.out.println("written");
            Thread.currentThread().join();
        }

        String addresses() {
            return postgres.jdbcUrl() + " " + redis.url();
        }

        void write(String key, String value) throws Exception {
            try (Connection connection = connect();
                    var statement = connection.createStatement()) {
                statement.execute("CREATE TABLE IF NOT EXISTS kept (key text, value text)");
                statement.execute("INSERT INTO kept VALUES ('" + key + "', '" + value + "')");
            }
            try (RedisClient client = RedisClient.create(redis.url());
                    var connection = client.connect()) {
                connection.sync().set(key, value);
            }
        }

        /** The value, if both services agree on it. */
        String read(String key) throws Exception {
            try (Connection connection = connect();
                    var rows = connection
                            .createStatement()
                            .executeQuery("SELECT value FROM kept WHERE key = '" + key + "'");
                    RedisClient client = RedisClient.create(redis.url());
                    var redisConnection = client.connect()) {
                String inRedis = redisConnection.sync().get(key);
                return rows.next() && rows.getString(1).equals(inRedis) ? inRedis : null;
            }
        }

        String redisSetting(String name) {
            try (RedisClient client = RedisClient.create(redis.url());
                    var connection = client.connect()) {
                return connection.sync().configGet(name).get(name);
            }
        }

        private Connection connect() throws Exception {
            return DriverManager.getConnection(
                    postgres.jdbcUrl(), EmbeddedPostgresService.USER, EmbeddedPostgresService.USER);
        }

        @Override
        public void close() throws Exception {
            redis.close();
            postgres.close();
            data.close();
        }
    }
}
