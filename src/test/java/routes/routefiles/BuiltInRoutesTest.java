package routes.routefiles;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.springframework.core.io.support.PathMatchingResourcePatternResolver;
import routes.TelegramAssistant;
import routes.events.StreamCatalog;

/** The build fails with file and line when a route file of the product is wrong. */
class BuiltInRoutesTest {

    private static final Path SOURCES = Path.of("src/main/resources/routes");

    @Test
    void built_in_route_files_are_valid() throws IOException {
        PathMatchingResourcePatternResolver classPath = new PathMatchingResourcePatternResolver();
        RouteFiles.RouteSet set = new RouteFiles(classPath, Path.of("config/routes")).resolve(PipelineStages.all());
        RouteEnvironment environment = RouteEnvironment.of(
                TelegramAssistant.class,
                RouteEnvironment.settings(classPath.getResourceLoader()),
                classPath.getResourceLoader(),
                new StreamCatalog().names());

        List<RouteProblem> problems =
                new RouteFileValidator(environment, getClass().getClassLoader()).validate(set);

        assertThat(set.files()).as("all route files").hasSizeGreaterThanOrEqualTo(sources());
        assertThat(problems.stream().map(BuiltInRoutesTest::line).collect(Collectors.joining("\n")))
                .isEmpty();
    }

    /** With the path of a built-in file from the project's folder, as editors and terminals make a link of it. */
    private static String line(RouteProblem problem) {
        return problem.file().startsWith("routes/") ? SOURCES.getParent() + "/" + problem : problem.toString();
    }

    private static int sources() throws IOException {
        try (Stream<Path> files = Files.walk(SOURCES)) {
            return (int) files.filter(file -> file.toString().endsWith(RouteFile.SUFFIX))
                    .count();
        }
    }
}
