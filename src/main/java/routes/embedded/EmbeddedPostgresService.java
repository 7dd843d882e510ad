package routes.embedded;

import io.zonky.test.db.postgres.embedded.DefaultPostgresBinaryResolver;
import io.zonky.test.db.postgres.util.LinuxUtils;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.lang.ProcessBuilder.Redirect;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.apache.commons.compress.archivers.tar.TarArchiveInputStream;
import org.apache.commons.compress.compressors.xz.XZCompressorInputStream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.util.DigestUtils;
import org.springframework.util.FileSystemUtils;
import routes.configuration.ConfigurationException;

/**
 * A PostgreSQL server started by this process, with its data under {@code <data>/postgres}.
 *
 * <p>It is accessible only through TCP on 127.0.0.1, as {@link #USER}, who owns the database and is not a superuser, with the random
 * password in {@code <data>/postgres/pgpass}. The superuser has no password and cannot log in. If that file is missing, for example after
 * an update from a version that trusted every local user, the start sets a new password and makes the role the owner of all tables.
 */
final class EmbeddedPostgresService implements AutoCloseable {
    static final String USER = "telegram_assistant";
    static final String DATABASE = "postgres";

    /** Marker file, written when programs and cluster are complete. */
    private static final String FINISHED = "finished";

    private static final String SUPERUSER = "postgres";
    private static final int PROGRAM_TIMEOUT_SECONDS = 120;

    /** Passed on the command line, so that files of the cluster cannot override them. */
    private static final Map<String, String> SETTINGS = Map.of(
            "listen_addresses", "127.0.0.1",
            "unix_socket_directories", "",
            "password_encryption", "scram-sha-256",
            "max_connections", "60",
            "shared_buffers", "128MB",
            "timezone", "UTC");

    private static final Logger LOG = LoggerFactory.getLogger(EmbeddedPostgresService.class);

    private final Path folder;
    private final Path cluster;
    private final Path log;
    private final Path bin;
    private final int port;
    private final String password;

    EmbeddedPostgresService(DataFolder data, int configuredPort) {
        folder = data.folder("postgres");
        cluster = folder.resolve("cluster");
        log = folder.resolve("postgres.log");
        ServerProcess.stopOrphan(folder, cluster.resolve("postmaster.pid"), "PostgreSQL");
        removeUnfinished();
        port = ServerProcess.port("EMBEDDED_POSTGRES_PORT", configuredPort, folder.resolve("port"));
        try {
            bin = programs().resolve("bin");
            if (Files.notExists(cluster.resolve("PG_VERSION"))) {
                run("initdb", "-U", SUPERUSER, "--auth=reject", "--encoding=UTF-8", "--locale=C.UTF-8");
            }
            Files.writeString(
                    cluster.resolve("pg_hba.conf"),
                    "# written at every start\nhost " + DATABASE + " " + USER + " 127.0.0.1/32 scram-sha-256\n");
            password = password(folder.resolve("pgpass"));
            // passing the folder as an argument identifies the server in process lists
            run("pg_ctl", "start", "-D", cluster.toString(), "-w", "-t", "60", "-o", options());
            ServerProcess.record(folder, server());
            check();
            Files.writeString(folder.resolve(FINISHED), "The first start was finished.\n");
        } catch (IOException | RuntimeException e) {
            if (Files.exists(cluster.resolve("postmaster.pid"))) {
                close();
            }
            throw e instanceof ConfigurationException known
                    ? known
                    : new ConfigurationException(
                            "The embedded PostgreSQL failed to start (" + e + "); see " + log
                                    + ", or set DATABASE_URL to an existing server",
                            e);
        }
        LOG.info("Embedded PostgreSQL on 127.0.0.1:{}, data in {}", port, cluster);
    }

    /** Removes an incomplete installation left by a kill during the very first start. It never contained data. */
    private void removeUnfinished() {
        try {
            if (Files.notExists(folder.resolve(FINISHED))) {
                FileSystemUtils.deleteRecursively(cluster);
                FileSystemUtils.deleteRecursively(folder.resolve("programs"));
            }
        } catch (IOException e) {
            throw new ConfigurationException(
                    folder + ": the files of an unfinished start cannot be removed (" + e + "); delete the folder", e);
        }
    }

    /** Returns the folder of the unpacked programs. Each version of the archive has a separate folder. */
    private Path programs() throws IOException {
        String system = System.getProperty("os.name").split(" ")[0].replace("Mac", "Darwin");
        String machine = System.getProperty("os.arch").replace("amd64", "x86_64");
        byte[] archive;
        try (InputStream packed = DefaultPostgresBinaryResolver.INSTANCE.getPgBinary(system, machine)) {
            archive = packed.readAllBytes();
        }
        Path programs = folder.resolve("programs/PG-" + DigestUtils.md5DigestAsHex(archive));
        if (Files.notExists(programs)) {
            Path draft = folder.resolve("programs/unpacking");
            FileSystemUtils.deleteRecursively(draft);
            unpack(archive, draft);
            Files.move(draft, programs, StandardCopyOption.ATOMIC_MOVE);
        }
        return programs;
    }

    private static void unpack(byte[] archive, Path folder) throws IOException {
        try (var tar = new TarArchiveInputStream(new XZCompressorInputStream(new ByteArrayInputStream(archive)))) {
            for (var entry = tar.getNextEntry(); entry != null; entry = tar.getNextEntry()) {
                Path file = folder.resolve(entry.getName()).normalize();
                if (!file.startsWith(folder)) {
                    throw new IOException(entry.getName() + " is outside the folder of the archive");
                }
                Files.createDirectories(entry.isDirectory() ? file : file.getParent());
                if (entry.isSymbolicLink()) {
                    Files.createSymbolicLink(file, Path.of(entry.getLinkName()));
                } else if (entry.isFile()) {
                    Files.copy(tar, file);
                    file.toFile().setExecutable((entry.getMode() & 0100) != 0);
                }
            }
        }
    }

    /**
     * Returns the password of {@link #USER}, and sets one if the file does not exist. The file is in libpq's format ({@code PGPASSFILE}).
     */
    private String password(Path file) throws IOException {
        if (Files.exists(file)) {
            return Files.readString(file).strip().replaceFirst(".*:", "");
        }
        String made = DataFolder.newPassword();
        Path statements = folder.resolve("roles.sql");
        DataFolder.writeSecret(statements, roles(made));
        try {
            // no server is running, so no client can connect; a failing statement must not be logged with the password
            run(
                    Redirect.from(statements.toFile()),
                    "postgres",
                    "--single",
                    "--exit_on_error=on",
                    "--log_min_error_statement=panic",
                    "--password_encryption=scram-sha-256",
                    // more iterations protect passwords that can be guessed, and cost each new connection up to 60 ms
                    "--scram_iterations=1",
                    DATABASE);
        } finally {
            Files.delete(statements);
        }
        DataFolder.writeSecret(file, "127.0.0.1:*:*:" + USER + ":" + made + "\n");
        return made;
    }

    /** Returns one statement per line. Tables of earlier versions belong to the superuser. Identity sequences follow their tables. */
    private static String roles(String password) {
        return """
                DO $$ BEGIN IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = '%1$s') THEN CREATE ROLE %1$s; END IF; END $$
                ALTER ROLE %1$s LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOREPLICATION NOBYPASSRLS PASSWORD '%2$s'
                ALTER ROLE %3$s PASSWORD NULL
                ALTER DATABASE %4$s OWNER TO %1$s
                DO $$ DECLARE t regclass; BEGIN FOR t IN SELECT oid FROM pg_class WHERE relnamespace = 'public'::regnamespace \
                AND relkind IN ('r', 'p', 'v', 'm') LOOP EXECUTE format('ALTER TABLE %%s OWNER TO %1$s', t); END LOOP; END $$
                """
                .formatted(USER, password, SUPERUSER, DATABASE);
    }

    private String options() {
        // pg_ctl passes the options to a shell
        return Stream.concat(
                        SETTINGS.entrySet().stream().map(setting -> setting.getKey() + "=" + setting.getValue()),
                        Stream.of("port=" + port, "hba_file=" + cluster.resolve("pg_hba.conf")))
                .map(setting -> "-c '" + setting.replace("'", "'\\''") + "'")
                .collect(Collectors.joining(" "));
    }

    private void run(String program, String... arguments) throws IOException {
        run(Redirect.PIPE, program, arguments);
    }

    /**
     * Runs a program of the server. A terminal signal must not end {@code pg_ctl} before the server has written its process id, because
     * the server could then not be stopped.
     */
    private void run(Redirect input, String program, String... arguments) throws IOException {
        List<String> command = new ArrayList<>();
        if (LinuxUtils.isUnshareAvailable()) {
            // the server refuses to run as root
            command.addAll(List.of("unshare", "-U"));
        }
        command.add(bin.resolve(program).toString());
        command.addAll(List.of(arguments));
        ProcessBuilder builder = new ProcessBuilder(ServerProcess.inOwnSession(command))
                .redirectErrorStream(true)
                .redirectOutput(Redirect.appendTo(log.toFile()))
                .redirectInput(input);
        builder.environment().put("PGDATA", cluster.toString());
        Process process = builder.start();
        try {
            if (!process.waitFor(PROGRAM_TIMEOUT_SECONDS, TimeUnit.SECONDS)) {
                process.destroyForcibly();
                throw new IOException(program + " did not exit within " + PROGRAM_TIMEOUT_SECONDS + " s");
            }
        } catch (InterruptedException e) {
            process.destroy();
            Thread.currentThread().interrupt();
            throw new IOException("interrupted while " + program + " runs", e);
        }
        if (process.exitValue() != 0) {
            throw new IOException(program + " exited with status " + process.exitValue());
        }
    }

    private ProcessHandle server() throws IOException {
        String pid =
                Files.readAllLines(cluster.resolve("postmaster.pid")).get(0).strip();
        return ProcessHandle.of(Long.parseLong(pid))
                .orElseThrow(() -> new IOException("the server exited; see " + log));
    }

    private void check() {
        try {
            DriverManager.getConnection(jdbcUrl(), USER, password).close();
        } catch (SQLException e) {
            throw new ConfigurationException(
                    "The embedded PostgreSQL rejects its generated password (" + e.getMessage() + "); delete "
                            + folder.resolve("pgpass") + ", and the next start creates a new one",
                    e);
        }
    }

    String jdbcUrl() {
        return "jdbc:postgresql://127.0.0.1:" + port + "/" + DATABASE;
    }

    String password() {
        return password;
    }

    @Override
    public void close() {
        ServerProcess.evenIfInterrupted(() -> {
            try {
                run("pg_ctl", "stop", "-m", "fast", "-w", "-t", "60");
            } catch (IOException e) {
                LOG.warn("Cannot stop the embedded PostgreSQL ({}); the next start stops it", e.getMessage());
            }
        });
    }
}
