package routes;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Semaphore;
import java.util.function.Function;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import javax.management.MBeanServer;
import javax.management.ObjectName;
import org.apache.camel.CamelContext;
import org.apache.camel.Route;
import org.apache.camel.ServiceStatus;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.data.domain.Range;
import org.springframework.data.redis.core.StringRedisTemplate;
import routes.llm.standin.ModelServer;
import routes.operations.RouteReloads;
import routes.routefiles.LiveRoutes;
import routes.testing.EmbeddedDatabase;
import routes.testing.EmbeddedRedis;

/** Route files are edited while the whole program works. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@ExtendWith(OutputCaptureExtension.class)
class RouteEditsIT {
    private static final Path BUILT_IN = Path.of("src/main/resources/routes");
    private static final String TAGGING = "30-tagging.camel.yaml";
    /** An idle route takes an edit within two seconds of an idle machine; that of a build is busy. */
    private static final Duration SOON = Duration.ofSeconds(60);

    private static final int EDITS = 100;
    private static final String MINE = "mine.camel.yaml";
    private static final String RENAMED = "70-mine.camel.yaml";
    private static final String OWNER = "unix:uid";
    private static final int SOMEBODY = 65534;
    /** Only root gives files away. */
    private static final boolean IS_ROOT = System.getProperty("user.name").equals("root");
    /** File, line, column, what is wrong, and what runs instead. */
    private static final Pattern PROBLEM = Pattern.compile("\\S+\\.camel\\.yaml(:\\d+:\\d+)?: .+; .+", Pattern.DOTALL);

    private static final Pattern POST = Pattern.compile("\"post_id\": ?\"([^\"]+)\"");

    @RegisterExtension
    static final EmbeddedDatabase DATABASE = new EmbeddedDatabase();

    @RegisterExtension
    static final EmbeddedRedis REDIS = new EmbeddedRedis();

    private ModelPipeline pipeline;
    private Path folder;
    private CamelContext camel;
    private RouteReloads reloads;
    private Path own;
    private int posts;

    @BeforeAll
    void open(@TempDir Path folder) throws IOException {
        this.folder = folder;
        own = Files.createDirectories(folder.resolve("config/routes"));
        pipeline = process(ModelServer.start(), folder, "one");
        pipeline.models.openRouter().answer(call -> "[\"телескоп\"]");
        camel = pipeline.application.getBean(CamelContext.class);
        reloads = pipeline.application.getBean(RouteReloads.class);
    }

    private static ModelPipeline process(ModelServer models, Path folder, String name, String... settings) {
        return new ModelPipeline(
                models,
                folder.resolve(name),
                Stream.concat(
                                Stream.of(
                                        "--camel.main.name=" + name,
                                        "--instance.name=" + name,
                                        "--database.url=" + DATABASE.jdbcUrl(),
                                        "--redis.url=" + REDIS.uri(),
                                        "--config.dir=" + folder.resolve("config"),
                                        "--openrouter.api-key=" + ModelPipeline.OPENROUTER_KEY,
                                        "--tagging.providers=openrouter"),
                                Stream.of(settings))
                        .toArray(String[]::new));
    }

    @AfterAll
    void close() {
        pipeline.close();
    }

    @AfterEach
    void clear() throws Exception {
        try (Stream<Path> files = Files.list(own)) {
            for (Path file : files.toList()) {
                Files.delete(file);
            }
        }
        reloads.reload();
    }

    private static String builtIn(String name) throws IOException {
        return Files.readString(BUILT_IN.resolve(name));
    }

    private void save(String name, String text) throws IOException {
        Files.writeString(own.resolve(name), text);
    }

    private LiveRoutes.State state() {
        return reloads.state().orElseThrow();
    }

    private List<UUID> imported(int number) throws IOException {
        return pipeline.imported(IntStream.range(0, number)
                .mapToObj(i -> "Телескоп номер " + posts++ + " наблюдает далёкую галактику")
                .toArray(String[]::new));
    }

    private String sink(String name, String group) {
        return """
                - templatedRoute:
                    routeTemplateRef: sink
                    routeId: %1$s
                    parameters:
                      - name: name
                        value: %1$s
                      - name: in
                        value: posts.indexed
                      - name: group
                        value: %2$s
                      - name: to
                        value: file:%3$s/%1$s?fileName=${exchangeProperty.event.postId}.json
                """
                .formatted(name, group, own.resolveSibling("files"));
    }

    @Test
    void an_edit_works_within_two_seconds_a_typing_error_is_told_and_changes_nothing_and_a_deletion_undoes_it(
            CapturedOutput log) throws Exception {
        String local = builtIn(TAGGING).replace("\"{{tagging.providers}}\"", "local");
        save(TAGGING, local);
        await().atMost(SOON)
                .pollInterval(Duration.ofMillis(20))
                .until(() -> state().files().get("tagging").location().contains("config"));
        assertThat(pipeline.awaitTags(imported(1).get(0), "local")).isNotEmpty();
        assertThat(pipeline.metric("route_reloads_total{outcome=\"loaded\"}")).isPositive();
        double refused = pipeline.metric("route_reloads_total{outcome=\"refused\"}");

        save(TAGGING, local.replaceFirst("ref: events", "ref: evnts"));
        await().atMost(SOON).until(() -> !state().failed().isEmpty());
        String problem = own.resolve(TAGGING) + ":21:18: unknown bean 'evnts' (did you mean 'events'?)";
        assertThat(log.getOut().lines().filter(line -> line.contains(problem)))
                .singleElement()
                .asString()
                .contains("WARN")
                .endsWith("; its last valid version runs");
        assertThat(pipeline.get("/health").at("/components/routes/status").asText())
                .isEqualTo("DEGRADED");
        await().atMost(SOON).untilAsserted(() -> assertThat(pipeline.metric("route_reloads_total{outcome=\"refused\"}"))
                .isEqualTo(refused + 1));
        assertThat(problems()).singleElement().asString().startsWith(problem);
        assertThat(pipeline.awaitTags(imported(1).get(0), "local")).isNotEmpty();

        Files.delete(own.resolve(TAGGING));
        await().atMost(SOON)
                .until(() -> state().files().get("tagging").location().startsWith("routes/"));
        assertThat(pipeline.awaitTags(imported(1).get(0), "openrouter")).isNotEmpty();
        assertThat(pipeline.get("/health").at("/components/routes/status").asText())
                .isEqualTo("UP");
        assertThat(problems()).isEmpty();
        await().atMost(Duration.ofSeconds(60)).untilAsserted(() -> assertThat(audited())
                .anyMatch(row -> row.startsWith("file config/routes loaded: changed tagging"))
                .anyMatch(row -> row.equals(
                        "file config/routes refused: no route changed; not loaded: " + own.resolve(TAGGING))));
    }

    private List<String> audited() {
        return pipeline.jdbc
                .sql(
                        "SELECT via || ' ' || operator || ' ' || detail FROM operator_audit WHERE operation = 'reloadRoutes'")
                .query(String.class)
                .list();
    }

    private String[] problems() throws Exception {
        MBeanServer beans = ManagementFactory.getPlatformMBeanServer();
        ObjectName name = beans.queryNames(
                        new ObjectName("org.apache.camel:name=RouteEdits,context=" + camel.getManagementName() + ",*"),
                        null)
                .iterator()
                .next();
        return (String[]) beans.getAttribute(name, "Problems");
    }

    @Test
    void a_new_stage_has_its_group_its_metrics_and_every_entry_and_leaves_nothing_behind() throws Exception {
        List<UUID> before = imported(3);
        before.forEach(post -> pipeline.awaitStatus(post, "success"));
        save("mine.camel.yaml", sink("mine", "mine_workers"));

        Path files = own.resolveSibling("files").resolve("mine");
        await().atMost(Duration.ofSeconds(60))
                .until(() -> before.stream().allMatch(post -> Files.exists(files.resolve(post + ".json"))));
        String lag = "stream_consumer_lag{group=\"mine_workers\",stream=\"posts.indexed\"}";
        await().atMost(Duration.ofSeconds(60))
                .untilAsserted(() -> assertThat(pipeline.metric(lag)).isZero());

        Files.delete(own.resolve("mine.camel.yaml"));
        await().atMost(SOON).until(() -> camel.getRoute("mine") == null);
        await().atMost(Duration.ofSeconds(60))
                .untilAsserted(() -> assertThat(pipeline.metric(lag)).isNaN());
    }

    @Test
    void a_stage_that_is_paused_or_stopped_stays_so() throws Exception {
        camel.getRouteController().stopRoute("cleanup");
        Map<String, Route> before = Stream.of("cleanup", "tagging", "schedule-reconcile")
                .collect(Collectors.toMap(Function.identity(), camel::getRoute));
        try {
            save(
                    "00-errors.camel.yaml",
                    builtIn("00-errors.camel.yaml").replace("Any other failure", "Each other failure"));
            reloads.reload();

            // by this call, or by the watcher before it
            assertThat(before)
                    .allSatisfy((id, route) ->
                            assertThat(camel.getRoute(id)).isNotNull().isNotSameAs(route));
            assertThat(camel.getRouteController().getRouteStatus("cleanup")).isEqualTo(ServiceStatus.Stopped);
            assertThat(camel.getRoutes())
                    .filteredOn(route -> !route.getRouteId().equals("cleanup"))
                    .allSatisfy(route -> assertThat(camel.getRouteController().getRouteStatus(route.getRouteId()))
                            .as(route.getRouteId())
                            .isEqualTo(ServiceStatus.Started));
        } finally {
            camel.getRouteController().startRoute("cleanup");
        }
    }

    /** Edits of all kinds. Each is a step of its own, and may meet what the one before has left. */
    private final class Edits {
        private final Random random;
        private final Map<String, String> built = new HashMap<>();
        private final List<String> done = new ArrayList<>();
        private int good;

        Edits(long seed) throws IOException {
            random = new Random(seed);
            for (String name : List.of(
                    TAGGING,
                    "00-errors.camel.yaml",
                    "05-stage.template.camel.yaml",
                    "07-llm.camel.yaml",
                    "10-ingest.camel.yaml",
                    "31-tag-persistence.camel.yaml",
                    "42-album-assembler.camel.yaml",
                    "52-enrichment.camel.yaml",
                    "60-indexing.camel.yaml")) {
                built.put(name, builtIn(name));
            }
        }

        /** What would be in the way of the next edit. */
        private void tidy() throws IOException {
            Files.deleteIfExists(own.resolve("broken.camel.yaml"));
            Files.deleteIfExists(own.resolve("linked.camel.yaml"));
            if (Files.exists(own.resolve(RENAMED))) {
                Files.move(own.resolve(RENAMED), own.resolve(MINE), StandardCopyOption.REPLACE_EXISTING);
            }
            try (Stream<Path> files = Files.list(own)) {
                for (Path file : files.toList()) {
                    Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-r--r--"));
                    if (IS_ROOT) {
                        Files.setAttribute(file, OWNER, 0);
                    }
                }
            }
        }

        void next(int number) throws Exception {
            tidy();
            List<String> names = built.keySet().stream().sorted().toList();
            String name = names.get(random.nextInt(names.size()));
            String edited = built.get(name)
                    .replaceFirst("description(\n +value)?: (>-\n +)?(?=\\w)", "$0Edit " + number + ". ");
            assertThat(edited).isNotEqualTo(built.get(name));
            int kind = random.nextInt(15);
            String told = "";
            switch (kind) {
                case 0, 1, 2, 3 -> save(name, edited);
                case 4 -> save(name, edited.substring(0, random.nextInt(edited.length())));
                case 5 -> save(name, edited.replaceFirst("ref: |routeTemplateRef: ", "$0wrong"));
                case 6 -> Files.deleteIfExists(own.resolve(name));
                case 7 -> save(MINE, sink("mine", "mine_workers").replace("mine?", "mine" + number + "?"));
                case 8 -> {
                    save(".saving.tmp", edited);
                    Files.move(
                            own.resolve(".saving.tmp"),
                            own.resolve(name),
                            StandardCopyOption.REPLACE_EXISTING,
                            StandardCopyOption.ATOMIC_MOVE);
                }
                case 10 -> {
                    Path outside = Files.writeString(own.resolveSibling("outside.camel.yaml"), edited);
                    Files.createSymbolicLink(own.resolve("linked.camel.yaml"), outside);
                    told = "symbolic link to a path outside";
                }
                case 11 -> {
                    save(name, edited);
                    Files.setPosixFilePermissions(own.resolve(name), PosixFilePermissions.fromString("rw-rw-rw-"));
                    told = "can be written by all users: chmod go-w";
                }
                case 12 -> {
                    save(name, edited);
                    if (IS_ROOT) {
                        Files.setAttribute(own.resolve(name), OWNER, SOMEBODY);
                        told = "belongs to the user";
                    }
                }
                case 13 -> {
                    save(MINE, sink("mine", "mine_workers"));
                    Files.move(own.resolve(MINE), own.resolve(RENAMED), StandardCopyOption.REPLACE_EXISTING);
                }
                case 14 -> {
                    save(
                            "broken.camel.yaml",
                            sink("broken", "broken_workers")
                                    + """
                                    - route:
                                        id: broken-loses
                                        routeConfigurationId: errors
                                        description: Acknowledges before its work is done.
                                        from:
                                          uri: redis-streams:posts.tagged
                                          parameters:
                                            group: broken_loses_workers
                                          steps:
                                            - wireTap:
                                                uri: log:x
                                    """);
                    told = "'wireTap' is not allowed in a route that processes stream entries";
                }
                default ->
                    save(
                            "broken.camel.yaml",
                            """
                        - route:
                            id: broken
                            description: Does not start.
                            from:
                              id: broken-in
                              uri: file:nowhere-%d?autoCreate=false&startingDirectoryMustExist=true
                              steps:
                                - log:
                                    id: broken-log
                                    message: x
                        """
                                    .formatted(number));
            }
            String how = "edit " + number + ": " + kind + " of " + name;
            // some follow at once, while the one before is being taken; some wait for the watcher
            int wait = random.nextInt(10);
            if (wait < 3) {
                LiveRoutes.Reload reload = reloads.reload().orElseThrow();
                how += " " + reload.outcome() + " " + reload.changes();
                good += reload.changes().isEmpty() ? 0 : 1;
                assertThat(state().problems()).as(how).allMatch(problem -> PROBLEM.matcher(problem)
                        .matches());
                assertThat(String.join("\n", state().problems())).as(how).contains(told);
            } else if (wait > 4) {
                // the next edit comes at any moment between two looks of the watcher
                await().pollDelay(Duration.ofMillis(1 + random.nextInt(300))).until(() -> true);
            }
            done.add(how);
        }
    }

    /** Another process beside it takes the same edits, when its own watcher sees them. */
    @Test
    void not_one_post_is_lost_or_doubled_by_a_hundred_edits_good_and_bad() throws Exception {
        ModelPipeline other = process(
                pipeline.models,
                folder,
                "two",
                // one JVM has room for the names of one
                "--spring.jmx.enabled=false",
                "--pipeline.routes=tagging,tag-persistence,enrichment");
        try {
            edit(other);
        } finally {
            other.application.close(); // the models are those of both
        }
    }

    private void edit(ModelPipeline other) throws Exception {
        long seed = Long.getLong("edits.seed", 20);
        pipeline.models.openRouter().latency(Duration.ofMillis(30));
        Map<String, Integer> sizes = new HashMap<>();
        for (String stream : List.of("tagged", "enriched", "indexed")) {
            sizes.put(stream, entries(stream).size());
        }
        int callsBefore = pipeline.models.openRouter().calls().size();
        List<UUID> ledger = new ArrayList<>();
        Semaphore edited = new Semaphore(0);
        CompletableFuture<Void> load = CompletableFuture.runAsync(() -> {
            try {
                for (int i = 0; i < EDITS; i++) {
                    edited.acquire();
                    ledger.addAll(imported(3));
                }
            } catch (IOException | InterruptedException e) {
                throw new IllegalStateException(e);
            }
        });
        Edits edits = new Edits(seed);
        for (int i = 0; i < EDITS; i++) {
            edited.release();
            edits.next(i);
        }
        load.join();
        String story = "seed " + seed + "\n" + String.join("\n", edits.done);
        clear();
        assertThat(edits.good).as(story).isGreaterThan(8);
        assertThat(other.metric("route_reloads_total{outcome=\"loaded\"}"))
                .as(story)
                .isGreaterThan(5);
        assertThat(state().problems()).as(story).isEmpty();

        await().atMost(Duration.ofSeconds(60)).untilAsserted(() -> assertThat(pipeline.jdbc
                        .sql(
                                "SELECT count(*) FROM posts WHERE tagging_status = 'success' AND indexing_status = 'indexed'")
                        .query(Long.class)
                        .single())
                .as(story)
                .isGreaterThanOrEqualTo(ledger.size()));
        for (String stream : sizes.keySet()) {
            await().atMost(Duration.ofSeconds(60)).untilAsserted(() -> assertThat(
                            entries(stream).stream().skip(sizes.get(stream)).toList())
                    .as("%s, %s", stream, story)
                    .containsExactlyInAnyOrderElementsOf(
                            ledger.stream().map(UUID::toString).toList()));
        }
        assertThat(pipeline.models.openRouter().calls())
                .as("paid calls, " + story)
                .hasSize(callsBefore + ledger.size());
        await().atMost(Duration.ofSeconds(60)).untilAsserted(() -> assertThat(pipeline.scrape()
                        .lines()
                        .filter(line ->
                                line.startsWith("stream_consumer_pending{") || line.startsWith("stream_dead_letters{")))
                .isNotEmpty()
                .allSatisfy(line -> assertThat(line).endsWith(" 0.0")));
        assertThat(camel.getRoutes())
                .allSatisfy(route -> assertThat(camel.getRouteController().getRouteStatus(route.getRouteId()))
                        .as("%s, %s", route.getRouteId(), story)
                        .isEqualTo(ServiceStatus.Started));
    }

    /** The posts of the entries of a stream, in order. */
    private List<String> entries(String stream) {
        var redis = pipeline.application.getBean(StringRedisTemplate.class);
        return redis.<String, String>opsForStream().range("stream:posts:" + stream, Range.unbounded()).stream()
                .map(entry -> POST.matcher(entry.getValue().get("data")))
                .map(post -> post.find() ? post.group(1) : "none")
                .toList();
    }
}
