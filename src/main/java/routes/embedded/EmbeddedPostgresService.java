package routes.embedded;

import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.util.FileSystemUtils;
import routes.configuration.ConfigurationException;

/** A real PostgreSQL started by this process, its data under {@code <data>/postgres}. */
final class EmbeddedPostgresService implements AutoCloseable {
    static final String USER = "postgres";
    static final String DATABASE = "postgres";

    /** Written when programs and cluster are complete. */
    private static final String FINISHED = "finished";

    private static final Logger LOG = LoggerFactory.getLogger(EmbeddedPostgresService.class);

    private final EmbeddedPostgres postgres;

    EmbeddedPostgresService(DataFolder data, int configuredPort) {
        Path folder = data.folder("postgres");
        Path cluster = folder.resolve("cluster");
        OrphanProcess.stop(cluster.resolve("postmaster.pid"), "postgres");
        removeUnfinished(folder, cluster);
        int port = EmbeddedPort.choose("EMBEDDED_POSTGRES_PORT", configuredPort, folder.resolve("port"))
                .number();
        var log =
                ProcessBuilder.Redirect.appendTo(folder.resolve("postgres.log").toFile());
        try {
            postgres = EmbeddedPostgres.builder()
                    .setPort(port)
                    .setDataDirectory(cluster)
                    .setCleanDataDirectory(false)
                    // not below the temporary folder of the machine, which another user may own
                    .setOverrideWorkingDirectory(programs(folder).toFile())
                    // the application stops it, after everything that uses it
                    .setRegisterShutdownHook(false)
                    .setPGStartupWait(Duration.ofSeconds(60))
                    .setOutputRedirector(log)
                    .setErrorRedirector(log)
                    .setServerConfig("listen_addresses", "127.0.0.1")
                    .setServerConfig("unix_socket_directories", "")
                    .setServerConfig("max_connections", "60")
                    .setServerConfig("shared_buffers", "64MB")
                    // the library is made for tests: what is confirmed here is to survive a kill of the server
                    .setServerConfig("fsync", "on")
                    .setServerConfig("synchronous_commit", "on")
                    .setServerConfig("full_page_writes", "on")
                    .setServerConfig("timezone", "UTC")
                    .setLocaleConfig("locale", "C.UTF-8")
                    .setLocaleConfig("encoding", "UTF-8")
                    .start();
        } catch (IOException | RuntimeException | ExceptionInInitializerError e) {
            throw new ConfigurationException(
                    "The embedded PostgreSQL does not start (" + e + "); see " + folder.resolve("postgres.log")
                            + ", or set DATABASE_URL to a server of your own",
                    e);
        }
        finished(folder);
        LOG.info("Embedded PostgreSQL on 127.0.0.1:{}, data in {}", port, cluster);
    }

    /** What a kill during the very first start left half unpacked or half initialised; nothing was ever stored in it. */
    private static void removeUnfinished(Path folder, Path cluster) {
        try {
            if (!Files.exists(folder.resolve(FINISHED))) {
                FileSystemUtils.deleteRecursively(cluster);
                FileSystemUtils.deleteRecursively(programs(folder));
            }
        } catch (IOException e) {
            throw new ConfigurationException(
                    folder + ": what an unfinished start left there cannot be removed (" + e + "); delete the folder",
                    e);
        }
    }

    private static void finished(Path folder) {
        try {
            Files.writeString(folder.resolve(FINISHED), "The first start was finished.\n");
        } catch (IOException e) {
            throw new ConfigurationException(folder + ": cannot be written (" + e + ")", e);
        }
    }

    private static Path programs(Path folder) {
        return folder.resolve("programs");
    }

    String jdbcUrl() {
        return "jdbc:postgresql://127.0.0.1:" + postgres.getPort() + "/" + DATABASE;
    }

    @Override
    public void close() throws IOException {
        postgres.close();
    }
}
