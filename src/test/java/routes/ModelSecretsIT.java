package routes;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import routes.llm.standin.Fault;
import routes.llm.standin.ModelServer;
import routes.llm.standin.TestCertificate;

/** Keys, tokens and the headers that carry them, with everything that can be logged logged, and GigaChat behind TLS. */
class ModelSecretsIT {

    @Test
    void no_key_token_or_authorisation_is_in_any_log_line_at_debug(@TempDir Path folder) throws Exception {
        Path log = folder.resolve("debug.log");
        TestCertificate certificate = TestCertificate.create(folder);
        String token;
        try (ModelServer tls = ModelServer.startTls(certificate.keyStore(), certificate.password());
                var pipeline = new ModelPipeline(
                        folder,
                        "--logging.config=" + debugTo(log, folder),
                        "--logging.level.root=debug",
                        "--logging.level.routes=debug",
                        "--tagging.providers=gigachat,openrouter",
                        "--gigachat.base-url=" + tls.gigaChatBaseUrl(),
                        "--gigachat.auth-url=" + tls.gigaChatAuthUrl(),
                        "--gigachat.ca-file=" + certificate.pem(),
                        "--gigachat.api-key=" + ModelPipeline.GIGACHAT_KEY,
                        "--openrouter.api-key=" + ModelPipeline.OPENROUTER_KEY)) {
            UUID first =
                    pipeline.imported("Телескоп наблюдает далёкую галактику").get(0);
            pipeline.awaitTags(first, "gigachat");
            tls.gigaChat().revokeTokens();
            tls.gigaChat().nextTokenStatus(401);
            tls.gigaChat().next(Fault.drop(), Fault.garbage());
            UUID second =
                    pipeline.imported("Ледокол идёт через арктический пролив").get(0);
            pipeline.awaitTags(second, "openrouter");
            token = tls.gigaChat().lastToken();
            assertThat(pipeline.models.openRouter().calls().get(0).headers().get("authorization"))
                    .isEqualTo("Bearer " + ModelPipeline.OPENROUTER_KEY);
        }

        List<String> lines = Files.readAllLines(log);
        assertThat(lines).as("it was at DEBUG").anyMatch(line -> line.contains("DEBUG org.apache.hc.client5"));
        assertThat(lines)
                .noneMatch(line -> line.contains(ModelPipeline.GIGACHAT_KEY)
                        || line.contains(ModelPipeline.OPENROUTER_KEY)
                        || line.contains(token.substring(0, 40))
                        || line.matches("(?i).*authorization: .*"));
    }

    /** A logging configuration that writes everything to a file. */
    private static Path debugTo(Path log, Path folder) throws Exception {
        return Files.writeString(
                folder.resolve("logback.xml"),
                """
                <configuration>
                  <appender name="file" class="ch.qos.logback.core.FileAppender">
                    <file>%s</file>
                    <encoder><pattern>%%level %%logger %%msg %%mdc%%n%%ex</pattern></encoder>
                  </appender>
                  <root level="DEBUG"><appender-ref ref="file"/></root>
                </configuration>"""
                        .formatted(log));
    }
}
