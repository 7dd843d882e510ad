package routes;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import java.awt.Color;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicInteger;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.data.domain.Range;
import org.springframework.data.redis.core.StringRedisTemplate;
import routes.llm.standin.ChatCall;

/** Faults that lead through branches of the routes that nothing passes as long as all goes well. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@ExtendWith(OutputCaptureExtension.class)
class RouteBranchesIT {
    private static final Duration WAIT = Duration.ofSeconds(60);
    private static final int CALLS_OF_A_PASS = 2;

    private static final String DESCRIBED =
            """
            {"classification":"infographic","description":"График падения цен на картофель","labels":["график","картофель"],
             "objects":["ось"],"ocr":"Картофель подешевел","is_meme":false}""";

    /** A way to fetch pages that an integrator has in place of the built-in one. */
    private static final String BROKEN_FETCH =
            """
            # based on nothing: it only fails
            - route:
                id: fetch
                routeConfigurationId: calls
                description: Fails.
                from:
                  id: fetch-in
                  uri: direct:fetch
                  steps:
                    - throwException:
                        id: fetch-broken
                        exceptionType: java.lang.IllegalStateException
                        message: the renderer is away
            """;

    private static final String SINK =
            """
            - templatedRoute:
                routeTemplateRef: sink
                routeId: mine
                parameters:
                  - name: name
                    value: mine
                  - name: in
                    value: posts.indexed
                  - name: group
                    value: mine_workers
                  - name: to
                    value: log:mine
            """;

    private ModelPipeline pipeline;
    private Path folder;
    private int shade;

    /** How many of the next answers about pictures, and about texts with the words of a picture, cannot be used. */
    private final AtomicInteger badAboutPictures = new AtomicInteger();

    private final AtomicInteger badAboutTheirWords = new AtomicInteger();

    @BeforeAll
    void open(@TempDir Path folder) throws IOException {
        this.folder = folder;
        Path own = Files.createDirectories(folder.resolve("config/routes"));
        Files.writeString(own.resolve("08-fetch.camel.yaml"), BROKEN_FETCH);
        Files.writeString(own.resolve("mine.camel.yaml"), SINK);
        pipeline = new ModelPipeline(
                folder,
                "--config.dir=" + folder.resolve("config"),
                "--crawl.allow-private-networks=true",
                "--tagging.providers=openrouter",
                "--tagging.max-retries=" + (CALLS_OF_A_PASS - 1),
                "--vision.providers=gigachat",
                "--album.timeout=1s",
                "--album.check-interval=1s",
                "--llm.breaker-window=1000",
                "--llm.breaker-minimum-calls=1000",
                "--gigachat.api-key=" + ModelPipeline.GIGACHAT_KEY,
                "--openrouter.api-key=" + ModelPipeline.OPENROUTER_KEY);
        pipeline.models.gigaChat().answer(this::description);
        pipeline.models.openRouter().answer(this::tags);
    }

    /** What a test leaves to the models would take an answer that is meant for the next test. */
    @AfterEach
    void awaitIdle() {
        pipeline.awaitIdle();
    }

    @AfterAll
    void close() {
        pipeline.close();
    }

    private String tags(ChatCall call) {
        if (!call.user().contains("Картофель подешевел")) {
            return "[\"телескоп\",\"нейросети\"]";
        }
        return isBad(badAboutTheirWords) ? "no JSON" : "[\"картофель\"]";
    }

    private String description(ChatCall call) {
        return isBad(badAboutPictures) ? "no JSON" : DESCRIBED;
    }

    private static boolean isBad(AtomicInteger left) {
        return left.getAndUpdate(number -> Math.max(0, number - 1)) > 0;
    }

    /** A picture that no other test has. */
    private Path picture() throws IOException {
        var image = new BufferedImage(320, 240, BufferedImage.TYPE_INT_RGB);
        image.createGraphics().fillRect(20, 20, 100 + shade, 90);
        image.setRGB(1, 1, new Color(30, 60, 90 + shade++).getRGB());
        Path picture = Files.createTempFile(folder, "picture", ".png");
        ImageIO.write(image, "png", picture.toFile());
        return picture;
    }

    private UUID importedPhoto(String caption) throws IOException {
        return pipeline.importedPhoto(1, ModelPipeline.TENANT, caption, picture());
    }

    /** What the timeline of a post says of a stage: outcomes with their reasons. */
    private List<String> outcomes(UUID post, String stage) throws Exception {
        List<String> outcomes = new ArrayList<>();
        for (JsonNode item : pipeline.get("/posts/" + post + "/timeline").path("items")) {
            if (item.path("stage").asText().equals(stage)) {
                outcomes.add(item.path("outcome").asText() + " "
                        + item.path("reason").asText());
            }
        }
        return outcomes;
    }

    private String enrichment(UUID post, String kind) {
        return pipeline.jdbc
                .sql("SELECT data::text FROM post_enrichment WHERE post_id = ? AND kind = ?")
                .params(post, kind)
                .query(String.class)
                .optional()
                .orElse("");
    }

    @Test
    void a_picture_that_no_provider_describes_is_tried_again() throws Exception {
        badAboutPictures.set(CALLS_OF_A_PASS);
        UUID post = importedPhoto("Телескоп");

        await().atMost(WAIT)
                .untilAsserted(() -> assertThat(enrichment(post, "vision")).contains("картофель"));
        await().atMost(WAIT).untilAsserted(() -> assertThat(outcomes(post, "vision"))
                .anyMatch(outcome -> outcome.startsWith("retrying ") && outcome.contains("gigachat"))
                .anyMatch(outcome -> outcome.startsWith("done")));
    }

    @Test
    void tags_that_cannot_be_made_again_with_the_words_of_a_picture_are_tried_again() throws Exception {
        badAboutTheirWords.set(CALLS_OF_A_PASS);
        UUID post = importedPhoto("Телескоп наблюдает галактику");

        await().atMost(WAIT).untilAsserted(() -> assertThat(pipeline.tags(post)).contains("картофель"));
        await().atMost(WAIT).untilAsserted(() -> assertThat(outcomes(post, "retagging"))
                .anyMatch(outcome -> outcome.startsWith("retrying ") && outcome.contains("openrouter"))
                .anyMatch(outcome -> outcome.startsWith("done")));
    }

    @Test
    void a_picture_that_gigachat_keeps_is_told_and_its_description_stays(CapturedOutput log) throws Exception {
        int kept = pipeline.models.gigaChat().storedFiles();
        // the token ends between the answer and the deletion
        pipeline.models.gigaChat().answer(call -> {
            pipeline.models.gigaChat().revokeTokens();
            return DESCRIBED;
        });
        try {
            UUID post = importedPhoto("Телескоп в горах");

            await().atMost(WAIT)
                    .untilAsserted(() -> assertThat(enrichment(post, "vision")).contains("картофель"));
            assertThat(pipeline.models.gigaChat().storedFiles()).isGreaterThan(kept);
            assertThat(log.getOut()).contains("GigaChat keeps the file ");
        } finally {
            pipeline.models.gigaChat().answer(this::description);
        }
    }

    @Test
    void a_token_that_is_refused_for_a_picture_is_replaced_before_it_is_uploaded() throws Exception {
        UUID first = importedPhoto("Телескоп до обеда");
        await().atMost(WAIT)
                .untilAsserted(() -> assertThat(enrichment(first, "vision")).contains("картофель"));
        int tokens = pipeline.models.gigaChat().tokenCalls();
        pipeline.models.gigaChat().revokeTokens();

        UUID second = importedPhoto("Телескоп после обеда");

        await().atMost(WAIT)
                .untilAsserted(() -> assertThat(enrichment(second, "vision")).contains("картофель"));
        await().atMost(WAIT).untilAsserted(() -> assertThat(outcomes(second, "vision"))
                .hasSize(1)
                .allMatch(outcome -> outcome.startsWith("done")));
        assertThat(pipeline.models.gigaChat().tokenCalls()).isEqualTo(tokens + 1);
    }

    @Test
    void an_album_whose_pictures_nobody_describes_is_assembled_at_its_deadline_and_again_afterwards() throws Exception {
        badAboutPictures.set(Integer.MAX_VALUE);
        try {
            UUID first = pipeline.importedAlbum(picture(), picture()).get(0);

            await().atMost(WAIT).untilAsserted(() -> assertThat(assembled(first))
                    .anyMatch(event -> event.matches(".*\"complete\": ?false.*")));
            badAboutPictures.set(0);
            await().atMost(WAIT).untilAsserted(() -> assertThat(album(first)).endsWith(" true"));
        } finally {
            badAboutPictures.set(0);
        }
    }

    private List<String> assembled(UUID member) {
        var redis = pipeline.application.getBean(StringRedisTemplate.class);
        return redis.<String, String>opsForStream().range("stream:album:assembled", Range.unbounded()).stream()
                .map(entry -> entry.getValue().get("data"))
                .filter(data -> data.contains(member.toString()))
                .toList();
    }

    /** Revision of the summary of an album, and whether it is complete. */
    private String album(UUID member) {
        return pipeline.jdbc
                .sql(
                        """
                        SELECT concat(g.meta -> 'revision', ' ', g.meta -> 'complete') FROM media_groups g
                        JOIN media_group_items i ON i.group_id = g.id WHERE i.post_id = ?""")
                .param(member)
                .query(String.class)
                .optional()
                .orElse("");
    }

    @Test
    void a_page_that_a_replaced_route_fails_to_fetch_is_recorded_and_the_post_goes_on(CapturedOutput log)
            throws Exception {
        UUID post = pipeline.imported("Нейросети и телескоп #нейросети http://127.0.0.1:9/page")
                .get(0);

        await().atMost(WAIT)
                .untilAsserted(() -> assertThat(enrichment(post, "crawl")).contains("provider_failed"));
        assertThat(log.getOut()).contains("the renderer is away");
        await().atMost(WAIT).until(() -> "indexed".equals(pipeline.post(post, "indexing_status")));
        await().atMost(WAIT)
                .untilAsserted(() -> assertThat(outcomes(post, "crawl")).containsExactly("skipped no_page"));
    }

    @Test
    void a_malformed_entry_of_a_route_of_ones_own_is_a_dead_letter_at_once() {
        var redis = pipeline.application.getBean(StringRedisTemplate.class);
        redis.opsForStream()
                .add("stream:posts:indexed", Map.of("event", "posts.indexed", "data", "{\"post_id\": \"no id\"}"));

        await().atMost(WAIT).untilAsserted(() -> assertThat(
                        redis.<String, String>opsForStream().range("stream:posts:indexed:dlq", Range.unbounded()))
                .filteredOn(letter -> letter.getValue().get("dlq_group").equals("mine_workers"))
                .singleElement()
                .satisfies(letter -> assertThat(letter.getValue())
                        .containsEntry("dlq_deliveries", "1")
                        .containsEntry("dlq_error_class", "routes.events.InvalidEventException")));
    }
}
