package routes.routefiles;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import routes.events.StreamCatalog;
import routes.routefiles.RouteFiles.RouteSet;

/**
 * Each file or folder in {@code bad} has its mistake; {@code bad.expected} says what must be reported for it, where and
 * how.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class RouteFileValidatorTest {

    private static final Path BAD = Samples.FOLDER.resolve("bad");

    private RouteFileValidator validator;
    private List<String> expected;

    @BeforeAll
    void prepare() throws IOException {
        validator = new RouteFileValidator(Samples.environment(), Samples.classPath());
        expected = Files.readAllLines(Samples.FOLDER.resolve("bad.expected"));
    }

    static Stream<String> badSamples() throws IOException {
        try (Stream<Path> samples = Files.list(BAD)) {
            return samples.map(sample -> sample.getFileName().toString()).sorted().toList().stream();
        }
    }

    @Test
    void finds_nothing_in_good_files() {
        assertThat(validator.validate(Samples.set(Samples.FOLDER.resolve("good"))))
                .isEmpty();
    }

    @ParameterizedTest
    @MethodSource("badSamples")
    void reports_the_mistake_with_file_line_and_column(String sample) {
        List<String> lines = expected.stream()
                .filter(line -> line.startsWith(sample + ":") || line.startsWith(sample + "/"))
                .toList();
        assertThat(lines).as("lines for %s in bad.expected", sample).isNotEmpty();

        assertThat(validator.validate(Samples.set(BAD.resolve(sample))))
                .extracting(RouteProblem::toString)
                .containsExactlyElementsOf(lines);
    }

    @Test
    void reports_the_problems_of_all_files_at_once() throws IOException {
        List<RouteFile> all = badSamples()
                .filter(sample -> sample.startsWith("unknown-") && sample.endsWith(RouteFile.SUFFIX))
                .flatMap(sample -> Samples.set(BAD.resolve(sample)).files().stream())
                .toList();

        List<RouteProblem> problems = validator.validate(new RouteSet(all, List.of()));

        assertThat(problems)
                .extracting(RouteProblem::file)
                .contains(all.stream().map(RouteFile::location).toArray(String[]::new));
    }

    @Test
    void refuses_the_group_of_a_built_in_stage_in_a_route_of_ones_own() {
        assertThat(problems(own("archive", "posts.enriched", "indexing_workers")))
                .containsExactly(
                        "config/routes/archive.camel.yaml:7:16: group 'indexing_workers' of stream 'posts.enriched'"
                                + " belongs to the stage 'indexing' of the program: each entry would be delivered to"
                                + " only one of them. Use a separate group for this route, such as 'archive_workers'");
        // also a group that its stage does not use, or whose stage does not run in this process
        assertThat(problems(own("archive", "posts.indexed", "trend_workers"))).hasSize(1);
        assertThat(problems(own("archive", "posts.tagged", "enrich_workers"))).hasSize(1);
    }

    @Test
    void accepts_the_groups_of_a_stage_in_the_file_that_replaces_or_is_it() {
        RouteFile override = own("indexing", "posts.enriched", "indexing_workers");
        assertThat(problems(new RouteFile(
                        override.path(), RouteFile.Origin.OVERRIDE, override.location(), override.text())))
                .isEmpty();
        assertThat(problems(own("trends", "posts.indexed", "trend_workers"))).isEmpty();
        // another stream has another group of that name
        assertThat(problems(own("archive", "posts.tagged", "indexing_workers"))).isEmpty();
        assertThat(problems(own("archive", "posts.enriched", "archive_workers")))
                .isEmpty();
    }

    @Test
    void refuses_one_group_of_two_routes_of_ones_own_and_names_the_other() {
        assertThat(problems(
                        own("archive", "posts.tagged", "shared"),
                        own("mirror", "posts.tagged", "shared"),
                        own("other", "posts.enriched", "shared")))
                .hasSize(2)
                .satisfies(found -> assertThat(found.get(0))
                        .startsWith("config/routes/archive.camel.yaml:7:16: group 'shared' of stream 'posts.tagged' is"
                                + " also used by route 'mirror' (config/routes/mirror.camel.yaml:7)"))
                .satisfies(found -> assertThat(found.get(1)).contains("route 'archive'"));
    }

    private static RouteFile own(String id, String stream, String group) {
        return new RouteFile(
                id + ".camel.yaml",
                RouteFile.Origin.ADDED,
                "config/routes/" + id + ".camel.yaml",
                """
                - route:
                    id: %1$s
                    description: Reads a stream.
                    from:
                      uri: redis-streams:%2$s
                      parameters:
                        group: %3$s
                      steps:
                        - log:
                            id: %1$s-log
                            message: hello
                """
                        .formatted(id, stream, group));
    }

    private List<String> problems(RouteFile... files) {
        RouteEnvironment environment = Samples.environment();
        Set<String> streams = new StreamCatalog().names();
        return new RouteFileValidator(
                        new RouteEnvironment(environment.beans(), environment.properties(), streams),
                        Samples.classPath())
                .validate(new RouteSet(List.of(files), List.of())).stream()
                        .map(RouteProblem::toString)
                        .toList();
    }

    @Test
    void leaves_methods_alone_of_beans_whose_type_is_not_known() {
        RouteEnvironment environment = Samples.environment();
        Map<String, Class<?>> untyped =
                environment.beans().keySet().stream().collect(Collectors.toMap(name -> name, name -> Object.class));
        RouteFileValidator validatorOfNames = new RouteFileValidator(
                new RouteEnvironment(untyped, environment.properties(), environment.streams()), Samples.classPath());

        assertThat(validatorOfNames.validate(Samples.set(Samples.FOLDER.resolve("good"))))
                .isEmpty();
    }
}
