package routes.operations;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.Map;
import java.util.Set;
import org.apache.camel.CamelContext;
import org.apache.camel.impl.DefaultCamelContext;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.core.io.support.PathMatchingResourcePatternResolver;
import routes.events.OwnStreams;
import routes.replay.OperatorAudit;
import routes.routefiles.LiveRoutes;
import routes.routefiles.PipelineStages;
import routes.routefiles.RouteEnvironment;
import routes.routefiles.RouteFileValidator;
import routes.routefiles.RouteFiles;
import routes.routefiles.RouteFilesProperties;

/** The routes of a process without the pipeline: one, in a folder of its own. */
public final class RouteReloadsOfTests implements AutoCloseable {
    private static final String HELLO =
            """
            - route:
                id: hello
                description: Says hello.
                from:
                  id: hello-in
                  uri: direct:hello
                  steps:
                    - setBody:
                        id: hello-word
                        expression:
                          constant:
                            expression: hello
            """;

    private final CamelContext camel = new DefaultCamelContext();
    private final RouteReloads reloads;

    public RouteReloadsOfTests(Path folder, ObjectProvider<OperatorAudit> audit) {
        reloads = new RouteReloads(
                new RouteFilesProperties(false, Duration.ofSeconds(1)), new SimpleMeterRegistry(), audit);
        try {
            Files.createDirectories(folder);
            Files.writeString(folder.resolve("hello.camel.yaml"), HELLO);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        camel.start();
        var noneBuiltIn = new PathMatchingResourcePatternResolver(new URLClassLoader(new URL[0], null));
        var validator = new RouteFileValidator(
                new RouteEnvironment(Map.of(), name -> null, Set.of()), RouteReloadsOfTests.class.getClassLoader());
        var surroundings = new LiveRoutes.Surroundings() {
            @Override
            public void streams(OwnStreams own) {}

            @Override
            public void check() {}

            @Override
            public void count(LiveRoutes.Outcome outcome) {
                reloads.count(outcome);
            }
        };
        var live = new LiveRoutes(
                camel,
                new RouteFiles(noneBuiltIn, folder),
                PipelineStages.all(),
                validator,
                surroundings,
                Duration.ofSeconds(1),
                Clock.systemUTC());
        live.load();
        reloads.begin(camel, live);
    }

    public RouteReloads reloads() {
        return reloads;
    }

    @Override
    public void close() {
        camel.stop();
    }
}
