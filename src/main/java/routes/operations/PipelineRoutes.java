package routes.operations;

import io.lettuce.core.RedisException;
import java.time.Clock;
import java.util.List;
import java.util.stream.Collectors;
import org.apache.camel.CamelContext;
import org.apache.camel.Route;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.context.ApplicationContext;
import org.springframework.stereotype.Component;
import routes.answers.AnswerProperties;
import routes.embeddings.EmbeddingProvider;
import routes.events.OwnStreams;
import routes.events.StreamCatalog;
import routes.llm.Providers;
import routes.redis.StreamAdmin;
import routes.routefiles.LiveRoutes;
import routes.routefiles.PipelineStages;
import routes.routefiles.RouteEnvironment;
import routes.routefiles.RouteFileValidator;
import routes.routefiles.RouteFiles;
import routes.routefiles.RouteFilesProperties;
import routes.stages.StreamKeys;
import routes.tagging.TaggingProperties;
import routes.vision.VisionProperties;

/** Loads and starts the routes of the stages that this process runs. */
@Component
record PipelineRoutes(
        ApplicationContext spring,
        CamelContext camel,
        StreamCatalog catalog,
        RouteFiles files,
        Providers providers,
        TaggingProperties tagging,
        VisionProperties vision,
        EmbeddingProvider embeddings,
        AnswerProperties answers,
        StreamAdmin admin,
        StreamKeys keys,
        RouteFilesProperties properties,
        RouteReloads reloads,
        Clock clock) {
    private static final Logger LOG = LoggerFactory.getLogger(PipelineRoutes.class);

    /** @param trial start only routes that other routes call: no stream consumers */
    void start(PipelineStages stages, boolean trial) throws Exception {
        var environment = RouteEnvironment.of(spring, spring.getEnvironment()::getProperty, catalog.names());
        files.outdated(false).forEach(file -> LOG.warn("{}", file));
        var live = new LiveRoutes(
                camel,
                files,
                stages,
                new RouteFileValidator(environment, spring.getClassLoader()),
                new Process(stages),
                properties.drainTimeout(),
                clock);
        live.load();
        check(stages);
        for (Route route : camel.getRoutes()) {
            if (!trial || route.getEndpoint().getEndpointUri().startsWith("direct:")) {
                camel.getRouteController().startRoute(route.getRouteId());
            }
        }
        if (stages.includes("retagging") && !trial) {
            // log line by which operators of the prior system recognise the stage
            LOG.info("RetaggingTask started successfully");
        }
        LOG.info(
                "{} routes {}: {}",
                camel.getRoutesSize(),
                trial ? "are loaded" : "run",
                camel.getRoutes().stream().map(Route::getRouteId).collect(Collectors.joining(", ")));
        if (!trial) {
            reloads.begin(camel, live);
        }
    }

    /** @throws ConfigurationException if a provider that a setting names has no route */
    private void check(PipelineStages stages) {
        if (stages.includes("tagging")) {
            providers.check("TAGGING_PROVIDERS", tagging.providers(), camel);
        }
        if (stages.includes("vision")) {
            providers.check("VISION_PROVIDERS", vision.providers(), camel);
        }
        if (!Providers.isInProcess(embeddings.provider())) {
            providers.check("EMBEDDINGS_PROVIDER", List.of(embeddings.provider()), camel);
        }
        if (stages.includes("api")) {
            providers.check("ANSWER_PROVIDERS", answers.providers(), camel);
            providers.check("ANSWER_CHECK_PROVIDERS", answers.checkProviders(), camel);
        }
    }

    /** Applies edits of routes to the rest of the process. */
    private final class Process implements LiveRoutes.Surroundings {
        private final PipelineStages stages;

        Process(PipelineStages stages) {
            this.stages = stages;
        }

        @Override
        public void streams(OwnStreams own) {
            catalog.update(own);
            try {
                admin.ensureGroups(keys.groups());
            } catch (RedisException e) {
                // a consumer creates its own streams and groups when it connects; the job stream-trim creates the
                // others
                LOG.warn(
                        "Cannot create the consumer groups of the route files; they are created when Redis is"
                                + " available: {}",
                        e.getMessage());
            }
        }

        @Override
        public void check() {
            PipelineRoutes.this.check(stages);
        }

        @Override
        public void count(LiveRoutes.Outcome outcome) {
            reloads.count(outcome);
        }
    }
}
