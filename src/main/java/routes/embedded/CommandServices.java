package routes.embedded;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.springframework.boot.context.properties.bind.Binder;
import routes.configuration.ConfigurationException;
import routes.embedded.EmbeddedConfiguration.DatabaseProperties;
import routes.embedded.EmbeddedConfiguration.EmbeddedProperties;
import routes.embedded.EmbeddedConfiguration.RedisProperties;

/**
 * PostgreSQL and Redis for a command that does not run the pipeline: the configured servers; the servers of a running process; or the
 * servers of the data folder, started for the command.
 */
public final class CommandServices implements AutoCloseable {
    private final Path folder;
    private final DataFolder held;
    private final PostgresService postgres;
    private final RedisService redis;

    private CommandServices(Path folder, boolean takesFolder, Binder settings) {
        this.folder = folder;
        var database = settings.bindOrCreate("database", DatabaseProperties.class);
        var redisSettings = settings.bindOrCreate("redis", RedisProperties.class);
        var embedded = settings.bindOrCreate("embedded", EmbeddedProperties.class);
        held = takesFolder ? new DataFolder(folder) : null;
        PostgresService openedPostgres = null;
        try {
            openedPostgres = postgres(database, embedded);
            postgres = openedPostgres;
            redis = redis(redisSettings, embedded);
        } catch (RuntimeException e) {
            if (openedPostgres != null) {
                openedPostgres.close();
            }
            if (held != null) {
                held.close();
            }
            throw e;
        }
    }

    /**
     * Returns services for a command that only reads, with or without a running process.
     *
     * @throws ConfigurationException if there is no installation, or a server does not start
     */
    public static CommandServices beside(Binder settings) {
        Path folder = folder(settings);
        boolean isRunning = DataFolder.isHeld(folder);
        boolean isEmbedded = settings.bindOrCreate("database", DatabaseProperties.class)
                .url()
                .isEmpty();
        if (!isRunning && isEmbedded && Files.notExists(folder.resolve("postgres"))) {
            throw new ConfigurationException(
                    "DATA_DIR=" + folder + ": the folder contains no installation; set DATA_DIR to the folder of the"
                            + " installation, or DATABASE_URL and REDIS_URL to its servers");
        }
        return new CommandServices(folder, !isRunning, settings);
    }

    /**
     * Returns services for a command that changes all data: no other process may use the folder.
     *
     * @throws ConfigurationException if another process uses the folder, or a server does not start
     */
    public static CommandServices alone(Binder settings) {
        return new CommandServices(folder(settings), true, settings);
    }

    private static Path folder(Binder settings) {
        return settings.bindOrCreate("data", DataFolder.DataProperties.class)
                .dir()
                .toAbsolutePath()
                .normalize();
    }

    private PostgresService postgres(DatabaseProperties database, EmbeddedProperties embedded) {
        if (!database.url().isEmpty()) {
            return PostgresService.configured(database.url());
        }
        if (held != null) {
            return PostgresService.embedded(new EmbeddedPostgresService(held, embedded.postgresPort()));
        }
        String password = recorded("postgres/pgpass").replaceFirst(".*:", "");
        return PostgresService.configured("postgresql://" + EmbeddedPostgresService.USER + ":" + password
                + "@127.0.0.1:" + port(embedded.postgresPort(), "postgres") + "/" + EmbeddedPostgresService.DATABASE);
    }

    private RedisService redis(RedisProperties settings, EmbeddedProperties embedded) {
        if (!settings.url().isEmpty()) {
            return RedisService.configured(settings);
        }
        if (held != null) {
            return RedisService.embedded(new EmbeddedRedisService(held, embedded.redisPort()));
        }
        return RedisService.configured(new RedisProperties(
                "redis://:" + recorded("redis/password") + "@127.0.0.1:" + port(embedded.redisPort(), "redis"), ""));
    }

    private String port(int configured, String server) {
        return configured == 0 ? recorded(server + "/port") : Integer.toString(configured);
    }

    /** Returns what the running process has recorded about its servers. */
    private String recorded(String file) {
        try {
            List<String> lines = Files.readAllLines(folder.resolve(file));
            return lines.isEmpty() ? "" : lines.get(0).strip();
        } catch (IOException e) {
            throw new ConfigurationException(
                    "DATA_DIR=" + folder + ": the folder is in use, but " + file + " cannot be read (" + e
                            + "); run the command as the same user, and wait until the start is complete",
                    e);
        }
    }

    /** Returns the folder of the installation. */
    public Path folder() {
        return folder;
    }

    public PostgresService postgres() {
        return postgres;
    }

    public RedisService redis() {
        return redis;
    }

    @Override
    public void close() {
        redis.close();
        postgres.close();
        if (held != null) {
            held.close();
        }
    }
}
