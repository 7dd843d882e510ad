package routes.redisstreams;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.lettuce.core.KillArgs;
import io.lettuce.core.Range;
import io.lettuce.core.RedisException;
import io.lettuce.core.api.sync.RedisCommands;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeSet;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import org.awaitility.core.ConditionFactory;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import routes.redis.RedisLink;
import routes.redis.StreamAdmin;
import routes.redisstreams.LedgerStages.Plan;
import routes.testing.ChildJvm;
import routes.testing.EmbeddedDatabase;
import routes.testing.EmbeddedRedis;

/**
 * The ledger: processes take entries over three linked streams on a real server, while processes are killed, the server is
 * killed, blocked and cut off, groups and streams are deleted, and entries are slow, fail twice or always. Every id ends in
 * exactly one effect, or in the dead letters. What is done when follows from the seed.
 *
 * <p>With every third seed nothing is deleted: then each id is once in every stream it came to, also behind a stage that does not
 * look what is done already. That stage writes its batches to PostgreSQL, and processes die between the commit of a batch and its
 * acknowledgement. With the next, groups are deleted, which begin again at their first entry: still nothing has two
 * dead letters. With the third, streams are lost too and what they held is published again.
 *
 * <p>{@code -Dledger.seeds=100} runs as many seeds, {@code -Dledger.first=17} begins with that one.
 */
class LedgerIT {
    @RegisterExtension
    static final EmbeddedRedis REDIS = new EmbeddedRedis();

    @RegisterExtension
    static final EmbeddedDatabase DATABASE = EmbeddedDatabase.empty();

    private static final int ENTRIES = 240;
    private static final int ACTIONS = 6;

    private enum Action {
        KILL_PROCESS,
        RESTART_REDIS,
        BLOCK_REDIS,
        DROP_CONNECTIONS,
        DELETE_GROUP,
        DELETE_STREAM;

        /** What may be done with a seed. */
        static List<Action> of(long seed) {
            return List.of(values()).subList(0, DELETE_GROUP.ordinal() + (int) (seed % 3));
        }
    }

    @TempDir
    Path folder;

    private final Map<String, Process> processes = new HashMap<>();
    private String prefix;
    private Random random;
    private List<Action> actions;

    private static ChildJvm.Archived stages;

    @BeforeAll
    static void prepare(@TempDir Path archive) throws Exception {
        stages = new ChildJvm.Archived(archive, LedgerStages.class, REDIS.uri(), "recording", "recording");
        DATABASE.jdbc()
                .sql("CREATE TABLE ledger (prefix text, n text, commits int NOT NULL DEFAULT 1, PRIMARY KEY"
                        + " (prefix, n))")
                .update();
    }

    static LongStream seeds() {
        long first = Long.getLong("ledger.first", 1);
        return LongStream.range(first, first + Long.getLong("ledger.seeds", 10));
    }

    @AfterEach
    void stop() {
        processes.values().forEach(process -> process.destroyForcibly().onExit().join());
    }

    @ParameterizedTest(name = "seed {0}")
    @MethodSource("seeds")
    void every_id_ends_in_exactly_one_effect_or_in_the_dead_letters(long seed) throws Exception {
        prefix = "ledger" + seed;
        random = new Random(seed);
        actions = Action.of(seed);
        Map<String, Map<String, String>> ledger = ledger();
        ledger.values().forEach(entry -> redis().xadd(stream(1), entry));
        start("a");
        start("b");

        List<Action> done = new ArrayList<>();
        for (int i = 0; i < ACTIONS; i++) {
            int progress = outcomes() + random.nextInt(ENTRIES / ACTIONS);
            await().atMost(Duration.ofSeconds(60))
                    .pollInterval(Duration.ofMillis(20))
                    .until(() -> outcomes() >= Math.min(progress, ENTRIES - 20));
            Action action = actions.get(random.nextInt(actions.size()));
            done.add(action);
            act(action, ledger);
        }

        eventually(done).untilAsserted(() -> {
            revive();
            TreeSet<String> ended = new TreeSet<>(effects());
            ended.addAll(deadLetters());
            assertThat(ended).isEqualTo(new TreeSet<>(ledger.keySet()));
            assertSettled();
        });
        List<String> effects = effects();
        assertThat(effects).as("effects, seed %s, %s", seed, done).doesNotHaveDuplicates();
        List<String> letters = deadLetters();
        assertThat(letters)
                .as("what cannot be processed is in the dead letters, seed %s, %s", seed, done)
                .containsAll(ids(ledger, Plan.FAILS_ALWAYS));
        if (hasDatabase()) {
            assertCommitted(ledger);
            for (int stage = 2; stage <= 3; stage++) {
                assertThat(numbers(stream(stage)))
                        .as("outputs of stage %s, seed %s, %s", stage - 1, seed, done)
                        .doesNotHaveDuplicates();
            }
        }
        if (!actions.contains(Action.DELETE_STREAM)) {
            assertThat(letters).as("dead letters, seed %s, %s", seed, done).doesNotHaveDuplicates();
            assertThat(letters).as("either, seed %s, %s", seed, done).doesNotContainAnyElementsOf(effects);
        }
    }

    private boolean hasDatabase() {
        return !actions.contains(Action.DELETE_GROUP);
    }

    /** What came so far is committed; a batch that was committed when its process died is committed again. */
    private void assertCommitted(Map<String, Map<String, String>> ledger) {
        Map<String, Integer> commits = new HashMap<>();
        DATABASE.jdbc()
                .sql("SELECT n, commits FROM ledger WHERE prefix = ?")
                .param(prefix)
                .query((row, i) -> commits.put(row.getString(1), row.getInt(2)))
                .list();
        assertThat(commits.keySet()).containsAll(numbers(stream(3)));
        assertThat(ids(ledger, Plan.DIES_AFTER_COMMIT))
                .filteredOn(commits::containsKey)
                .allSatisfy(n -> assertThat(commits.get(n)).as(n).isGreaterThan(1));
    }

    private void act(Action action, Map<String, Map<String, String>> ledger) throws IOException {
        switch (action) {
            case KILL_PROCESS -> {
                String name = random.nextBoolean() ? "a" : "b";
                processes.get(name).destroyForcibly().onExit().join();
                start(name);
            }
            case RESTART_REDIS -> {
                REDIS.restart();
                awaitRedis();
            }
            case BLOCK_REDIS -> redis().clientPause(500 + random.nextInt(1_500));
            case DROP_CONNECTIONS ->
                redis().clientKill(KillArgs.Builder.typeNormal().skipme());
            case DELETE_GROUP -> {
                int stage = 1 + random.nextInt(3);
                redis().xgroupDestroy(stream(stage), "stage-" + stage);
            }
            case DELETE_STREAM -> {
                redis().del(stream(1 + random.nextInt(3)));
                reconcile(ledger);
            }
        }
    }

    /** What a source of truth does when Redis lost entries: what has not ended is published again, past what is done. */
    private void reconcile(Map<String, Map<String, String>> ledger) {
        TreeSet<String> open = new TreeSet<>(ledger.keySet());
        open.removeAll(effects());
        open.removeAll(deadLetters());
        for (String id : open) {
            Map<String, String> again = new LinkedHashMap<>(ledger.get(id));
            again.put("again", "yes");
            redis().xadd(stream(1), again);
        }
    }

    /** Ids with what their entries will do, and at which stage. */
    private Map<String, Map<String, String>> ledger() {
        Map<String, Map<String, String>> ledger = new LinkedHashMap<>();
        for (int i = 0; i < ENTRIES; i++) {
            int dice = random.nextInt(100);
            Plan plan = dice < 3
                    ? Plan.SLOW
                    : dice < 8
                            ? Plan.FAILS_TWICE
                            : dice < 11 ? Plan.FAILS_ALWAYS : dice < 13 ? Plan.DIES_AFTER_COMMIT : Plan.GOOD;
            Map<String, String> entry = new LinkedHashMap<>();
            entry.put("n", Integer.toString(i));
            entry.put("plan", plan.name());
            entry.put("at", Integer.toString(1 + random.nextInt(3)));
            ledger.put(entry.get("n"), entry);
        }
        return ledger;
    }

    private static List<String> ids(Map<String, Map<String, String>> ledger, Plan plan) {
        return ledger.values().stream()
                .filter(entry -> entry.get("plan").equals(plan.name()))
                .map(entry -> entry.get("n"))
                .toList();
    }

    private int outcomes() {
        revive();
        return effects().size() + deadLetters().size();
    }

    private List<String> effects() {
        return numbers(stream(4));
    }

    private List<String> deadLetters() {
        return IntStream.rangeClosed(1, 3)
                .boxed()
                .flatMap(stage -> numbers(stream(stage) + ":dlq").stream())
                .toList();
    }

    private List<String> numbers(String stream) {
        return redis().xrange(stream, Range.unbounded()).stream()
                .map(entry -> entry.getBody().get("n"))
                .toList();
    }

    private void assertSettled() {
        try (RedisLink link = new RedisLink(REDIS.newClient(), Duration.ofSeconds(30))) {
            StreamAdmin inspector = new StreamAdmin(link);
            for (int stage = 1; stage <= 3; stage++) {
                assertThat(inspector.groups(stream(stage))).singleElement().satisfies(group -> {
                    assertThat(group.lag()).as("lag of %s", group).isZero();
                    assertThat(group.pending()).as("pending of %s", group).isZero();
                });
            }
        }
    }

    private String stream(int stage) {
        return LedgerStages.stream(prefix, stage);
    }

    private static RedisCommands<String, String> redis() {
        return REDIS.commands();
    }

    private static void awaitRedis() {
        await().atMost(Duration.ofSeconds(60))
                .ignoreExceptionsInstanceOf(RedisException.class)
                .until(() -> redis().ping().equals("PONG"));
    }

    private ConditionFactory eventually(List<Action> done) {
        return await("after " + done).atMost(Duration.ofSeconds(90)).pollInterval(Duration.ofMillis(200));
    }

    /** Processes that ended by themselves. */
    private void revive() {
        for (String name : List.copyOf(processes.keySet())) {
            if (!processes.get(name).isAlive()) {
                try {
                    start(name);
                } catch (IOException e) {
                    throw new UncheckedIOException(e);
                }
            }
        }
    }

    private void start(String name) throws IOException {
        Path log = folder.resolve(name + ".log");
        if (!Files.exists(log)) {
            Files.createFile(log);
        }
        List<String> command =
                stages.command(List.of("-Xmx128m", "-Dorg.apache.camel.jmx.disabled=true"), REDIS.uri(), prefix, name);
        if (hasDatabase()) {
            command.add(DATABASE.jdbcUrl());
        }
        processes.put(
                name,
                new ProcessBuilder(command)
                        .redirectErrorStream(true)
                        .redirectInput(ProcessBuilder.Redirect.PIPE)
                        .redirectOutput(ProcessBuilder.Redirect.appendTo(log.toFile()))
                        .start());
    }
}
