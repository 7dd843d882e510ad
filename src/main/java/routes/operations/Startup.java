package routes.operations;

import java.time.Duration;
import javax.sql.DataSource;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.boot.ApplicationRunner;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.NestedExceptionUtils;
import org.springframework.util.backoff.BackOffExecution;
import org.springframework.util.backoff.ExponentialBackOff;
import routes.backup.BackupException;
import routes.backup.Restore;
import routes.configuration.ConfigurationException;
import routes.embedded.PostgresService;
import routes.embedded.RedisService;
import routes.embeddings.EmbeddingProvider;
import routes.graph.Graph;
import routes.ingest.ImportService;
import routes.ingest.upload.UploadFolders;
import routes.reconcile.IndexRebuild;
import routes.redis.StreamAdmin;
import routes.routefiles.PipelineStages;
import routes.stages.StreamKeys;
import routes.vectorindex.VectorIndex;
import routes.vectorindex.VectorIndexException;
import routes.vectorindex.VectorIndexUnavailableException;

/**
 * Starts the pipeline once the HTTP ports accept requests. Waits for the database and migrates it, waits for Redis and creates all streams
 * and groups, then starts the routes.
 */
@Configuration(proxyBeanMethods = false)
class Startup {
    private static final Logger LOG = LoggerFactory.getLogger(Startup.class);
    private static final Duration FIRST_PAUSE = Duration.ofSeconds(1);
    private static final Duration LONGEST_PAUSE = Duration.ofSeconds(10);

    @Bean
    ApplicationRunner startPipeline(
            RunOptions options,
            StartChecks.PipelineProperties pipeline,
            PostgresService postgres,
            RedisService redis,
            RedisCheck redisCheck,
            StreamAdmin groups,
            StreamKeys keys,
            VectorIndex index,
            Graph graph,
            EmbeddingProvider embeddings,
            IndexRebuild rebuild,
            PipelineRoutes routes,
            ImportService imports,
            UploadFolders uploads) {
        return arguments -> {
            // a trial of a stage starts no stream consumer, no import and no rebuild
            boolean trial = options.withoutPipeline();
            PipelineStages stages = pipeline.stages();
            boolean indexes = stages.includes("indexing") && !trial;
            // only a process that writes the index waits for it; in other processes, only search depends on it
            if (indexes || options.reindex()) {
                await(
                        "The vector index " + index,
                        "check QDRANT_URL, QDRANT_API_KEY, and that the server is running",
                        index::count);
            }
            check(index, embeddings, options.reindex());
            migrate(postgres);
            if (indexes) {
                rebuild.prepare(options.reindex());
                check(index, embeddings, false);
            }
            await(
                    "Redis at " + redis.address(),
                    redis.isEmbedded()
                            ? "see redis.log in the data folder"
                            : "check REDIS_URL and that the server is running",
                    redisCheck::warn);
            groups.ensureGroups(keys.groups());
            graph.problem().ifPresent(problem -> LOG.warn("{}; posts are written to it when it is available", problem));
            routes.start(stages, trial);
            if (indexes) {
                rebuild.start();
            }
            if (stages.includes("ingest") && !trial) {
                uploads.sweep(imports::isNeeded);
                imports.start();
            }
        };
    }

    /** @throws VectorIndexException if the index has vectors of another model and is not being rebuilt */
    private static void check(VectorIndex index, EmbeddingProvider embeddings, boolean isRebuilt) {
        try {
            index.expect(embeddings.provider() + "/" + embeddings.model(), embeddings.dimension())
                    .filter(problem -> !isRebuilt)
                    .ifPresent(problem -> {
                        throw new VectorIndexException(problem);
                    });
        } catch (VectorIndexUnavailableException e) {
            LOG.warn("{}; searches fail until it is available", e.getMessage());
        }
    }

    private static void migrate(PostgresService postgres) throws InterruptedException {
        DataSource database = DatabaseSchema.database(postgres);
        await(
                "PostgreSQL at " + postgres.address(),
                postgres.isEmbedded()
                        ? "see postgres.log in the data folder"
                        : "check DATABASE_URL and that the server is running",
                () -> database.getConnection().close());
        DatabaseSchema.migrate(database);
        try {
            Restore.requireFinished(database);
        } catch (BackupException e) {
            throw new ConfigurationException(e.getMessage(), e);
        }
    }

    /** Throws an exception while the service is unreachable. */
    private interface Probe {
        void run() throws Exception;
    }

    /**
     * Waits for an unavailable service and logs each reason once.
     *
     * @param service name and address, for the message
     * @param remedy suggested remedy
     * @throws InterruptedException if the process is stopped
     */
    private static void await(String service, String remedy, Probe probe) throws InterruptedException {
        BackOffExecution pauses = new ExponentialBackOff(FIRST_PAUSE.toMillis(), 1.5).start();
        String logged = null;
        while (true) {
            try {
                probe.run();
                if (logged != null) {
                    LOG.info("{} is available again", service);
                }
                return;
            } catch (InterruptedException e) {
                throw e;
            } catch (Exception e) {
                if (e instanceof VectorIndexException refusal && !(e instanceof VectorIndexUnavailableException)) {
                    throw refusal; // the index responds, but cannot be used
                }
                Throwable root = NestedExceptionUtils.getMostSpecificCause(e);
                String reason =
                        String.valueOf(root.getMessage()).lines().findFirst().orElse(root.toString());
                if (!reason.equals(logged)) {
                    LOG.warn("{} is unavailable ({}): {}; retrying until it responds", service, reason, remedy);
                    logged = reason;
                }
            }
            Thread.sleep(Math.min(pauses.nextBackOff(), LONGEST_PAUSE.toMillis()));
        }
    }
}
