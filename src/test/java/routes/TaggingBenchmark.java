package routes;

import com.zaxxer.hikari.HikariDataSource;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.UUID;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.springframework.util.FileSystemUtils;
import routes.embedded.RedisService;
import routes.llm.standin.ChatCall;
import routes.llm.standin.ModelServer;

/**
 * How near tagging by a model comes to what its latency and the calls that are allowed at a time make possible, and what
 * batches gain; with any argument only the latter. Rates are from the arrival of the first call at the stand-in to the end of the last one.
 */
public final class TaggingBenchmark {
    private static final Duration LATENCY = Duration.ofMillis(500);
    private static final Pattern NUMBERED = Pattern.compile("===== (\\d+)\n.*?(слово\\d+)");

    private final Path folder;

    private TaggingBenchmark(Path folder) {
        this.folder = folder;
    }

    public static void main(String[] arguments) throws Exception {
        Path folder = Files.createTempDirectory("tagging-benchmark");
        try {
            new TaggingBenchmark(folder).run(arguments.length > 0);
        } catch (RuntimeException e) {
            e.printStackTrace(); // Spring keeps quiet about failures that it has been told of
            throw e;
        } finally {
            FileSystemUtils.deleteRecursively(folder);
        }
    }

    private void run(boolean onlyBatches) throws Exception {
        System.out.printf(
                Locale.ROOT, "%-44s %8s %12s %12s %8s%n", "model of 500 ms", "posts", "posts/s", "possible", "share");
        if (!onlyBatches) {
            measure("32 calls at a time, one process", 1, 32, 1, 640);
            measure("3 calls at a time, two processes", 2, 3, 1, 200);
        }
        double single = measure("1 call at a time", 1, 1, 1, 40);
        double batched = measure("1 call at a time, batches of 10", 1, 1, 10, 400);
        System.out.printf(Locale.ROOT, "batched / unbatched: %.1f%n", batched / single);
    }

    private double measure(String what, int processes, int calls, int batch, int posts) throws Exception {
        ModelServer models = ModelServer.start();
        models.openRouter().requireKey(false);
        models.openRouter().answer(TaggingBenchmark::answer);
        List<ModelPipeline> pipelines = new ArrayList<>();
        try {
            pipelines.add(process(models, what.hashCode() + "-0", calls, batch));
            for (int i = 1; i < processes; i++) {
                pipelines.add(process(models, what.hashCode() + "-" + i, calls, batch, services(pipelines.get(0))));
            }
            tag(pipelines.get(0), 50);
            models.openRouter().forget();
            models.openRouter().latency(LATENCY);
            tag(pipelines.get(0), posts);
            double rate = posts / seconds(models.openRouter().calls());
            double possible = calls * batch / (LATENCY.toMillis() / 1000.0);
            System.out.printf(
                    Locale.ROOT,
                    "%-44s %8d %12.2f %12.2f %7.1f%%   at most %d in flight%n",
                    what,
                    posts,
                    rate,
                    possible,
                    100 * rate / possible,
                    models.openRouter().maxConcurrent());
            return rate;
        } finally {
            // the services belong to the first
            Collections.reverse(pipelines);
            pipelines.forEach(ModelPipeline::close);
            models.close();
        }
    }

    private static double seconds(List<ChatCall> calls) {
        Instant first = calls.get(0).at();
        Instant last = calls.stream().map(ChatCall::at).max(Instant::compareTo).orElseThrow();
        return Duration.between(first, last).plus(LATENCY).toMillis() / 1000.0;
    }

    private static void tag(ModelPipeline pipeline, int posts) throws Exception {
        List<UUID> ids = pipeline.imported(IntStream.range(0, posts)
                .mapToObj(i -> "В этом посте есть слово" + i)
                .toArray(String[]::new));
        ids.forEach(id -> pipeline.awaitStatus(id, "success"));
    }

    /** For each post of the call the word with a number that is in it. */
    private static String answer(ChatCall call) {
        List<String> answers = new ArrayList<>();
        Matcher posts = NUMBERED.matcher(call.user());
        while (posts.find()) {
            answers.add("{\"post\": " + posts.group(1) + ", \"tags\": [\"" + posts.group(2) + "\"]}");
        }
        return answers.isEmpty() ? "[\"посте\"]" : answers.toString();
    }

    /** Those that a process has embedded. */
    private static String[] services(ModelPipeline of) {
        HikariDataSource database = of.application.getBean(HikariDataSource.class);
        return new String[] {
            "--database.url=" + database.getJdbcUrl() + "?user=" + database.getUsername() + "&password="
                    + database.getPassword(),
            "--redis.url=" + of.application.getBean(RedisService.class).uri().toURI()
        };
    }

    private ModelPipeline process(ModelServer models, String name, int calls, int batch, String... more) {
        Stream<String> settings = Stream.of(
                "--pipeline.routes=ingest,tagging",
                "--camel.main.name=" + name,
                "--instance.name=" + name,
                "--spring.jmx.enabled=false",
                "--tagging.providers=openrouter",
                "--tagging.batch-size=" + batch,
                "--tagging.max-in-flight=200",
                "--concurrency.tagging=" + Math.min(64, Math.max(4, calls + 8)),
                "--openrouter.max-concurrent-requests=" + calls);
        return new ModelPipeline(
                models,
                folder.resolve(name),
                Stream.concat(settings, Stream.of(more)).toArray(String[]::new));
    }
}
