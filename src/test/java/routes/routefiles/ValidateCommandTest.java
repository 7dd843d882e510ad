package routes.routefiles;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.core.io.support.PathMatchingResourcePatternResolver;

class ValidateCommandTest {

    @TempDir
    Path folder;

    private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();

    @Test
    void succeeds_for_good_files() throws IOException {
        copy("good/30-tagging.camel.yaml");
        copy("good/00-errors.camel.yaml");
        copy("good/providers/llm-local.camel.yaml");

        assertThat(run(folder)).isZero();
        assertThat(output()).isEqualTo("3 route files checked, 3 of them from " + folder + ": no problems\n");
    }

    @Test
    void prints_file_line_column_and_message_of_each_problem_and_their_number() throws IOException {
        copy("bad/unknown-stream.camel.yaml");
        copy("bad/unknown-eip.camel.yaml");

        assertThat(run(folder)).isEqualTo(1);
        assertThat(output().lines())
                .containsExactly(
                        folder + "/unknown-eip.camel.yaml:7:11: unknown EIP 'lgo' (did you mean 'log'?)",
                        folder
                                + "/unknown-stream.camel.yaml:5:12: unknown stream 'post.parsed' (did you mean 'posts.parsed'?)",
                        folder
                                + "/unknown-stream.camel.yaml:11:18: unknown stream 'posts.taged' (did you mean 'posts.tagged'?)",
                        "2 route files checked, 2 of them from " + folder + ": 3 problems");
    }

    @Test
    void says_so_when_the_folder_is_not_there() {
        assertThat(ValidateCommand.isFolder(
                        folder.resolve("rotues"), new PrintStream(bytes, true, StandardCharsets.UTF_8)))
                .isFalse();
        assertThat(output()).contains("rotues is not a folder");
    }

    private int run(Path routes) {
        RouteFileValidator validator = new RouteFileValidator(Samples.environment(), Samples.classPath());
        // a class path without built-in routes
        PathMatchingResourcePatternResolver classPath =
                new PathMatchingResourcePatternResolver(ClassLoader.getPlatformClassLoader());
        return ValidateCommand.run(validator, classPath, routes, new PrintStream(bytes, true, StandardCharsets.UTF_8));
    }

    private String output() {
        return bytes.toString(StandardCharsets.UTF_8);
    }

    private void copy(String sample) throws IOException {
        Path target = folder.resolve(sample.substring(sample.indexOf('/') + 1));
        Files.createDirectories(target.getParent());
        Files.copy(Samples.FOLDER.resolve(sample), target);
    }
}
