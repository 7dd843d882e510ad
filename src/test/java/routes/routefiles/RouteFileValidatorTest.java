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
    void findsNothingInGoodFiles() {
        assertThat(validator.validate(Samples.set(Samples.FOLDER.resolve("good"))))
                .isEmpty();
    }

    @ParameterizedTest
    @MethodSource("badSamples")
    void reportsTheMistakeWithFileLineAndColumn(String sample) {
        List<String> lines = expected.stream()
                .filter(line -> line.startsWith(sample + ":") || line.startsWith(sample + "/"))
                .toList();
        assertThat(lines).as("lines for %s in bad.expected", sample).isNotEmpty();

        assertThat(validator.validate(Samples.set(BAD.resolve(sample))))
                .extracting(RouteProblem::toString)
                .containsExactlyElementsOf(lines);
    }

    @Test
    void reportsTheProblemsOfAllFilesAtOnce() throws IOException {
        List<RouteFile> all = badSamples()
                .filter(sample -> sample.startsWith("unknown-") && sample.endsWith(RouteFileName.SUFFIX))
                .flatMap(sample -> Samples.set(BAD.resolve(sample)).files().stream())
                .toList();

        List<RouteProblem> problems = validator.validate(new RouteSet(all, true, List.of()));

        assertThat(problems)
                .extracting(RouteProblem::file)
                .contains(all.stream().map(RouteFile::location).toArray(String[]::new));
    }

    @Test
    void doesNotAskForCallersOfARouteWhenStagesAreLeftOut() {
        RouteSet unused = Samples.set(BAD.resolve("direct-unused.camel.yaml"));

        assertThat(validator.validate(new RouteSet(unused.files(), false, List.of())))
                .isEmpty();
    }

    @Test
    void takesADirectEndpointForUsedWhenJavaCallsIt() {
        RouteEnvironment environment = Samples.environment();
        RouteFileValidator withCaller = new RouteFileValidator(
                new RouteEnvironment(
                        environment.beans(), environment.properties(), environment.streams(), Set.of("direct-unused")),
                Samples.classPath());

        assertThat(withCaller.validate(Samples.set(BAD.resolve("direct-unused.camel.yaml"))))
                .isEmpty();
    }

    @Test
    void leavesMethodsAloneOfBeansWhoseTypeIsNotKnown() {
        RouteEnvironment environment = Samples.environment();
        Map<String, Class<?>> untyped =
                environment.beans().keySet().stream().collect(Collectors.toMap(name -> name, name -> Object.class));
        RouteFileValidator validatorOfNames = new RouteFileValidator(
                new RouteEnvironment(untyped, environment.properties(), environment.streams(), Set.of()),
                Samples.classPath());

        assertThat(validatorOfNames.validate(Samples.set(Samples.FOLDER.resolve("good"))))
                .isEmpty();
    }
}
