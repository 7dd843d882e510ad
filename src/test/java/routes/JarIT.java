package routes;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;
import static org.assertj.core.api.InstanceOfAssertFactories.STRING;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import routes.testing.SmallModel;

/** What only the packaged program shows. */
class JarIT {
    /** Only Maven's phase {@code package} makes it. */
    private static final Path JAR = Path.of("target", "telegram-assistant.jar").toAbsolutePath();

    @TempDir
    Path folder;

    @Test
    void a_build_without_the_runtime_of_onnx_says_so_in_one_line() throws Exception {
        assumeThat(JAR).isRegularFile();
        Path model = SmallModel.in(folder);

        String said = java(2, List.of("-jar", JAR.toString(), "--embeddings.onnx-path=" + model, "--data.dir=data"));

        assertThat(said.lines().filter(line -> !line.contains(" INFO ")))
                .singleElement(STRING)
                .startsWith(
                        "telegram-assistant: EMBEDDINGS_ONNX_PATH is set, but this build does not contain the ONNX runtime")
                .endsWith("Build with: mvn -Ponnx -DskipTests package");
    }

    /** The commands of docs/operations.md, with {@code --help} instead of a start. */
    @Test
    void a_start_takes_its_classes_from_an_archive_made_by_the_documented_commands() throws Exception {
        assumeThat(JAR).isRegularFile();
        List<List<String>> commands = Files.readString(Path.of("docs", "operations.md"))
                .lines()
                .dropWhile(line -> !line.startsWith("## Faster start with class data sharing"))
                .filter(line -> line.contains("java -") && line.contains(" -jar "))
                .limit(3)
                .map(line ->
                        Arrays.asList(line.substring(line.indexOf("java ") + 5).split(" ")))
                .toList();
        assertThat(commands).hasSize(3);

        commands.get(0).replaceAll(argument -> argument.equals("telegram-assistant.jar") ? JAR.toString() : argument);
        commands.get(1).replaceAll(argument -> argument.equals("--exit-when-idle") ? "--help" : argument);
        java(0, commands.get(0));
        java(0, commands.get(1));
        List<String> start = new ArrayList<>(commands.get(2));
        start.add(0, "-Xlog:class+load");
        start.add("--help");

        assertThat(java(0, start))
                .containsPattern("routes\\.TelegramAssistant source: shared objects file \\(top\\)")
                .contains("--exit-when-idle");
    }

    private String java(int status, List<String> arguments) throws Exception {
        List<String> command = new ArrayList<>(
                List.of(Path.of(System.getProperty("java.home"), "bin", "java").toString()));
        command.addAll(arguments);
        Path output = folder.resolve("output.txt");
        Process process = new ProcessBuilder(command)
                .directory(folder.toFile())
                .redirectErrorStream(true)
                .redirectOutput(output.toFile())
                .start();
        try {
            assertThat(process.waitFor(120, TimeUnit.SECONDS))
                    .as("ended: %s", command)
                    .isTrue();
        } finally {
            process.destroyForcibly();
        }
        String said = Files.readString(output);
        assertThat(process.exitValue()).as(said).isEqualTo(status);
        return said;
    }
}
