package routes;

import io.lettuce.core.RedisClient;
import io.lettuce.core.RedisException;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import javax.sql.DataSource;
import org.springframework.boot.context.properties.bind.Binder;
import routes.backup.Backup;
import routes.backup.Migrations;
import routes.backup.Restore;
import routes.configuration.ConfigurationException;
import routes.embedded.CommandServices;
import routes.objectstore.ObjectStore;
import routes.objectstore.folder.FolderObjectStore;
import routes.objectstore.s3.S3ObjectStore;
import routes.objectstore.s3.S3Properties;
import routes.operations.DatabaseSchema;
import routes.operations.RunOptions;
import routes.redis.RedisLink;

/** The command line options {@code --backup} and {@code --restore}: use the servers of the installation, without its pipeline. */
record BackupCommand(Binder settings, PrintStream out) {
    /** Timeout of a Redis call: the script that reads the positions of all streams may take some seconds. */
    private static final Duration REDIS_TIMEOUT = Duration.ofSeconds(60);

    /**
     * @throws routes.backup.BackupException if the backup or restore is not possible
     * @throws ConfigurationException if the servers cannot be used
     */
    void run(RunOptions options) {
        if (options.backup().isPresent()) {
            Path file = options.backup().get();
            try (CommandServices services = CommandServices.beside(settings)) {
                withStores(
                        services,
                        (database, redis, objects) ->
                                out.println(new Backup(database, redis, objects, Clock.systemUTC())
                                        .write(file, this::report)
                                        .text()));
            }
        } else {
            Path file = options.restore().orElseThrow();
            try (CommandServices services = CommandServices.alone(settings)) {
                withStores(services, (database, redis, objects) -> {
                    var migrations = new Migrations(() -> DatabaseSchema.flyway(database));
                    out.println(new Restore(database, migrations, redis, objects, Clock.systemUTC())
                            .run(file, this::report)
                            .text());
                });
            }
            out.println("Start the program. It rebuilds the index and resumes the interrupted work");
        }
    }

    private void report(String line) {
        out.println(line);
        out.flush();
    }

    private interface Work {
        void with(DataSource database, RedisLink redis, ObjectStore objects);
    }

    private void withStores(CommandServices services, Work work) {
        RedisClient client = services.redis().newClient();
        var s3 = settings.bindOrCreate("s3", S3Properties.class);
        try (var redis = new RedisLink(client, REDIS_TIMEOUT)) {
            DataSource database = DatabaseSchema.database(services.postgres());
            if (s3.endpointUrl().isBlank()) {
                work.with(database, redis, new FolderObjectStore(services.folder()));
            } else {
                try (var objects = new S3ObjectStore(s3)) {
                    work.with(database, redis, objects);
                }
            }
        } catch (RedisException e) {
            throw new ConfigurationException(
                    "Redis at " + services.redis().address() + " does not respond (" + e.getMessage()
                            + "); check that it runs",
                    e);
        } catch (IOException e) {
            throw new ConfigurationException(services.folder() + " cannot be used: " + e.getMessage(), e);
        } finally {
            client.shutdown(Duration.ZERO, Duration.ofSeconds(2));
        }
    }
}
