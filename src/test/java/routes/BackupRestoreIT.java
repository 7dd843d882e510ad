package routes;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.lettuce.core.RedisClient;
import java.io.BufferedReader;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.time.Duration;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.awaitility.core.ConditionFactory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.jdbc.core.simple.JdbcClient;
import routes.backup.Backups;
import routes.embedded.PreparedData;
import routes.embedded.RedisService;
import routes.events.StreamCatalog;
import routes.ingest.ExportGenerator;
import routes.ingest.ImportService;
import routes.objectstore.ObjectStore;
import routes.operations.MainJob;
import routes.operations.RunOptions;
import routes.redis.StreamAdmin;
import routes.redis.StreamGroup;
import routes.replay.Operator;
import routes.testing.ChildJvm;
import routes.vectorindex.VectorIndex;

/** The whole application is backed up in the middle of its work, and the backup goes on in an empty installation. */
class BackupRestoreIT {
    private static final UUID TENANT = UUID.fromString("00000000-0000-0000-0000-000000000001");
    private static final Path EVERY_KIND = Path.of("src/test/resources/exports/every-kind");
    private static final int POSTS = 250;
    private static final int ALL = POSTS + 74;
    private static final String POISON = new StreamCatalog().key("posts.tagged");
    private static final int GROUPS =
            new StreamCatalog().stream("posts.tagged").groups().size();

    @TempDir
    Path folder;

    @Test
    void what_was_under_way_is_finished_in_another_installation() throws Exception {
        Path export = folder.resolve("result.json");
        ExportGenerator.write(export, POSTS, 300);
        Path original = PreparedData.in(folder.resolve("original"));
        Path byCommand = folder.resolve("by-command.tar");
        Path byProcess;
        try (var application = open(original)) {
            poison(application);
            ImportService imports = application.getBean(ImportService.class);
            imports.submit(1, TENANT, EVERY_KIND);
            imports.submit(1, TENANT, export);
            eventually().until(() -> number(application.getBean(JdbcClient.class), "SELECT count(*) FROM posts") > 74);

            Backups backups = application.getBean(Backups.class);
            assertThat(backups.start(Operator.local(Operator.Via.JMX))).isPresent();
            assertThat(command(original, "--backup=" + byCommand))
                    .as("beside the running process")
                    .contains(byCommand.toString())
                    .endsWith("exit code 0");
            eventually().until(() -> backups.list().get(0).endedAt() != null);
            assertThat(backups.list().get(0).status()).isEqualTo("done");
            byProcess = backups.folder().resolve(backups.list().get(0).file());
        }
        assertThat(folder.toFile().list()).noneMatch(name -> name.endsWith(".part"));

        assertGoesOn(byProcess, folder.resolve("other"));
    }

    private void assertGoesOn(Path backup, Path data) throws Exception {
        PreparedData.in(data);
        killRestore(backup, data);
        String output = command(data, "--restore=" + backup);
        assertThat(output).endsWith("exit code 0");

        try (var application = open(data, "--exit-when-idle")) {
            JdbcClient jdbc = application.getBean(JdbcClient.class);
            eventually()
                    .until(() ->
                            number(jdbc, "SELECT count(*) FROM imports WHERE status IN ('queued', 'running')") == 0);
            var out = new ByteArrayOutputStream();
            int code = application.getBean(MainJob.class).run(new PrintStream(out, true, StandardCharsets.UTF_8));
            assertThat(code).as(out.toString(StandardCharsets.UTF_8)).isZero(); // the poison was there before
            assertThat(number(jdbc, "SELECT count(*) FROM posts"))
                    .as("the import went on, too")
                    .isEqualTo(ALL);
            assertThat(
                            number(
                                    jdbc,
                                    """
                            SELECT count(*) FROM posts WHERE tagging_status NOT IN ('success', 'skipped')
                               OR indexing_status NOT IN ('indexed', 'skipped')"""))
                    .isZero();
            assertAllFound(application, jdbc);
            assertMediaAreTheSame(application, jdbc);
            StreamAdmin streams = application.getBean(StreamAdmin.class);
            assertThat(streams.stream(POISON).deadLetters()).isEqualTo(GROUPS);
            assertThat(streams.read(StreamGroup.deadLetterKey(POISON), "-", "+", 2)
                            .get(0)
                            .fields())
                    .containsEntry("data", "{\"poison\":");
        }
    }

    /** Ends the restore as a power failure does, once the archive is verified. What it was doing then decides how far it came. */
    private void killRestore(Path backup, Path data) throws Exception {
        Process process = start(data, "--restore=" + backup);
        try (var lines = new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8))) {
            String line = lines.readLine();
            while (line != null && !line.contains("the file is complete")) {
                line = lines.readLine();
            }
            assertThat(line).isNotNull();
        } finally {
            process.destroyForcibly();
        }
        assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
        assertThat(process.exitValue()).as("killed").isNotZero();
    }

    private static void assertAllFound(ConfigurableApplicationContext application, JdbcClient jdbc) {
        VectorIndex index = application.getBean(VectorIndex.class);
        List<UUID> indexed = jdbc.sql("SELECT id FROM posts WHERE indexing_status = 'indexed'")
                .query(UUID.class)
                .list();
        assertThat(indexed).hasSizeGreaterThan(POSTS);
        assertThat(index.count()).isEqualTo(indexed.size());
        assertThat(indexed).allSatisfy(id -> assertThat(index.find(TENANT, id)).isPresent());
    }

    private static void assertMediaAreTheSame(ConfigurableApplicationContext application, JdbcClient jdbc)
            throws Exception {
        ObjectStore objects = application.getBean(ObjectStore.class);
        List<Map<String, Object>> files = jdbc.sql("SELECT s3_key, file_sha256 FROM media_objects")
                .query()
                .listOfRows();
        assertThat(files).hasSizeGreaterThan(4);
        for (Map<String, Object> file : files) {
            try (var content = objects.get((String) file.get("s3_key")).orElseThrow()) {
                byte[] hash = MessageDigest.getInstance("SHA-256").digest(content.readAllBytes());
                assertThat(HexFormat.of().formatHex(hash)).isEqualTo(file.get("file_sha256"));
            }
        }
    }

    private static void poison(ConfigurableApplicationContext application) {
        RedisClient client =
                RedisClient.create(application.getBean(RedisService.class).uri());
        try {
            client.connect().sync().xadd(POISON, Map.of("event", "posts.tagged", "data", "{\"poison\":"));
        } finally {
            client.shutdown();
        }
        eventually()
                .until(() ->
                        application.getBean(StreamAdmin.class).stream(POISON).deadLetters() == GROUPS);
    }

    private static long number(JdbcClient jdbc, String sql) {
        return jdbc.sql(sql).query(Long.class).single();
    }

    private static ConfigurableApplicationContext open(Path data, String... options) {
        return CommandLine.open(RunOptions.parse(Stream.concat(
                        Stream.of(options),
                        Stream.of(
                                "--data.dir=" + data,
                                "--api.port=0",
                                "--management.port=0",
                                "--outbox.poll-interval=20"))
                .toArray(String[]::new)));
    }

    private String command(Path data, String option) throws Exception {
        Process process = start(data, option);
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor(120, TimeUnit.SECONDS)).isTrue();
        return output + "exit code " + process.exitValue();
    }

    private Process start(Path data, String option) throws IOException {
        Path work = Files.createDirectories(folder.resolve("work"));
        return new ProcessBuilder(ChildJvm.command(List.of(), TelegramAssistant.class, option, "--data.dir=" + data))
                .directory(work.toFile())
                .redirectErrorStream(true)
                .start();
    }

    private static ConditionFactory eventually() {
        return await().atMost(Duration.ofSeconds(120));
    }
}
