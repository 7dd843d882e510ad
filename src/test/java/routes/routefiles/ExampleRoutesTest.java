package routes.routefiles;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.core.io.support.PathMatchingResourcePatternResolver;
import routes.TelegramAssistant;
import routes.events.StreamCatalog;

/** The examples are valid as {@code --validate} says it, all together and with each that replaces a built-in file. */
class ExampleRoutesTest {
    private static final Path EXAMPLES = Path.of("config/routes/examples");

    @Test
    void the_examples_are_valid(@TempDir Path folder) throws IOException {
        copy(EXAMPLES, folder);
        try (Stream<Path> replacements = Files.list(EXAMPLES)) {
            for (Path replacement : replacements.filter(Files::isDirectory).toList()) {
                copy(replacement, folder);
            }
        }
        assertThat(validated(folder)).matches("\\d+ route files checked, \\d+ of them from .*: no problems\\s*");
    }

    private static void copy(Path from, Path to) throws IOException {
        try (Stream<Path> files = Files.list(from)) {
            for (Path file : files.filter(one -> one.toString().endsWith(RouteFile.SUFFIX))
                    .toList()) {
                Files.copy(file, to.resolve(file.getFileName()));
            }
        }
    }

    private static String validated(Path folder) {
        var classPath = new PathMatchingResourcePatternResolver();
        RouteEnvironment environment = RouteEnvironment.of(
                TelegramAssistant.class,
                RouteEnvironment.settings(classPath.getResourceLoader()),
                classPath.getResourceLoader(),
                new StreamCatalog().names());
        var out = new ByteArrayOutputStream();
        ValidateCommand.run(
                new RouteFileValidator(environment, ExampleRoutesTest.class.getClassLoader()),
                classPath,
                folder,
                new PrintStream(out, true, StandardCharsets.UTF_8));
        return out.toString(StandardCharsets.UTF_8);
    }
}
