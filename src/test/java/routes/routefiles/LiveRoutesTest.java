package routes.routefiles;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.FileTime;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.apache.camel.CamelContext;
import org.apache.camel.ProducerTemplate;
import org.apache.camel.Route;
import org.apache.camel.ServiceStatus;
import org.apache.camel.impl.DefaultCamelContext;
import org.apache.camel.support.DefaultConsumer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInfo;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.core.io.support.PathMatchingResourcePatternResolver;
import routes.events.OwnStreams;
import routes.routefiles.LiveRoutes.FailedEdit;
import routes.routefiles.LiveRoutes.Outcome;
import routes.routefiles.LiveRoutes.Reload;

/** Edits of route files in a running context. */
class LiveRoutesTest {
    private static final String TEMPLATE =
            """
            - routeTemplate:
                id: answering
                description: Answers with a word and what the other route says.
                parameters:
                  - name: name
                  - name: word
                route:
                  routeConfigurationId: errors
                  from:
                    uri: direct:{{name}}
                    steps:
                      - setBody:
                          id: "{{name}}-word"
                          expression:
                            simple:
                              expression: "{{word}} ${body}"
            """;
    private static final String CONFIGURATION =
            """
            - routeConfiguration:
                id: errors
                description: Answers a failure.
                onException:
                  - onException:
                      id: errors-any
                      exception:
                        - java.lang.IllegalStateException
                      handled:
                        constant:
                          expression: "true"
                      steps:
                        - setBody:
                            id: errors-answer
                            expression:
                              constant:
                                expression: sorry
            """;

    /** Of tests in which work outlasts the drain. */
    private static final String SHORT_DRAIN = "short-drain";

    @TempDir
    Path folder;

    private Path own;
    private final List<Outcome> outcomes = new ArrayList<>();
    private final CamelContext camel = new DefaultCamelContext();
    private final Gate gate = new Gate();
    private URLClassLoader classPath;
    private ProducerTemplate template;
    private LiveRoutes live;
    private RuntimeException refusal;

    /** A bean that work waits in. */
    public static final class Gate {
        private volatile CountDownLatch open = new CountDownLatch(0);
        private volatile CountDownLatch entered = new CountDownLatch(1);

        public String pass(String body) throws InterruptedException {
            entered.countDown();
            if (!open.await(20, TimeUnit.SECONDS)) {
                throw new IllegalStateException("The gate was not opened");
            }
            return body;
        }

        void close() {
            open = new CountDownLatch(1);
            entered = new CountDownLatch(1);
        }

        void awaitEntered() throws InterruptedException {
            assertThat(entered.await(10, TimeUnit.SECONDS)).isTrue();
        }
    }

    @BeforeEach
    void run(TestInfo test) throws Exception {
        Path builtIn = folder.resolve("classes/routes");
        own = folder.resolve("config/routes");
        Files.createDirectories(own);
        write(builtIn, "00-errors.camel.yaml", CONFIGURATION);
        write(builtIn, "05-answering.template.camel.yaml", TEMPLATE);
        write(builtIn, "10-hello.camel.yaml", answering("hello", "hello"));
        write(builtIn, "20-bye.camel.yaml", answering("bye", "bye"));
        write(builtIn, "30-slow.camel.yaml", slow("old"));
        classPath =
                new URLClassLoader(new URL[] {folder.resolve("classes").toUri().toURL()}, null);
        camel.getRegistry().bind("gate", gate);
        template = camel.createProducerTemplate();
        camel.start();
        live = live(Duration.ofSeconds(test.getTags().contains(SHORT_DRAIN) ? 2 : 60));
        live.load();
        for (Route route : camel.getRoutes()) {
            camel.getRouteController().startRoute(route.getRouteId());
        }
    }

    private LiveRoutes live(Duration drain) {
        var environment = new RouteEnvironment(Map.of("gate", Gate.class), name -> null, Set.of());
        return new LiveRoutes(
                camel,
                new RouteFiles(new PathMatchingResourcePatternResolver(classPath), own),
                PipelineStages.all(),
                new RouteFileValidator(environment, Samples.classPath()),
                new LiveRoutes.Surroundings() {
                    @Override
                    public void streams(OwnStreams streams) {}

                    @Override
                    public void check() {
                        if (refusal != null) {
                            throw refusal;
                        }
                    }

                    @Override
                    public void count(Outcome outcome) {
                        outcomes.add(outcome);
                    }
                },
                drain,
                Clock.systemUTC());
    }

    @AfterEach
    void stop() throws IOException {
        camel.stop();
        classPath.close();
    }

    private static String answering(String name, String word) {
        return """
                - templatedRoute:
                    routeTemplateRef: answering
                    routeId: %1$s
                    parameters:
                      - name: name
                        value: %1$s
                      - name: word
                        value: %2$s
                """
                .formatted(name, word);
    }

    private static String route(String id, String from, String answer) {
        return """
                - route:
                    id: %1$s
                    routeConfigurationId: errors
                    description: Answers.
                    from:
                      id: %1$s-in
                      uri: %2$s
                      steps:
                        - setBody:
                            id: %1$s-answer
                            expression:
                              simple:
                                expression: "%3$s"
                """
                .formatted(id, from, answer);
    }

    /** A route behind a queue, which waits in the gate. */
    private static String slow(String word) {
        return """
                - route:
                    id: slow
                    description: Calls a slow route.
                    from:
                      id: slow-in
                      uri: direct:slow
                      steps:
                        - to:
                            id: slow-call
                            uri: seda:slow-work?waitForTaskToComplete=Always&timeout=20000
                - route:
                    id: slow-work
                    description: Waits at the gate.
                    from:
                      id: slow-work-in
                      uri: seda:slow-work?concurrentConsumers=4&pollTimeout=20
                      steps:
                        - bean:
                            id: slow-work-gate
                            ref: gate
                            method: pass
                        - setBody:
                            id: slow-work-word
                            expression:
                              simple:
                                expression: "%s ${body}"
                """
                .formatted(word);
    }

    private static Path write(Path folder, String name, String text) throws IOException {
        Path file = folder.resolve(name);
        Files.createDirectories(file.getParent());
        return Files.writeString(file, text);
    }

    private String say(String route) {
        return template.requestBody("direct:" + route, "x", String.class);
    }

    /** Saves, and has the folder looked at twice. */
    private Reload edit(String name, String text) throws Exception {
        write(own, name, text);
        return look();
    }

    private Reload look() throws InterruptedException {
        assertThat(live.poll()).isEmpty();
        return live.poll().orElseThrow();
    }

    @Test
    void an_override_replaces_the_built_in_route_and_its_deletion_brings_it_back() throws Exception {
        Route untouched = camel.getRoute("bye");

        assertThat(edit("10-hello.camel.yaml", answering("hello", "good day"))
                        .changes()
                        .changed())
                .containsExactly("hello");
        assertThat(say("hello")).isEqualTo("good day x");
        assertThat(live.state().files().get("hello").origin()).isEqualTo(RouteFile.Origin.OVERRIDE);

        Files.delete(own.resolve("10-hello.camel.yaml"));
        look();
        assertThat(say("hello")).isEqualTo("hello x");
        assertThat(live.state().files().get("hello").origin()).isEqualTo(RouteFile.Origin.BUILT_IN);
        assertThat(camel.getRoute("bye")).isSameAs(untouched);
        assertThat(outcomes).containsExactly(Outcome.LOADED, Outcome.LOADED);
        assertThat(live.poll()).isEmpty();
    }

    @Test
    void an_addition_runs_is_edited_is_renamed_and_is_removed() throws Exception {
        assertThat(edit("new.camel.yaml", route("new", "direct:new", "first"))
                        .changes()
                        .added())
                .containsExactly("new");
        assertThat(say("new")).isEqualTo("first");

        edit("new.camel.yaml", route("new", "direct:new", "second"));
        assertThat(say("new")).isEqualTo("second");

        Route running = camel.getRoute("new");
        Files.move(own.resolve("new.camel.yaml"), own.resolve("50-new.camel.yaml"));
        assertThat(look().changes().isEmpty()).isTrue();
        assertThat(camel.getRoute("new"))
                .as("the same text under another number")
                .isSameAs(running);
        assertThat(live.state().files().get("new").location()).endsWith("50-new.camel.yaml");

        Files.delete(own.resolve("50-new.camel.yaml"));
        assertThat(look().changes().removed()).containsExactly("new");
        assertThat(camel.getRoute("new")).isNull();
        assertThat(camel.getEndpoints())
                .noneMatch(endpoint -> endpoint.getEndpointUri().contains("direct://new"));
    }

    @Test
    void a_renamed_route_keeps_what_it_consumes() throws Exception {
        edit("new.camel.yaml", route("new", "direct:door", "first"));
        Files.delete(own.resolve("new.camel.yaml"));

        Reload renamed = edit("newer.camel.yaml", route("newer", "direct:door", "second"));

        assertThat(renamed.changes().added()).containsExactly("newer");
        assertThat(renamed.changes().removed()).containsExactly("new");
        assertThat(say("door")).isEqualTo("second");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "- route:\n    id: hello\n   from: x", // no YAML
                "", // nothing
                "- templatedRoute:\n    routeTemplateRef: answring\n    routeId: hello\n", // no such template
                "- route: {id: hello, description: x, from: {id: i, uri: 'direkt:hello', steps: []}}" // no such
                // component
            })
    void a_wrong_edit_leaves_the_route_as_it_was_until_it_is_mended(String wrong) throws Exception {
        edit("10-hello.camel.yaml", answering("hello", "good day"));
        Route running = camel.getRoute("hello");

        Reload refused = edit("10-hello.camel.yaml", wrong);

        assertThat(refused.outcome()).isEqualTo(Outcome.REFUSED);
        assertThat(camel.getRoute("hello")).isSameAs(running);
        assertThat(live.state().failed()).singleElement().satisfies(edit -> {
            assertThat(edit.file()).isEqualTo(own.resolve("10-hello.camel.yaml").toString());
            assertThat(edit.problems()).isNotEmpty();
            assertThat(edit.running()).isEqualTo("its last valid version runs");
        });
        assertThat(live.state().problems()).isNotEmpty();
        assertThat(live.poll()).as("it is not tried again").isEmpty();

        edit("10-hello.camel.yaml", answering("hello", "good evening"));
        assertThat(say("hello")).isEqualTo("good evening x");
        assertThat(live.state().problems()).isEmpty();
    }

    @Test
    void a_wrong_override_leaves_the_built_in_route_and_a_wrong_addition_nothing() throws Exception {
        edit("10-hello.camel.yaml", "wrong");
        edit("new.camel.yaml", "wrong");

        assertThat(say("hello")).isEqualTo("hello x");
        assertThat(live.state().failed())
                .extracting(FailedEdit::running)
                .containsExactly("the built-in version runs", "none of its routes run");
    }

    @Test
    void a_file_that_is_renamed_and_wrong_keeps_its_last_good_version() throws Exception {
        edit("10-hello.camel.yaml", answering("hello", "good day"));
        Files.delete(own.resolve("10-hello.camel.yaml"));

        edit("hello.camel.yaml", "wrong");

        assertThat(say("hello")).isEqualTo("good day x");
    }

    @Test
    void a_good_edit_is_taken_beside_a_wrong_one() throws Exception {
        write(own, "10-hello.camel.yaml", "wrong");

        Reload reload = edit("20-bye.camel.yaml", answering("bye", "so long"));

        assertThat(reload.outcome()).isEqualTo(Outcome.REFUSED);
        assertThat(reload.changes().changed()).containsExactly("bye");
        assertThat(say("bye")).isEqualTo("so long x");
        assertThat(say("hello")).isEqualTo("hello x");
    }

    @Test
    void a_template_changes_all_routes_that_are_made_from_it() throws Exception {
        Route other = camel.getRoute("slow");

        Reload reload = edit("05-answering.template.camel.yaml", TEMPLATE.replace("{{word}} ", "{{word}}, "));

        assertThat(reload.changes().changed()).containsExactly("bye", "hello");
        assertThat(say("hello") + "; " + say("bye")).isEqualTo("hello, x; bye, x");
        assertThat(camel.getRoute("slow")).isSameAs(other);

        Files.delete(own.resolve("05-answering.template.camel.yaml"));
        look();
        assertThat(say("hello")).isEqualTo("hello x");
    }

    @Test
    void a_configuration_changes_all_routes_that_use_it() throws Exception {
        edit(
                "failing.camel.yaml",
                route("failing", "direct:failing", "x")
                        + """
                                  - throwException:
                                      id: failing-now
                                      exceptionType: java.lang.IllegalStateException
                                      message: now
                          """);
        assertThat(say("failing")).isEqualTo("sorry");

        Reload reload = edit("00-errors.camel.yaml", CONFIGURATION.replace("sorry", "never mind"));

        assertThat(reload.changes().changed()).containsExactly("bye", "failing", "hello");
        assertThat(say("failing")).isEqualTo("never mind");
    }

    @Test
    void a_template_that_routes_need_is_not_taken_away() throws Exception {
        edit("mine.template.camel.yaml", TEMPLATE.replace("id: answering", "id: mine"));
        edit("new.camel.yaml", answering("new", "hi").replace("answering", "mine"));
        Files.delete(own.resolve("mine.template.camel.yaml"));

        assertThat(look().outcome()).isEqualTo(Outcome.REFUSED);
        assertThat(say("new")).isEqualTo("hi x");
        assertThat(live.state().failed()).singleElement().satisfies(edit -> {
            assertThat(edit.file()).endsWith("mine.template.camel.yaml");
            assertThat(edit.running()).isEqualTo("the file was deleted; its last valid version runs");
            assertThat(edit.problems().toString()).contains("unknown routeTemplate 'mine'");
        });

        Files.delete(own.resolve("new.camel.yaml"));
        assertThat(look().outcome()).isEqualTo(Outcome.LOADED);
        assertThat(live.state().problems()).isEmpty();
    }

    @Test
    void only_the_routes_of_a_file_that_changed_are_exchanged() throws Exception {
        Route door = camel.getRoute("slow");
        int line = line("slow-work");

        Reload reload = edit("30-slow.camel.yaml", "# mine\n" + slow("new"));

        assertThat(reload.changes().changed()).containsExactly("slow-work");
        assertThat(camel.getRoute("slow")).isSameAs(door);
        assertThat(say("slow")).isEqualTo("new x");
        assertThat(line("slow-work")).as("below the comment").isEqualTo(line + 1);

        // in one line, nothing can be cut out
        edit(
                "30-slow.camel.yaml",
                "[{route: {id: slow, description: x, from: {id: a, uri: 'direct:slow', steps: [{to: {id: b, uri: 'seda:slow-work?waitForTaskToComplete=Always'}}]}}},"
                        + " {route: {id: slow-work, description: x, from: {id: c, uri: 'seda:slow-work?pollTimeout=20', steps: [{setBody: {id: d, expression: {constant: {expression: y}}}}]}}}]");
        assertThat(say("slow")).isEqualTo("y");
    }

    private int line(String route) {
        String location = camel.getRoute(route).getSourceLocation();
        return Integer.parseInt(location.substring(location.lastIndexOf(':') + 1));
    }

    @Test
    void what_is_on_its_way_ends_in_the_old_route_and_what_comes_meanwhile_in_the_new() throws Exception {
        gate.close();
        CompletableFuture<String> before = template.asyncRequestBody("direct:slow", "a", String.class);
        gate.awaitEntered();
        write(own, "30-slow.camel.yaml", slow("new").replace("Calls", "Calls again"));
        assertThat(live.poll()).isEmpty();
        CompletableFuture<Reload> swap = CompletableFuture.supplyAsync(() -> {
            try {
                return live.poll().orElseThrow();
            } catch (InterruptedException e) {
                throw new IllegalStateException(e);
            }
        });
        await().until(() ->
                camel.getRoute("slow").getConsumer() instanceof DefaultConsumer consumer && consumer.isSuspended());
        CompletableFuture<String> meanwhile = template.asyncRequestBody("direct:slow", "b", String.class);
        assertThat(swap).isNotDone();
        gate.open.countDown();

        assertThat(before.get(10, TimeUnit.SECONDS)).isEqualTo("old a");
        assertThat(meanwhile.get(10, TimeUnit.SECONDS)).isEqualTo("new b");
        assertThat(swap.get(10, TimeUnit.SECONDS).changes().changed()).containsExactly("slow", "slow-work");
    }

    @Test
    @Tag(SHORT_DRAIN)
    void the_drain_is_bounded() throws Exception {
        gate.close();
        CompletableFuture<Object> hanging = template.asyncRequestBody("direct:slow", "a");
        gate.awaitEntered();

        assertThat(edit("30-slow.camel.yaml", slow("new")).outcome()).isEqualTo(Outcome.LOADED);

        gate.open.countDown();
        assertThat(say("slow")).isEqualTo("new x");
        assertThat(hanging).failsWithin(Duration.ofSeconds(25));
    }

    @Test
    void a_route_that_calls_itself_is_exchanged() throws Exception {
        String text = route("twice", "direct:twice", "%s${body}")
                + """
                            - filter:
                                id: twice-more
                                expression:
                                  simple:
                                    expression: ${body.length} < 4
                                steps:
                                  - to:
                                      id: twice-again
                                      uri: direct:twice
                """
                        .replaceAll("(?m)^    ", "");
        edit("twice.camel.yaml", text.replace("%s", "a"));
        assertThat(say("twice")).isEqualTo("aaax");

        edit("twice.camel.yaml", text.replace("%s", "b"));
        assertThat(say("twice")).isEqualTo("bbbx");
    }

    @Test
    void a_route_that_was_stopped_or_suspended_stays_so() throws Exception {
        camel.getRouteController().stopRoute("hello");
        camel.getRouteController().suspendRoute("bye");

        edit("05-answering.template.camel.yaml", TEMPLATE.replace("{{word}} ", "{{word}}, "));

        assertThat(camel.getRouteController().getRouteStatus("hello")).isEqualTo(ServiceStatus.Stopped);
        assertThat(camel.getRouteController().getRouteStatus("bye")).isEqualTo(ServiceStatus.Suspended);
        camel.getRouteController().startRoute("hello");
        camel.getRouteController().resumeRoute("bye");
        assertThat(say("hello") + "; " + say("bye")).isEqualTo("hello, x; bye, x");
    }

    @Test
    void routes_that_do_not_start_make_room_for_the_ones_before() throws Exception {
        String missing = "file:" + folder.resolve("nowhere") + "?autoCreate=false&startingDirectoryMustExist=true";
        write(own, "20-bye.camel.yaml", answering("bye", "so long"));

        Reload reload = edit("10-hello.camel.yaml", route("hello", missing, "x"));

        assertThat(reload.outcome()).isEqualTo(Outcome.RESTORED);
        assertThat(say("hello")).isEqualTo("hello x");
        assertThat(say("bye")).as("the other edit").isEqualTo("so long x");
        assertThat(live.state().failed()).singleElement().satisfies(edit -> {
            assertThat(edit.file()).endsWith("10-hello.camel.yaml");
            assertThat(edit.problems().toString()).contains("nowhere");
        });
        assertThat(edit("20-bye.camel.yaml", answering("bye", "see you")).outcome())
                .as("it is not tried again with the next edit")
                .isEqualTo(Outcome.REFUSED);

        Files.createDirectory(folder.resolve("nowhere"));
        assertThat(live.reload(Duration.ofSeconds(1)).orElseThrow().outcome()).isEqualTo(Outcome.LOADED);
        assertThat(camel.getRouteController().getRouteStatus("hello")).isEqualTo(ServiceStatus.Started);
    }

    @Test
    void routes_without_which_the_process_cannot_work_stay() throws Exception {
        edit("new.camel.yaml", route("new", "direct:new", "first"));
        refusal = new IllegalStateException("TAGGING_PROVIDERS=new: unknown provider 'new'");
        Files.delete(own.resolve("new.camel.yaml"));

        assertThat(look().outcome()).isEqualTo(Outcome.RESTORED);

        assertThat(say("new")).isEqualTo("first");
        assertThat(live.state().problems()).singleElement().asString().contains("unknown provider 'new'");
    }

    @Test
    void a_file_that_is_being_written_is_read_once_it_stays_the_same() throws Exception {
        String text = answering("hello", "good day");
        write(own, "10-hello.camel.yaml", text.substring(0, 40));
        assertThat(live.poll()).isEmpty();
        write(own, "10-hello.camel.yaml", text.substring(0, 90));
        assertThat(live.poll()).isEmpty();
        write(own, "10-hello.camel.yaml", text);
        assertThat(live.poll()).isEmpty();

        assertThat(live.poll()).isPresent();
        assertThat(outcomes).containsExactly(Outcome.LOADED);
        assertThat(say("hello")).isEqualTo("good day x");
    }

    @Test
    void an_edit_is_seen_though_its_time_and_size_are_the_same_and_though_it_is_renamed_into_place() throws Exception {
        Path file = write(own, "10-hello.camel.yaml", answering("hello", "good day"));
        FileTime time = Files.getLastModifiedTime(file);
        look();
        Path beside = write(own, ".10-hello.camel.yaml.tmp", answering("hello", "good bye"));
        Files.setLastModifiedTime(beside, time);
        assertThat(live.poll()).isEmpty();
        assertThat(live.poll()).as("hidden files are not looked at").isEmpty();
        Files.move(beside, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);

        look();

        assertThat(say("hello")).isEqualTo("good bye x");
    }
}
