package routes;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import io.lettuce.core.Range;
import io.lettuce.core.XAddArgs;
import java.io.File;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.jdbc.core.simple.JdbcClient;
import routes.embedded.PreparedData;
import routes.events.StreamCatalog;
import routes.operations.MainJob;
import routes.operations.RunOptions;
import routes.redis.RedisLink;
import routes.testing.FreePort;

/** Runs the examples of docs/api.md as they stand, in a shell, beside the program with the demo channel. */
class ApiExamplesIT {

    private static final Path DOCUMENT = Path.of("docs/api.md");
    private static final Pattern EXAMPLES = Pattern.compile("^```sh\\n(.*?)^```$", Pattern.MULTILINE | Pattern.DOTALL);

    /** One call of curl: what came back, and for what. */
    private record Call(int status, String method, URI url) {

        static Call parse(String line) {
            String[] parts = line.split(" ", 3);
            return new Call(Integer.parseInt(parts[0]), parts[1], URI.create(parts[2]));
        }
    }

    @TempDir
    Path dir;

    @Test
    void every_example_succeeds_and_there_is_one_of_each_operation() throws Exception {
        Path curl = find("curl");
        assumeTrue(curl != null && find("bash") != null, "the examples need bash and curl");
        Path work = Files.createDirectories(dir.resolve("work"));

        try (var application = CommandLine.open(RunOptions.parse(
                "--demo",
                "--data.dir=" + PreparedData.in(work.resolve("data")),
                "--api.port=" + FreePort.next(),
                "--management.port=0",
                "--spring.profiles.active=telegram-stand-in",
                "--telegram.api-id=1",
                // a code can be made while the bot does not answer
                "--telegram.bot.token=700000001:AAE-of_examples_0123456789",
                "--telegram.bot.url=http://127.0.0.1:1",
                "--telegram.api-hash=0123456789abcdef0123456789abcdef",
                "--telegram.session-key=" + "0123456789abcdef".repeat(4)))) {
            application.getBean(MainJob.class).run(new PrintStream(OutputStream.nullOutputStream()));
            // as if an account were signed in and had found the channel
            application
                    .getBean(JdbcClient.class)
                    .sql(
                            "INSERT INTO live_channels (tenant_id, channel_id, history_from)"
                                    + " SELECT u.tenant_id, s.channel_id, now() FROM user_channel s JOIN users u ON u.id = s.user_id")
                    .update();
            deadLetters(application.getBean(RedisLink.class));
            String port = application.getEnvironment().getRequiredProperty("local.server.port");
            List<Call> calls = run(work, curl, "http://127.0.0.1:" + port);

            assertThat(calls).allSatisfy(call -> assertThat(call.status()).isBetween(200, 299));
            assertThat(operationsWithout(calls))
                    .as("operations without an example")
                    .isEmpty();
        }
        assertThat(work.resolve("picture.jpg")).isNotEmptyFile();
    }

    /** As if a group had given up entries; in truth it has processed them. */
    private static void deadLetters(RedisLink redis) {
        String key = new StreamCatalog().key("posts.enriched");
        Map<String, String> fields = new HashMap<>(redis.call(commands -> commands.xrange(key, Range.unbounded()))
                .get(0)
                .getBody());
        fields.put("dlq_group", "indexing_workers");
        fields.put("dlq_error", "of the test");
        fields.put("dlq_error_class", "java.lang.IllegalStateException");
        for (int n = 0; n < 3; n++) {
            String id = "1769860800000-" + n;
            redis.call(commands -> commands.xadd(key + ":dlq", new XAddArgs().id(id), fields));
        }
    }

    /** The calls that the examples made, told by a curl that writes them down. */
    private List<Call> run(Path work, Path curl, String api) throws IOException, InterruptedException {
        Path calls = Files.createFile(dir.resolve("calls"));
        Path output = dir.resolve("output");
        Path script = Files.writeString(
                dir.resolve("examples.sh"),
                EXAMPLES.matcher(Files.readString(DOCUMENT))
                        .results()
                        .map(example -> example.group(1))
                        .collect(Collectors.joining("\n", "set -euo pipefail\n", "\n")));
        Path tools = Files.createDirectories(dir.resolve("tools"));
        Path recorder = Files.writeString(
                tools.resolve("curl"),
                """
                #!/usr/bin/env bash
                "%s" --max-time 60 -w '%%{stderr}%%{http_code} %%{method} %%{url_effective}\\n' "$@" 2>> '%s'
                """
                        .formatted(curl, calls));
        assertThat(recorder.toFile().setExecutable(true)).isTrue();

        ProcessBuilder shell = new ProcessBuilder("bash", script.toString())
                .directory(work.toFile())
                .redirectErrorStream(true)
                .redirectOutput(output.toFile());
        shell.environment().put("API", api);
        // first the curl that writes down, then the tools of this JDK
        String path = String.join(
                File.pathSeparator,
                tools.toString(),
                Path.of(System.getProperty("java.home"), "bin").toString(),
                System.getenv("PATH"));
        shell.environment().put("PATH", path);
        Process running = shell.start();
        try {
            assertThat(running.waitFor(180, TimeUnit.SECONDS)).as("ended").isTrue();
        } finally {
            running.destroyForcibly();
        }
        assertThat(running.exitValue())
                .as("%s%n%s", Files.readString(output), Files.readString(calls))
                .isZero();
        return Files.readAllLines(calls).stream().map(Call::parse).toList();
    }

    private static TreeSet<String> operationsWithout(List<Call> calls) throws IOException {
        JsonNode document = new YAMLMapper()
                .readTree(Path.of("src/main/resources/openapi/openapi.yaml").toFile());
        var missing = new TreeSet<String>();
        document.path("paths").properties().forEach(path -> {
            path.getValue().fieldNames().forEachRemaining(method -> {
                if (calls.stream()
                        .noneMatch(call ->
                                call.method().equals(method.toUpperCase(Locale.ROOT)) && isFor(call, path.getKey()))) {
                    missing.add(method + " " + path.getKey());
                }
            });
        });
        return missing;
    }

    private static boolean isFor(Call call, String pattern) {
        return call.url().getPath().matches(pattern.replaceAll("\\{[^}]+}", "[^/]+"));
    }

    private static Path find(String program) {
        return Stream.of(System.getenv("PATH").split(File.pathSeparator))
                .map(folder -> Path.of(folder, program))
                .filter(Files::isExecutable)
                .findFirst()
                .orElse(null);
    }
}
