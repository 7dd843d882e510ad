package routes.operations;

import io.lettuce.core.RedisClient;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.apache.camel.CamelContext;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.ApplicationArguments;
import org.springframework.boot.ApplicationRunner;
import org.springframework.context.ApplicationContext;
import org.springframework.core.io.support.PathMatchingResourcePatternResolver;
import org.springframework.stereotype.Component;
import routes.configuration.ConfigFolderProperties;
import routes.configuration.PipelineProperties;
import routes.embedded.RedisService;
import routes.embeddings.EmbeddingProvider;
import routes.events.StreamCatalog;
import routes.ingest.ImportService;
import routes.ingest.upload.UploadFolders;
import routes.llm.Providers;
import routes.reconcile.IndexRebuild;
import routes.redis.StreamAdmin;
import routes.routefiles.PipelineStages;
import routes.routefiles.RouteEnvironment;
import routes.routefiles.RouteFileValidator;
import routes.routefiles.RouteFiles;
import routes.routefiles.RouteLoader;
import routes.stages.StreamKeys;
import routes.tagging.TaggingProperties;
import routes.vectorindex.VectorIndex;

/**
 * Starts the pipeline once the HTTP ports answer. Waits for the database and migrates it, waits for Redis and creates all streams and
 * groups, then starts the routes.
 */
@Component
class Startup implements ApplicationRunner {
    private static final Logger LOG = LoggerFactory.getLogger(Startup.class);

    private final ApplicationContext spring;
    private final CamelContext camel;
    private final DatabaseMigration migration;
    private final RedisService redis;
    private final RedisClient client;
    private final StreamCatalog catalog;
    private final StreamKeys keys;
    private final StreamAdmin groups;
    private final RedisCheck redisCheck;
    private final VectorIndex index;
    private final IndexRebuild rebuild;
    private final EmbeddingProvider embeddings;
    private final ImportService imports;
    private final UploadFolders uploads;
    private final PipelineProperties pipeline;
    private final ConfigFolderProperties config;
    private final Providers providers;
    private final TaggingProperties tagging;
    private final RunOptions options;

    // one parameter for each component that is started
    @SuppressWarnings("TooManyParameters")
    Startup(
            ApplicationContext spring,
            CamelContext camel,
            DatabaseMigration migration,
            RedisService redis,
            RedisClient client,
            StreamCatalog catalog,
            StreamKeys keys,
            StreamAdmin groups,
            RedisCheck redisCheck,
            VectorIndex index,
            IndexRebuild rebuild,
            EmbeddingProvider embeddings,
            ImportService imports,
            UploadFolders uploads,
            PipelineProperties pipeline,
            ConfigFolderProperties config,
            Providers providers,
            TaggingProperties tagging,
            ObjectProvider<RunOptions> options) {
        this.spring = spring;
        this.camel = camel;
        this.migration = migration;
        this.redis = redis;
        this.client = client;
        this.catalog = catalog;
        this.keys = keys;
        this.groups = groups;
        this.redisCheck = redisCheck;
        this.index = index;
        this.rebuild = rebuild;
        this.embeddings = embeddings;
        this.imports = imports;
        this.uploads = uploads;
        this.pipeline = pipeline;
        this.config = config;
        this.providers = providers;
        this.tagging = tagging;
        this.options = options.getIfAvailable(RunOptions::none);
    }

    @Override
    public void run(ApplicationArguments arguments) throws Exception {
        PipelineStages stages = PipelineStages.parse(pipeline.routes());
        boolean indexes = stages.includes("indexing") && !isTrial();
        if (!options.reindex()) {
            index.checkDimension(embeddings.dimension());
        }
        migration.run();
        if (indexes) {
            rebuild.prepare(options.reindex());
            index.checkDimension(embeddings.dimension());
        }
        ServiceWait.until(
                "Redis at " + redis.address(),
                redis.isEmbedded() ? "see redis.log in the data folder" : "check REDIS_URL and that the server runs",
                this::ping);
        redisCheck.warn();
        groups.ensureGroups(keys.groups());
        loadRoutes(stages);
        if (indexes) {
            rebuild.start();
        }
        if (stages.includes("ingest") && !isTrial()) {
            uploads.sweep(imports::isNeeded);
            imports.start();
        }
    }

    /** Whether this is only a tagging trial: then no stream consumer, import or rebuild starts. */
    private boolean isTrial() {
        return options.tryTagging().isPresent();
    }

    private void ping() {
        try (var connection = client.connect()) {
            connection.sync().ping();
        }
    }

    private void loadRoutes(PipelineStages stages) throws Exception {
        var classPath = new PathMatchingResourcePatternResolver(spring);
        var environment =
                new RouteEnvironment(beans(), spring.getEnvironment()::getProperty, catalog.names(), Set.of());
        var files = new RouteFiles(classPath, config.dir().resolve("routes"));
        files.outdated(false).forEach(file -> LOG.warn("{}", file));
        new RouteLoader(new RouteFileValidator(environment, spring.getClassLoader()))
                .load(camel, files.resolve(stages));
        if (stages.includes("tagging")) {
            providers.check("TAGGING_PROVIDERS", tagging.providers(), camel);
        }
        for (var route : camel.getRoutes()) {
            if (!isTrial() || route.getEndpoint().getEndpointUri().startsWith("direct:")) {
                camel.getRouteController().startRoute(route.getRouteId());
            }
        }
        LOG.info(
                "{} routes {}: {}",
                camel.getRoutesSize(),
                isTrial() ? "are there" : "run",
                camel.getRoutes().stream().map(route -> route.getRouteId()).collect(Collectors.joining(", ")));
    }

    private Map<String, Class<?>> beans() {
        Map<String, Class<?>> beans = new HashMap<>();
        for (String name : spring.getBeanDefinitionNames()) {
            Class<?> type = spring.getType(name);
            beans.put(name, type == null ? Object.class : type);
        }
        return beans;
    }
}
