package routes.api;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.MissingNode;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.UUID;
import java.util.regex.Pattern;
import java.util.stream.LongStream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import routes.api.fuzz.Generator;
import routes.api.fuzz.Ids;
import routes.api.fuzz.Request;
import routes.api.fuzz.Request.Expected;
import routes.api.fuzz.Wire;
import routes.testing.Zips;

/**
 * Requests made from the OpenAPI document, right, wrong and strange, against the running API, and what every answer has to be. A
 * few thousand with seeds that stay; {@code -Dfuzz.seconds=600 -Dfuzz.seed=7} for as long as one likes.
 */
final class ApiFuzz {

    private static final Logger LOG = LoggerFactory.getLogger(ApiFuzz.class);
    private static final int REQUESTS_PER_SEED = 500;
    private static final int MAX_SECONDS_IN_BUILD = 20;
    private static final int ANSWER_MILLIS = 10_000;
    private static final int MAX_FINDINGS = 15;

    private static final Pattern FIGURES = Pattern.compile("[0-9]+");
    private static final Pattern LEAK = Pattern.compile(
            "java\\.|jakarta\\.|org\\.(springframework|apache|postgresql)|SQLState|Exception|\\bat routes\\.");
    /** Statuses that any request may have that is not well-formed, or not for an operation of the document. */
    private static final Set<Integer> OF_HTTP =
            Set.of(400, 403, 404, 405, 406, 408, 411, 413, 414, 415, 417, 422, 431, 501, 505);

    private final RunningApi api;
    private final String key;
    private final boolean isForeign;
    private final Ids ids = new Ids();
    private final OpenApiContract contract = OpenApiContract.INSTANCE;
    private final ObjectMapper json = new ObjectMapper();
    private final Map<String, Integer> answers = new TreeMap<>();
    private final List<String> findings = new ArrayList<>();
    /** One of each kind is told. */
    private final Set<String> kinds = new HashSet<>();

    /**
     * @param key that every request brings; null for none
     * @param isForeign whether the key is one of another tenant, for which nothing of the default tenant exists
     */
    ApiFuzz(RunningApi api, String key, boolean isForeign) {
        this.api = api;
        this.key = key;
        this.isForeign = isForeign;
    }

    /**
     * Makes things of the default tenant, with ids that requests use.
     *
     * @param owner may import
     */
    ApiFuzz withSomethingOf(ApiClient owner) {
        Fixtures fixtures = api.fixtures();
        for (int i = 0; i < 3; i++) {
            long user = fixtures.user(Fixtures.DEFAULT_TENANT);
            ids.add("user_id", String.valueOf(user));
            UUID channel = fixtures.channelOf(user);
            ids.add("channel_id", channel.toString());
            ids.add("account", fixtures.telegramAccount(Fixtures.DEFAULT_TENANT, "account-" + i, "ready"));
            ids.add(
                    "job_id",
                    fixtures.importJob(Fixtures.DEFAULT_TENANT, user, "done", "[]")
                            .toString());
            List<UUID> posts = LongStream.range(0, 40)
                    .mapToObj(n -> post(fixtures, channel, n))
                    .toList();
            ids.add(
                    "album_id",
                    String.valueOf(fixtures.album(Fixtures.DEFAULT_TENANT, channel, posts.subList(0, 3), "{}")));
        }
        // imports of a run before may still wait
        ApiClient.Answer job = await().atMost(Duration.ofSeconds(60))
                .until(
                        () -> owner.post("/users/1/imports", "{\"path\": \"channel\"}"),
                        answer -> answer.status() == 202);
        await().atMost(Duration.ofSeconds(60))
                .until(() -> owner.get(job.header("Location")).text("status").equals("done"));
        return this;
    }

    private UUID post(Fixtures fixtures, UUID channel, long n) {
        UUID post = fixtures.post(
                Fixtures.DEFAULT_TENANT,
                channel,
                Instant.parse("2026-01-01T00:00:00Z").plusSeconds(n),
                "пост post " + n);
        fixtures.tags(post, "python", "новости");
        ids.add("post_id", post.toString());
        return post;
    }

    /**
     * Fails with what was found: one of each kind, with the request as a command.
     *
     * @param defaults the seeds unless one is asked for
     */
    void run(List<Long> defaults) throws IOException {
        int seconds = Integer.getInteger("fuzz.seconds", 0);
        long end = System.nanoTime()
                + Duration.ofSeconds(seconds == 0 ? MAX_SECONDS_IN_BUILD : seconds)
                        .toNanos();
        long start = System.nanoTime();
        long count = 0;
        List<Long> seeds =
                Optional.ofNullable(Long.getLong("fuzz.seed")).map(List::of).orElse(defaults);
        long round = 0;
        do {
            for (long seed : seeds) {
                count += run(seed + round * 1_000_000, end);
            }
            round++;
        } while (seconds > 0 && System.nanoTime() < end && findings.size() < MAX_FINDINGS);
        double took = (System.nanoTime() - start) / 1e9;
        LOG.info("{} requests in {} s, {}/s; answers {}", count, Math.round(took), Math.round(count / took), answers);
        assertThat(findings).as(String.join("\n\n", findings)).isEmpty();
    }

    private long run(long seed, long end) throws IOException {
        var generator = new Generator(contract.document(), seed, ids, files());
        Map<String, String> headers = key == null ? Map.of() : Map.of("Authorization", "Bearer " + key);
        long count = 0;
        try (var wire = new Wire(api.port(), ANSWER_MILLIS, headers)) {
            while (count < REQUESTS_PER_SEED && System.nanoTime() < end && findings.size() < MAX_FINDINGS) {
                Request request = generator.next();
                count++;
                try {
                    check(request, wire.send(request));
                } catch (IOException | AssertionError e) {
                    wire.close();
                    report(seed, request, e);
                }
                if (ids.count("post_id") < 20) {
                    post(api.fixtures(), UUID.fromString(firstChannel()), count);
                }
            }
        }
        return count;
    }

    private String firstChannel() {
        return api.jdbc()
                .sql("SELECT id::text FROM channels LIMIT 1")
                .query(String.class)
                .single();
    }

    private static List<byte[]> files() {
        String small = "{\"name\": \"a\", \"type\": \"public_channel\", \"id\": 77, \"messages\": []}";
        return List.of(
                small.getBytes(UTF_8),
                Zips.zip().add("result.json", small).bytes(),
                Zips.zip()
                        .add("Export/result.json", small)
                        .add("Export/photos/", "")
                        .bytes(),
                Zips.ofFolder(Path.of("src/test/resources/exports/channel"), "").bytes());
    }

    private void report(long seed, Request request, Throwable failure) {
        String kind = request.note().replaceFirst(":.*", "") + " "
                + FIGURES.matcher(firstLine(failure)).replaceAll("");
        if (!kinds.add(kind)) {
            return;
        }
        findings.add(
                "seed " + seed + ", " + request.operation() + ", " + request.note() + ", expected " + request.expected()
                        + "\n" + request.curl("http://127.0.0.1:" + api.port()) + "\n" + failure.getMessage());
    }

    private static String firstLine(Throwable failure) {
        String message = String.valueOf(failure.getMessage());
        return message.substring(0, Math.min(message.length(), 60));
    }

    private void check(Request request, Wire.Reply reply) {
        answers.merge(request.operation() + " " + reply.status(), 1, Integer::sum);
        int status = reply.status();
        String said = status + " " + reply.headers() + "\n" + reply.body();
        boolean isHttpUnknown = request.expected() == Expected.ANSWERED && (status == 501 || status == 505);
        assertThat(status < 500 || isHttpUnknown)
                .as("an error of the server: %s", said)
                .isTrue();
        assertThat(LEAK.matcher(withoutWhatWasSent(request, reply)).find())
                .as("tells how it is made: %s", said)
                .isFalse();
        boolean isOperation = request.expected() != Expected.ANSWERED;
        Optional<OpenApiContract.Operation> reached =
                isOperation ? Optional.of(operation(request)) : documented(request, status);
        if (reached.isPresent()) {
            contract.check(reached.get(), status, reply::header, reply.body());
        } else {
            assertThat(status < 400 || OF_HTTP.contains(status)).as(said).isTrue();
        }
        // TRACE is refused by the container before anything of ours is asked
        if (status >= 400 && !Set.of("HEAD", "TRACE").contains(request.method())) {
            checkProblem(request, reply, said);
        }
        if (isForeign && isOperation && operation(request).pattern().contains("{")) {
            assertThat(status).as("it is another tenant's: %s", said).isGreaterThanOrEqualTo(400);
        }
        switch (expected(request)) {
            case TAKEN ->
                assertThat(status).as("was to be taken: %s", said).isNotIn(400, 404, 405, 406, 408, 413, 415, 422);
            case TAKEN_OR_MISSING ->
                assertThat(status).as("was to be taken: %s", said).isNotIn(400, 405, 406, 408, 413, 415, 422);
            case REFUSED -> assertThat(status).as("was to be refused: %s", said).isBetween(400, 499);
            case ANSWERED -> {}
        }
        if (isOperation && status < 300 && isJsonOrNothing(reply)) {
            ids.learn(request, status, parse(reply));
        }
    }

    /** Which tenants there are for a key the document cannot say. */
    private Expected expected(Request request) {
        boolean needsOwn = key != null && request.expected() == Expected.TAKEN;
        return needsOwn ? Expected.TAKEN_OR_MISSING : request.expected();
    }

    private void checkProblem(Request request, Wire.Reply reply, String said) {
        assertThat(reply.header("Content-Type")).as(said).isEqualTo("application/problem+json");
        JsonNode problem = parse(reply);
        assertThat(problem.path("remedy").asText()).as("remedy of %s", said).isNotBlank();
        assertThat(problem.path("status").asInt()).as(said).isEqualTo(reply.status());
        boolean isAboutTheField = request.field() != null && (reply.status() == 400 || reply.status() == 422);
        if (isAboutTheField) {
            assertThat(problem.path("field").asText()).as("field of %s", said).startsWith(request.field());
        }
    }

    private static boolean isJsonOrNothing(Wire.Reply reply) {
        return reply.bytes().length == 0 || reply.header("Content-Type").contains("json");
    }

    private JsonNode parse(Wire.Reply reply) {
        try {
            return reply.bytes().length == 0 ? MissingNode.getInstance() : json.readTree(reply.bytes());
        } catch (IOException e) {
            throw new AssertionError("No JSON: " + reply.body(), e);
        }
    }

    /** Answers may repeat what was asked for. */
    private static String withoutWhatWasSent(Request request, Wire.Reply reply) {
        return reply.body().replace(request.target(), "");
    }

    /** The operation that an odd request reached, perhaps by another method, if the document has this status for it. */
    private Optional<OpenApiContract.Operation> documented(Request request, int status) {
        return contract.operations().stream()
                .filter(operation ->
                        operation.matches(request.method(), request.target().replaceFirst("\\?.*", ""))
                                && operation.definition().path("responses").has(String.valueOf(status)))
                .min(Comparator.comparing(operation -> !operation.id().equals(request.operation())));
    }

    private OpenApiContract.Operation operation(Request request) {
        return contract.operations().stream()
                .filter(operation -> operation.id().equals(request.operation()))
                .findFirst()
                .orElseThrow();
    }
}
