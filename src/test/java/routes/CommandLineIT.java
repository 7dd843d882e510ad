package routes;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import routes.embedded.DataFolder;
import routes.embedded.PreparedData;
import routes.tdlib.RealTdlib;
import routes.testing.ChildJvm;

/** What a user sees when a start is impossible: one line, no stack trace, exit code 2. The program runs as it would for them. */
class CommandLineIT {

    @TempDir
    Path dir;

    private static ChildJvm.Archived program;

    @BeforeAll
    static void prepare(@TempDir Path archive) throws Exception {
        program = new ChildJvm.Archived(archive, TelegramAssistant.class, "--pipeline.routes=unknown");
    }

    @Test
    void a_wrong_environment_value() throws Exception {
        assertThat(run(Map.of("TAGGING_MAX_TAGS", "abc")))
                .isEqualTo("telegram-assistant: TAGGING_MAX_TAGS=abc: must be a whole number");
    }

    @Test
    void a_data_folder_that_cannot_be_written() throws Exception {
        Path file = Files.writeString(dir.resolve("file"), "no folder");
        assertThat(run(Map.of("DATA_DIR", file.resolve("data").toString())))
                .startsWith("telegram-assistant: DATA_DIR=" + file.resolve("data") + ": the folder cannot be written");
    }

    @Test
    void an_occupied_port() throws Exception {
        try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            String port = Integer.toString(taken.getLocalPort());
            PreparedData.in(dir.resolve("data"));
            assertThat(run(Map.of("EMBEDDED_REDIS_PORT", port)))
                    .startsWith("telegram-assistant: EMBEDDED_REDIS_PORT=" + port + ": the port is in use");
        }
    }

    @Test
    void an_option_that_does_not_exist() throws Exception {
        assertThat(refused("--dmeo")).startsWith("telegram-assistant: --dmeo: unknown option");
    }

    @Test
    void what_cannot_start_is_refused_before_any_service_starts() throws Exception {
        try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
                DataFolder used = new DataFolder(dir.resolve("used"))) {
            String port = Integer.toString(taken.getLocalPort());
            Path file = Files.writeString(dir.resolve("no-folder"), "");
            assertRefusedAtOnce("CONFIG_DIR=/nonexistent: the folder does not exist", "--config.dir=/nonexistent");
            assertRefusedAtOnce("CONFIG_DIR=" + file + ": is not a folder", "--config.dir=" + file);
            assertRefusedAtOnce(
                    "PIPELINE_ROUTES: unknown stage x; the stages are ingest, ", "--pipeline.routes=tagging,x");
            assertRefusedAtOnce("API_PORT=" + port + ": the port is in use", "--api.port=" + port);
            assertRefusedAtOnce("MANAGEMENT_PORT=" + port + ": the port is in use", "--management.port=" + port);
            assertRefusedAtOnce(
                    "DATA_DIR=" + used.path() + ": the folder is in use by process ", "--data.dir=" + used.path());
        }
    }

    @Test
    void a_setting_that_does_not_exist_is_refused_with_the_one_that_was_meant() throws Exception {
        assertRefusedAtOnce(
                "--tagging.max-tgas: unknown setting (did you mean 'tagging.max-tags'?)",
                "--tagging.max-tgas=3",
                "--tagging.maxTags=4",
                "--logging.level.org.example=info");
        Path config = Files.createDirectories(dir.resolve("work/config"));
        Files.writeString(config.resolve("application.yml"), "tagging:\n  max_tags: 4\n  providres: [local]\n");
        assertRefusedAtOnce("tagging.providres[0] in ", "--spring.config.additional-location=file:" + config + "/");
    }

    @Test
    void the_first_line_comes_before_anything_takes_time_and_names_the_version() throws Exception {
        run(Map.of("PIPELINE_ROUTES", "x"));
        assertThat(Files.readString(dir.resolve("output")).lines().findFirst())
                .hasValueSatisfying(line -> assertThat(line)
                        .matches("\\d{4}-\\d\\d-\\d\\dT[0-9:.]+\\S* INFO .*Telegram Assistant \\S.* is starting.*"));
    }

    @Test
    void the_version_and_a_check_of_routes_are_all_that_is_printed() throws Exception {
        assertThat(run(0, Map.of(), "--version")).matches("telegram-assistant \\S.*");
        assertThat(run(1, Map.of(), "--validate=/nonexistent"))
                .isEqualTo(
                        "/nonexistent is not a folder: --validate requires a folder with route files, such as config/routes");
        Path folder = Files.createDirectories(dir.resolve("routes"));
        assertThat(run(0, Map.of(), "--validate=" + folder))
                .matches("\\d+ route files checked, 0 of them from .*: no problems");
    }

    private void assertRefusedAtOnce(String message, String... options) {
        assertThat(refused(options))
                .startsWith("telegram-assistant: " + message)
                .doesNotContain("\n");
        assertThat(dir.resolve("data/postgres")).doesNotExist();
    }

    /** What the program prints when it refuses options. In this process: it ends before it starts anything. */
    private String refused(String... options) {
        Map<String, String> given = new LinkedHashMap<>();
        Stream.concat(
                        Stream.of("--data.dir=" + dir.resolve("data"), "--api.port=0", "--management.port=0"),
                        Stream.of(options))
                .forEach(option -> {
                    String name = option.replaceFirst("=.*", "");
                    // settings replace those before them; commands such as --import can be repeated
                    given.put(name.contains(".") ? name : option, option);
                });
        var printed = new ByteArrayOutputStream();
        var out = new PrintStream(printed, true, StandardCharsets.UTF_8);
        assertThat(new CommandLine(out, out).run(given.values().toArray(String[]::new)))
                .isEqualTo(2);
        return withoutLog(printed.toString(StandardCharsets.UTF_8));
    }

    @Test
    void exports_that_are_not_there_are_all_named_before_anything_starts() throws Exception {
        Path html = Files.createDirectory(dir.resolve("html"));
        Files.writeString(html.resolve("messages.html"), "");
        assertThat(refused("--import=" + dir.resolve("nothere"), "--import=" + html))
                .isEqualTo("telegram-assistant: --import=" + dir.resolve("nothere") + ": " + dir.resolve("nothere")
                        + ": no such file: specify the path of the result.json of an export, or of its folder\n"
                        + "--import=" + html + ": " + html.resolve("result.json")
                        + ": no such file: the folder contains an export in HTML; export in the format"
                        + " \"Machine-readable JSON\" in Telegram Desktop");
        assertThat(dir.resolve("data")).doesNotExist();
    }

    @Test
    void an_address_that_others_reach_without_keys() throws Exception {
        assertThat(refused("--api.address=0.0.0.0"))
                .startsWith(
                        "telegram-assistant: API_ADDRESS=0.0.0.0: this address is reachable from other machines, so API_KEYS must be set")
                .contains("--make-key");
        assertThat(refused("--management.address=::"))
                .startsWith("telegram-assistant: MANAGEMENT_ADDRESS=::: this address is reachable");
        assertThat(refused("--server.address=0.0.0.0"))
                .startsWith("telegram-assistant: API_ADDRESS=0.0.0.0: this address is reachable");
        assertThat(refused("--api.address=no.such.host.invalid"))
                .startsWith("telegram-assistant: API_ADDRESS=no.such.host.invalid: must be an address of this machine");
    }

    @Test
    void the_address_of_the_api_does_not_matter_where_there_is_none() throws Exception {
        try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            String port = Integer.toString(taken.getLocalPort());
            // ports are checked after addresses
            assertRefusedAtOnce(
                    "MANAGEMENT_PORT=" + port + ": the port is in use",
                    "--pipeline.routes=tagging",
                    "--api.address=0.0.0.0",
                    "--management.port=" + port);
        }
    }

    @Test
    void an_invalid_key_is_refused_without_showing_it() throws Exception {
        String hash = "a".repeat(64);
        assertThat(refused("--api.keys=anna:" + hash + ":default:reader,bob:" + hash + ":default:boss"))
                .startsWith(
                        "telegram-assistant: API_KEYS=***: entry 2: bob: the role must be reader, operator or admin")
                .doesNotContain(hash);
        assertThat(run(Map.of("API_KEYS", "anna:secret:default:reader")))
                .contains("entry 1: anna: the second part must be the SHA-256 of the key")
                .doesNotContain("secret:");
    }

    @Test
    void a_key_for_a_role_that_does_not_exist() throws Exception {
        assertThat(refused("--make-key=anna", "--role=boss"))
                .isEqualTo("telegram-assistant: --make-key: anna: the role must be reader, operator or admin");
        assertThat(refused("--role=reader"))
                .isEqualTo("telegram-assistant: --tenant and --role require --make-key=<name>");
    }

    private static final Map<String, String> TELEGRAM = Map.of(
            "TELEGRAM_API_ID", "12345",
            "TELEGRAM_API_HASH", "0123456789abcdef0123456789abcdef",
            "TELEGRAM_SESSION_KEY", "a key of a session",
            "TELEGRAM_TEST_SERVERS", "true");

    @Test
    void a_sign_in_without_what_it_needs() throws Exception {
        assertThat(run(Map.of(), "--telegram-login"))
                .startsWith("telegram-assistant: TELEGRAM_API_ID and TELEGRAM_API_HASH must both be set: ");
        assertThat(run(Map.of("TELEGRAM_API_HASH", "secret"), "--telegram-login"))
                .isEqualTo("telegram-assistant: TELEGRAM_API_HASH=***: must be 32 hexadecimal digits");
        assertThat(run(TELEGRAM, "--telegram-login=../x"))
                .startsWith("telegram-assistant: '../x' is not a valid name of a Telegram account");
        assertThat(run(with("TDLIB_LIBRARY", ""), "--telegram-login"))
                .isEqualTo(
                        "telegram-assistant: " + dir.resolve("data/tdlib/libtdjson.so")
                                + ": there is no such file; download TDLib with --fetch-tdlib, or set TDLIB_LIBRARY to a tdjson library");
        Path text = Files.writeString(dir.resolve("text.so"), "no library");
        assertThat(run(with("TDLIB_LIBRARY", text.toString()), "--telegram-login"))
                .startsWith("telegram-assistant: " + text
                        + ": is not a 64-bit Linux library, or is truncated; download TDLib");
    }

    @Test
    void a_sign_in_whose_input_ends_closes_tdlib() throws Exception {
        String output = run(1, with("TDLIB_LIBRARY", RealTdlib.library().toString()), "--telegram-login");
        assertThat(output)
                .contains("Phone number with + and country code, or Enter for a QR code: ")
                .endsWith("Not signed in: end of input");
        assertThat(Files.getPosixFilePermissions(dir.resolve("data/telegram/main")))
                .isEqualTo(PosixFilePermissions.fromString("rwx------"));
    }

    @Test
    void a_running_program_opens_its_accounts_and_closes_them_when_it_is_stopped() throws Exception {
        Map<String, String> settings = new HashMap<>(TELEGRAM);
        settings.putAll(Map.of("TDLIB_LIBRARY", RealTdlib.library().toString(), "PIPELINE_ROUTES", "telegram"));
        Files.createDirectories(dir.resolve("data/telegram/main"));
        PreparedData.in(dir.resolve("data"));
        Path output = dir.resolve("stopped");
        Process program = start(output, settings);
        try {
            await().atMost(Duration.ofSeconds(120))
                    .until(() -> Files.readString(output).contains("Telegram account main: NEEDS_PHONE_NUMBER"));
            program.destroy();
            assertThat(program.waitFor(60, TimeUnit.SECONDS)).as("ended").isTrue();
        } finally {
            program.destroyForcibly();
        }
        assertThat(program.exitValue()).isEqualTo(128 + 15);
        assertThat(Files.readString(output))
                .contains("Telegram account main: CLOSED")
                .doesNotContain(" ERROR ", "Exception")
                .doesNotContainPattern(" WARN .*(Telegram|Tdlib)");
    }

    @Test
    void tdlib_from_a_registry_that_does_not_answer() throws Exception {
        assertThat(run(Map.of("TDLIB_REGISTRY", "http://127.0.0.1:1"), "--fetch-tdlib"))
                .startsWith("Downloading TDLib from http://127.0.0.1:1\ntelegram-assistant: http://127.0.0.1:1/")
                .contains(": the download failed (")
                .endsWith("check the network and TDLIB_REGISTRY");
        assertThat(Files.getPosixFilePermissions(dir.resolve("data")))
                .isEqualTo(PosixFilePermissions.fromString("rwx------"));
    }

    private static Map<String, String> with(String variable, String value) {
        Map<String, String> all = new HashMap<>(TELEGRAM);
        all.put(variable, value);
        return all;
    }

    @ParameterizedTest
    @ValueSource(strings = {"is starting", "server starts", "Embedded PostgreSQL on", "Embedded Redis on"})
    void a_start_that_is_stopped_ends_at_once_and_logs_no_error(String moment) throws Exception {
        if (moment.startsWith("Embedded")) {
            PreparedData.in(dir.resolve("data")); // the others stop a first start
        }
        Path output = dir.resolve("stopped");
        Process program = start(output, Map.of());
        try {
            await().atMost(Duration.ofSeconds(120))
                    .until(() -> moment.equals("server starts")
                            ? Files.exists(dir.resolve("data/postgres/cluster/postmaster.pid"))
                            : Files.readString(output).contains(moment));
            program.destroy();
            assertThat(program.waitFor(30, TimeUnit.SECONDS)).as("ended").isTrue();
        } finally {
            program.destroyForcibly();
        }
        assertThat(program.exitValue()).isEqualTo(128 + 15);
        assertThat(ProcessHandle.allProcesses()
                        .map(process -> process.info().commandLine().orElse(""))
                        .filter(command -> command.contains(dir.toString())))
                .as("servers that still run")
                .isEmpty();
        assertThat(Files.readString(output)).doesNotContain(" ERROR ", " WARN ", "Exception", "failed unexpectedly");
    }

    /** All that the program printed, without the lines that services log when they start. */
    private String run(Map<String, String> environment, String... arguments) throws IOException, InterruptedException {
        return run(2, environment, arguments);
    }

    private String run(int exitCode, Map<String, String> environment, String... arguments)
            throws IOException, InterruptedException {
        Path output = dir.resolve("output");
        Process program = start(output, environment, arguments);
        try {
            assertThat(program.waitFor(120, TimeUnit.SECONDS)).as("ended").isTrue();
        } finally {
            program.destroyForcibly();
        }
        String text = Files.readString(output, StandardCharsets.UTF_8);
        assertThat(program.exitValue()).as(text).isEqualTo(exitCode);
        return withoutLog(text);
    }

    private static String withoutLog(String text) {
        return String.join(
                "\n", text.lines().filter(line -> !line.contains(" INFO ")).toList());
    }

    private Process start(Path output, Map<String, String> environment, String... arguments) throws IOException {
        ProcessBuilder builder = new ProcessBuilder(program.command(List.of(), arguments))
                .redirectErrorStream(true)
                .redirectOutput(output.toFile());
        builder.environment().put("DATA_DIR", dir.resolve("data").toString());
        builder.environment().putAll(Map.of("API_PORT", "0", "MANAGEMENT_PORT", "0"));
        builder.environment().putAll(environment);
        Process started = builder.start();
        started.getOutputStream().close(); // whoever asks is told that the input has ended
        return started;
    }
}
