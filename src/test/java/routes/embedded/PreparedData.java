package routes.embedded;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.springframework.jdbc.datasource.DriverManagerDataSource;
import org.springframework.util.FileSystemUtils;
import routes.testing.EmbeddedDatabase;
import routes.testing.FreePort;

/**
 * Data folders as a first start leaves them: PostgreSQL is unpacked and initialised, the schema is migrated, ports are recorded. The first
 * use in a JVM makes the folder that the others are copies of, which saves each test the first start.
 */
public final class PreparedData {
    private static Path original;

    private PreparedData() {}

    /** Prepares the folder, unless it has a PostgreSQL. */
    public static synchronized Path in(Path data) {
        try {
            if (original == null) {
                original = make();
            }
            if (Files.notExists(data.resolve("postgres"))) {
                try (var folder = new DataFolder(data)) {
                    copy("-a", original.resolve("postgres"), data);
                    // as links: nothing writes to them
                    copy("-al", original.resolve("programs"), data.resolve("postgres"));
                    for (String service : List.of("postgres", "redis")) {
                        Files.writeString(folder.folder(service).resolve("port"), Integer.toString(FreePort.next()));
                    }
                }
            }
            return data;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static Path make() throws IOException {
        Path folder = Files.createTempDirectory("prepared-data");
        Runtime.getRuntime().addShutdownHook(new Thread(() -> {
            try {
                FileSystemUtils.deleteRecursively(folder);
            } catch (IOException e) {
                System.err.println("Not deleted: " + folder + ": " + e);
            }
        }));
        try (var data = new DataFolder(folder);
                var postgres = new EmbeddedPostgresService(data, FreePort.next())) {
            EmbeddedDatabase.flyway(new DriverManagerDataSource(
                            postgres.jdbcUrl(), EmbeddedPostgresService.USER, postgres.password()))
                    .load()
                    .migrate();
        }
        // what the machine's failure would lose is of no use to a test
        Files.writeString(
                folder.resolve("postgres/cluster/postgresql.conf"), "fsync = off\n", StandardOpenOption.APPEND);
        Files.move(folder.resolve("postgres/programs"), folder.resolve("programs"));
        // it belongs to the server that has run
        Files.delete(folder.resolve("postgres/process"));
        return folder;
    }

    /** With modes and symbolic links. */
    private static void copy(String options, Path from, Path to) throws IOException {
        Process copy = new ProcessBuilder("cp", options, from.toString(), to.toString())
                .inheritIO()
                .start();
        try {
            if (!copy.waitFor(60, TimeUnit.SECONDS) || copy.exitValue() != 0) {
                throw new IOException("cp failed");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException(e);
        }
    }
}
