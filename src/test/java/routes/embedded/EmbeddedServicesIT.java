package routes.embedded;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.lettuce.core.RedisClient;
import io.lettuce.core.RedisException;
import io.lettuce.core.RedisURI;
import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.util.FileSystemUtils;
import routes.configuration.ConfigurationException;
import routes.testing.ChildJvm;
import routes.testing.FreePort;

class EmbeddedServicesIT {

    @TempDir
    Path dir;

    @Test
    void what_was_stored_is_there_after_a_restart_on_the_same_ports() throws Exception {
        String first;
        try (Services services = Services.start(PreparedData.in(dir))) {
            first = services.addresses();
            services.write("a", "1");
        }
        try (Services services = Services.start(dir)) {
            assertThat(services.addresses()).isEqualTo(first);
            assertThat(services.read("a")).isEqualTo("1");
        }
    }

    /** Without the record: as left by a version that made none. */
    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void services_of_a_killed_process_are_stopped_and_their_data_taken_over(boolean recorded) throws Exception {
        Process child = new ProcessBuilder(ChildJvm.command(
                        List.of(), Services.class, PreparedData.in(dir).toString()))
                .redirectErrorStream(true)
                .start();
        try (var output = new BufferedReader(new InputStreamReader(child.getInputStream(), StandardCharsets.UTF_8))) {
            assertThat(output.lines().anyMatch(line -> line.contains("written")))
                    .isTrue();
        } finally {
            // destroyForcibly is SIGKILL: the child has no chance to stop its services
            child.destroyForcibly().waitFor();
        }
        long postgres = pid(dir.resolve("postgres/process"));
        long redis = pid(dir.resolve("redis/process"));
        if (!recorded) {
            Files.delete(dir.resolve("postgres/process"));
            Files.delete(dir.resolve("redis/process"));
        }
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
                    .hasMessageStartingWith("EMBEDDED_REDIS_PORT=" + taken.getLocalPort() + ": the port is in use");
        }
    }

    @Test
    void redis_keeps_every_write() throws Exception {
        try (Services services = Services.start(PreparedData.in(dir))) {
            assertThat(services.redisSetting("appendonly")).isEqualTo("yes");
            assertThat(services.redisSetting("appendfsync")).isEqualTo("always");
            assertThat(services.redisSetting("maxmemory-policy")).isEqualTo("noeviction");
        }
    }

    /** The id of a server that ended is given to another process sooner or later. */
    @Test
    void a_foreign_process_that_got_the_recorded_id_is_left_alone() throws Exception {
        Path foreign = Files.copy(
                Path.of("/bin/sleep"),
                Files.createDirectories(dir.resolve("elsewhere")).resolve("redis-server-postgres"));
        Process other = new ProcessBuilder(foreign.toString(), "600").start();
        Path folder = Files.createDirectories(dir.resolve("redis"));
        Path pidFile = folder.resolve("redis.pid");
        try {
            Files.writeString(pidFile, other.pid() + "\n");
            ServerProcess.stopOrphan(folder, pidFile, "Redis");
            assertThat(other.isAlive()).as("only the process id is the same").isTrue();

            ServerProcess.record(folder, other.toHandle());
            List<String> record = Files.readAllLines(folder.resolve("process"));
            Files.write(
                    folder.resolve("process"),
                    List.of(
                            record.get(0),
                            Instant.parse(record.get(1)).minusSeconds(3600).toString(),
                            record.get(2)));
            ServerProcess.stopOrphan(folder, pidFile, "Redis");
            assertThat(other.isAlive()).as("another start time").isTrue();

            Files.write(folder.resolve("process"), List.of(record.get(0), record.get(1), record.get(2) + " --port 1"));
            ServerProcess.stopOrphan(folder, pidFile, "Redis");
            assertThat(other.isAlive()).as("another command line").isTrue();

            Files.write(folder.resolve("process"), record);
            ServerProcess.stopOrphan(folder, pidFile, "Redis");
            assertThat(other.waitFor(30, TimeUnit.SECONDS))
                    .as("the recorded process")
                    .isTrue();
        } finally {
            other.destroyForcibly();
        }
    }

    @Test
    void a_recycled_id_in_the_file_of_a_version_without_record_is_left_alone() throws Exception {
        Path programs = Files.createDirectories(dir.resolve("redis/programs"));
        Path program = Files.copy(Path.of("/bin/sleep"), programs.resolve("redis-server"));
        Path pidFile = Files.writeString(dir.resolve("redis/redis.pid"), "0\n");
        Process later = new ProcessBuilder(program.toString(), "600").start();
        try {
            Files.writeString(pidFile, later.pid() + "\n");
            Files.setLastModifiedTime(pidFile, FileTime.from(Instant.now().minusSeconds(3600)));
            ServerProcess.stopOrphan(dir.resolve("redis"), pidFile, "Redis");
            assertThat(later.isAlive()).isTrue();
        } finally {
            later.destroyForcibly();
        }
    }

    @Test
    void only_the_password_of_the_own_user_opens_postgresql() throws Exception {
        try (Services services = Services.start(PreparedData.in(dir))) {
            String url = services.postgres().jdbcUrl();
            for (String database : List.of("postgres", "template1")) {
                String at = url.replaceFirst("[^/]*$", database);
                for (String user : List.of("postgres", EmbeddedPostgresService.USER, "root", "nobody")) {
                    assertThatThrownBy(() -> DriverManager.getConnection(at, user, "postgres"))
                            .as(user + " in " + database)
                            .isInstanceOf(SQLException.class);
                    assertThatThrownBy(() -> DriverManager.getConnection(at, user, ""))
                            .isInstanceOf(SQLException.class);
                }
                assertThatThrownBy(() -> DriverManager.getConnection(
                                at, "postgres", services.postgres().password()))
                        .isInstanceOf(SQLException.class);
            }
            assertThat(Files.readString(dir.resolve("postgres/cluster/pg_hba.conf")))
                    .doesNotContain("trust", "local");
        }
    }

    @Test
    void the_application_is_no_superuser_but_owns_its_tables() throws Exception {
        try (Services services = Services.start(PreparedData.in(dir))) {
            services.write("a", "1");
            for (String statement : List.of(
                    "COPY (SELECT 1) TO PROGRAM 'cat'",
                    "COPY kept FROM '/etc/passwd'",
                    "SELECT pg_read_file('/etc/passwd')",
                    "SELECT lo_import('/etc/passwd')",
                    "ALTER SYSTEM SET log_statement = 'all'",
                    "CREATE ROLE other LOGIN",
                    "SET ROLE postgres")) {
                assertThatThrownBy(() -> services.execute(statement))
                        .as(statement)
                        .hasMessageContaining("permission denied");
            }
            services.execute("ALTER TABLE kept ADD COLUMN more text; CREATE INDEX ON kept (more)");
        }
    }

    @Test
    void redis_refuses_what_comes_without_its_password() throws Exception {
        try (Services services = Services.start(PreparedData.in(dir))) {
            RedisURI uri = services.redis().uri();
            String nothing = "redis://127.0.0.1:" + uri.getPort();
            for (String url : List.of(
                    nothing,
                    nothing.replace("//", "//:redis@"),
                    nothing.replace("//", "//default:@"),
                    nothing.replace("//", "//root:root@"))) {
                try (RedisClient client = RedisClient.create(url)) {
                    assertThatThrownBy(() -> client.connect().sync().ping())
                            .as(url)
                            .isInstanceOf(RedisException.class);
                }
            }
        }
    }

    @Test
    void secrets_are_in_files_of_the_own_user_and_in_no_command_line() throws Exception {
        try (Services services = Services.start(PreparedData.in(dir))) {
            List<String> secrets = List.of(
                    services.postgres().password(),
                    String.valueOf(services.redis().uri().getPassword()));
            assertThat(secrets).allMatch(secret -> secret.matches("[0-9a-f]{64}"));
            for (String file : List.of("postgres/pgpass", "redis/password", "redis/redis.conf", "process.lock")) {
                assertThat(mode(dir.resolve(file))).as(file).isEqualTo("rw-------");
            }
            for (String folder : List.of("postgres", "postgres/cluster", "redis")) {
                assertThat(mode(dir.resolve(folder))).as(folder).isEqualTo("rwx------");
            }
            assertThat(Files.readString(dir.resolve("postgres/postgres.log"))
                            + Files.readString(dir.resolve("redis/redis.log")))
                    .doesNotContain(secrets);
            assertThat(ProcessHandle.allProcesses()
                            .map(process -> process.info().commandLine().orElse("")))
                    .noneMatch(line -> secrets.stream().anyMatch(line::contains));
        }
        assertThat(mode(Files.createDirectories(dir).resolve("postgres"))).isEqualTo("rwx------");
    }

    @Test
    void a_new_data_folder_is_open_to_the_own_user_only() throws Exception {
        try (DataFolder data = new DataFolder(dir.resolve("a/b"))) {
            assertThat(mode(data.path())).isEqualTo("rwx------");
            assertThat(mode(data.folder("index"))).isEqualTo("rwx------");
        }
    }

    /** As another user would try it; needs root, to become one. */
    @Test
    void another_user_of_the_machine_comes_in_nowhere() throws Exception {
        assumeTrue("root".equals(System.getProperty("user.name")) && Files.isExecutable(Path.of("/usr/bin/setpriv")));
        Path open = Files.createTempDirectory(Path.of("/tmp"), "data");
        Files.setPosixFilePermissions(open, PosixFilePermissions.fromString("rwxr-xr-x"));
        try (Services services = Services.start(open)) {
            services.write("a", "1");
            for (String attempt : List.of(
                    "ls postgres",
                    "ls redis",
                    "cat postgres/pgpass",
                    "cat redis/password",
                    "cat redis/redis.conf",
                    "cat redis/appendonly.aof",
                    "cat postgres/postgres.log",
                    "echo x >> process.lock",
                    "cat process.lock")) {
                assertThat(asNobody(open, attempt)).as(attempt).isNotZero();
            }
            assertThat(asNobody(open, "true")).isZero();
        } finally {
            FileSystemUtils.deleteRecursively(open);
        }
    }

    private static int asNobody(Path folder, String command) throws Exception {
        return new ProcessBuilder(
                        "setpriv", "--reuid=65534", "--regid=65534", "--clear-groups", "/bin/sh", "-c", command)
                .directory(folder.toFile())
                .start()
                .waitFor();
    }

    /** What versions before the password left: a superuser for everybody, tables that belong to him, open folders. */
    @Test
    void a_data_folder_of_a_version_without_passwords_is_taken_over() throws Exception {
        Path cluster = dir.resolve("postgres/cluster");
        Files.createDirectories(dir.resolve("redis"));
        try (EmbeddedPostgres old = EmbeddedPostgres.builder()
                        .setDataDirectory(cluster)
                        .setCleanDataDirectory(false)
                        .setOverrideWorkingDirectory(
                                dir.resolve("postgres/programs").toFile())
                        .setServerConfig("listen_addresses", "127.0.0.1")
                        .start();
                Connection connection = old.getPostgresDatabase().getConnection();
                var statement = connection.createStatement()) {
            statement.execute("CREATE TABLE kept (key text, value text); INSERT INTO kept VALUES ('a', '1');"
                    + "CREATE TABLE numbered (id bigint GENERATED ALWAYS AS IDENTITY, number serial);"
                    + "CREATE VIEW seen AS SELECT * FROM kept; CREATE SEQUENCE alone");
        }
        Files.writeString(dir.resolve("postgres/finished"), "");
        try (Services services = Services.start(dir)) {
            services.execute("DROP VIEW seen; DROP SEQUENCE alone; ALTER TABLE numbered ADD COLUMN more text;"
                    + "INSERT INTO numbered DEFAULT VALUES");
            services.write("a", "1");
            assertThat(services.read("a")).isEqualTo("1");
            assertThatThrownBy(() ->
                            DriverManager.getConnection(services.postgres().jdbcUrl(), "postgres", "postgres"))
                    .isInstanceOf(SQLException.class);
        }
    }

    @Test
    void a_password_whose_file_was_deleted_is_set_again() throws Exception {
        String first;
        try (Services services = Services.start(PreparedData.in(dir))) {
            services.write("a", "1");
            first = services.postgres().password();
        }
        Files.delete(dir.resolve("postgres/pgpass"));
        try (Services services = Services.start(dir)) {
            assertThat(services.read("a")).isEqualTo("1");
            assertThat(services.postgres().password()).isNotEqualTo(first);
        }
        Files.writeString(dir.resolve("postgres/pgpass"), "127.0.0.1:*:*:telegram_assistant:wrong\n");
        try (DataFolder data = new DataFolder(dir)) {
            assertThatThrownBy(() -> new EmbeddedPostgresService(data, 0))
                    .isInstanceOf(ConfigurationException.class)
                    .hasMessageContaining("delete " + dir.resolve("postgres/pgpass"));
        }
        assertThat(Files.exists(dir.resolve("postgres/cluster/postmaster.pid"))).isFalse();
    }

    /** Spring interrupts a start that it cancels. */
    @Test
    void an_interrupted_thread_stops_the_servers_all_the_same() throws Exception {
        long postgres;
        long redis;
        try (Services services = Services.start(PreparedData.in(dir))) {
            postgres = pid(dir.resolve("postgres/process"));
            redis = pid(dir.resolve("redis/process"));
            Thread.currentThread().interrupt();
        } finally {
            assertThat(Thread.interrupted()).isTrue();
        }
        // what has ended may stay in the table of processes until its parent has asked
        await().untilAsserted(() -> assertThat(isRunning(postgres)).isFalse());
        await().untilAsserted(() -> assertThat(isRunning(redis)).isFalse());
    }

    private static boolean isRunning(long pid) throws IOException {
        Path state = Path.of("/proc/" + pid + "/stat");
        return ProcessHandle.of(pid).isPresent()
                && !(Files.exists(state) && Files.readString(state).contains(") Z "));
    }

    /** Ctrl-C in a terminal goes to the group of the process; the servers are stopped after the work that needs them. */
    @Test
    void the_servers_are_in_sessions_of_their_own() throws Exception {
        try (Services services = Services.start(PreparedData.in(dir))) {
            for (String server : List.of("postgres", "redis")) {
                long pid = pid(dir.resolve(server).resolve("process"));
                String[] stat = Files.readString(Path.of("/proc/" + pid + "/stat"))
                        .replaceFirst(".*\\) ", "")
                        .split(" ");
                assertThat(stat[3]).as("session of " + server).isEqualTo(Long.toString(pid));
            }
        }
    }

    private static String mode(Path file) throws IOException {
        return PosixFilePermissions.toString(Files.getPosixFilePermissions(file));
    }

    private static long pid(Path file) throws Exception {
        return Long.parseLong(Files.readAllLines(file).get(0).strip());
    }

    /** Both services on one folder; as a program: starts them, writes, says so and waits to be killed. */
    record Services(DataFolder data, EmbeddedPostgresService postgres, EmbeddedRedisService redis)
            implements AutoCloseable {

        static Services start(Path dir) throws IOException {
            DataFolder data = new DataFolder(dir);
            for (String service : List.of("postgres", "redis")) {
                Path port = data.folder(service).resolve("port");
                if (Files.notExists(port)) {
                    Files.writeString(port, Integer.toString(FreePort.next()));
                }
            }
            return new Services(data, new EmbeddedPostgresService(data, 0), new EmbeddedRedisService(data, 0));
        }

        public static void main(String[] args) throws Exception {
            Services services = start(Path.of(args[0]));
            services.write("child", "2");
            System.out.println("written");
            Thread.currentThread().join();
        }

        String addresses() {
            return postgres.jdbcUrl() + " " + redis.uri().getPort();
        }

        void write(String key, String value) throws Exception {
            try (Connection connection = connect();
                    var statement = connection.createStatement()) {
                statement.execute("CREATE TABLE IF NOT EXISTS kept (key text, value text)");
                statement.execute("INSERT INTO kept VALUES ('" + key + "', '" + value + "')");
            }
            try (RedisClient client = RedisClient.create(redis.uri());
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
                    RedisClient client = RedisClient.create(redis.uri());
                    var redisConnection = client.connect()) {
                String inRedis = redisConnection.sync().get(key);
                return rows.next() && rows.getString(1).equals(inRedis) ? inRedis : null;
            }
        }

        void execute(String statements) throws SQLException {
            try (Connection connection = connect();
                    var statement = connection.createStatement()) {
                statement.execute(statements);
            }
        }

        String redisSetting(String name) {
            try (RedisClient client = RedisClient.create(redis.uri());
                    var connection = client.connect()) {
                return connection.sync().configGet(name).get(name);
            }
        }

        private Connection connect() throws SQLException {
            return DriverManager.getConnection(postgres.jdbcUrl(), EmbeddedPostgresService.USER, postgres.password());
        }

        @Override
        public void close() throws Exception {
            redis.close();
            postgres.close();
            data.close();
        }
    }
}
