package routes;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The commands of docs/operations.md for a faster start, with {@code --help} instead of a start. */
class ClassArchiveIT {
    /** Only Maven's phase {@code package} makes it. */
    private static final Path JAR = Path.of("target", "telegram-assistant.jar").toAbsolutePath();

    @TempDir
    Path folder;

    @Test
    void a_start_takes_its_classes_from_an_archive_made_by_the_documented_commands() throws Exception {
        assumeThat(JAR).isRegularFile();
        List<List<String>> commands = Files.readString(Path.of("docs", "operations.md"))
                .lines()
                .dropWhile(line -> !line.startsWith("## Start in half the time"))
                .filter(line -> line.contains("java -") && line.contains(" -jar "))
                .limit(3)
                .map(line ->
                        Arrays.asList(line.substring(line.indexOf("java ") + 5).split(" ")))
                .toList();
        assertThat(commands).hasSize(3);

        java(commands.get(0), "telegram-assistant.jar", JAR.toString());
        java(commands.get(1), "--exit-when-idle", "--help");
        List<String> start = new ArrayList<>(commands.get(2));
        start.add(0, "-Xlog:class+load");
        start.add("--help");

        assertThat(java(start, "", ""))
                .containsPattern("routes\\.TelegramAssistant source: shared objects file \\(top\\)")
                .contains("--exit-when-idle");
    }

    private String java(List<String> arguments, String part, String instead) throws Exception {
        List<String> command = new ArrayList<>(
                List.of(Path.of(System.getProperty("java.home"), "bin", "java").toString()));
        arguments.forEach(argument -> command.add(argument.equals(part) ? instead : argument));
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
        assertThat(process.exitValue()).as(said).isZero();
        return said;
    }
}
