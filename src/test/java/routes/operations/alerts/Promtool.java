package routes.operations.alerts;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.stream.Stream;

/** Prometheus' own program for checking and testing rules. */
public final class Promtool {
    /** For {@link org.junit.jupiter.api.condition.EnabledIf}. */
    public static final String IS_INSTALLED = "routes.operations.alerts.Promtool#isInstalled";

    public static final String MISSING =
            "promtool is not on the PATH; it is part of Prometheus (Debian: package prometheus). .ci/run installs it";

    private Promtool() {}

    public static boolean isInstalled() {
        return isInstalled("promtool");
    }

    /** Whether a program is on the PATH. */
    public static boolean isInstalled(String program) {
        return Arrays.stream(System.getenv().getOrDefault("PATH", "").split(File.pathSeparator))
                .anyMatch(folder -> Files.isExecutable(Path.of(folder, program)));
    }

    /** Fails with the program's output if it finds an error. */
    public static void run(String... arguments) throws IOException, InterruptedException {
        Process promtool = new ProcessBuilder(Stream.concat(Stream.of("promtool"), Stream.of(arguments))
                        .toList())
                .redirectErrorStream(true)
                .start();
        String output = new String(promtool.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(promtool.waitFor()).as(output).isZero();
    }
}
