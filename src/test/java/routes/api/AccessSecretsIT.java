package routes.api;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import routes.api.access.NewApiKey;

/** Keys, with everything that can be logged logged. */
class AccessSecretsIT {

    private static final NewApiKey KEY = NewApiKey.make("anna", "default", "reader");
    private static final String UNKNOWN =
            NewApiKey.make("nobody", "default", "reader").key();
    private static final Path LOG = Path.of("target", "access-secrets.log");

    @RegisterExtension
    static final RunningApi api = new RunningApi()
            .with("api.keys", KEY.entry())
            .with("logging.config", everythingTo(LOG).toString())
            .with("logging.level.root", "trace");

    @Test
    void no_key_is_in_any_log_line_at_trace() throws IOException {
        assertThat(api.client(KEY.key()).get("/users/1").status()).isEqualTo(200);
        assertThat(api.client(KEY.key()).post("/users", "{}").status()).isEqualTo(403);
        assertThat(api.client(UNKNOWN).get("/users/1").status()).isEqualTo(401);

        List<String> lines = Files.readAllLines(LOG);
        assertThat(lines).as("it was at TRACE").anyMatch(line -> line.startsWith("TRACE org.springframework.security"));
        assertThat(lines)
                .noneMatch(line ->
                        Stream.of(KEY.key(), UNKNOWN, KEY.entry().split(":")[1]).anyMatch(line::contains));
    }

    static Path everythingTo(Path log) {
        try {
            Files.deleteIfExists(log);
            return Files.writeString(
                    Path.of(log + "-logback.xml"),
                    """
                    <configuration>
                      <appender name="file" class="ch.qos.logback.core.FileAppender">
                        <file>%s</file>
                        <encoder><pattern>%%level %%logger %%msg %%mdc%%n%%ex</pattern></encoder>
                      </appender>
                      <root level="TRACE"><appender-ref ref="file"/></root>
                    </configuration>"""
                            .formatted(log));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
