package routes;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.data.redis.core.StringRedisTemplate;
import routes.configuration.ConfigurationException;
import routes.operations.RouteTrials;
import routes.routefiles.RouteTrial;

/** A post is run through an edited route file, and nothing comes of it. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class RouteTrialIT {
    private static final Path BUILT_IN = Path.of("src/main/resources/routes");

    private Path folder;
    private ModelPipeline pipeline;
    private RouteTrials trials;
    private UUID post;

    @BeforeAll
    void open(@TempDir Path folder) throws IOException {
        this.folder = folder;
        Files.createDirectories(folder.resolve("config/routes"));
        pipeline = new ModelPipeline(
                folder,
                "--config.dir=" + folder.resolve("config"),
                "--openrouter.api-key=" + ModelPipeline.OPENROUTER_KEY,
                "--tagging.providers=openrouter");
        pipeline.models.openRouter().answer(call -> "[\"телескоп\"]");
        trials = pipeline.application.getBean(RouteTrials.class);
        post = pipeline.imported("Новый телескоп наблюдает далёкую галактику").get(0);
        await().atMost(Duration.ofSeconds(60)).until(() -> "indexed".equals(pipeline.post(post, "indexing_status")));
    }

    @AfterAll
    void close() {
        pipeline.close();
    }

    private RouteTrial.Result run(String name, String text, boolean allowed) {
        return trials.run(name, text, post.toString(), allowed);
    }

    private static String builtIn(String name) throws IOException {
        return Files.readString(BUILT_IN.resolve(name));
    }

    private static RouteTrial.StepTrace step(RouteTrial.Result result, String id) {
        return result.steps().stream()
                .filter(step -> step.id().equals(id))
                .findFirst()
                .orElseThrow(() -> new AssertionError(result.toString()));
    }

    /** Everything that a stage could leave behind. */
    private List<Object> traces() throws Exception {
        var redis = pipeline.application.getBean(StringRedisTemplate.class);
        Map<String, Object> row = pipeline.jdbc
                .sql("SELECT * FROM posts WHERE id = ?")
                .param(post)
                .query()
                .singleRow();
        Map<String, Object> tags = pipeline.jdbc
                .sql("SELECT * FROM post_enrichment WHERE post_id = ? AND kind = 'tags'")
                .param(post)
                .query()
                .singleRow();
        return List.of(
                row.toString(),
                tags.toString(),
                redis.opsForStream().size("stream:posts:tagged"),
                redis.opsForStream().size("stream:posts:enriched"),
                redis.keys("*processed*"),
                pipeline.models.openRouter().calls().size());
    }

    @Test
    void a_stage_is_shown_step_by_step_with_the_free_provider_and_leaves_nothing() throws Exception {
        List<Object> before = traces();

        RouteTrial.Result result = run(
                "30-tagging.camel.yaml",
                builtIn("30-tagging.camel.yaml").replace("\"{{tagging.providers}}\"", "gigachat"),
                false);

        assertThat(result.problems()).isEmpty();
        assertThat(step(result, "tagging-read").body()).contains("телескоп", post.toString());
        assertThat(step(result, "tagging-providers").properties()).containsEntry("llmProviders", "gigachat");
        assertThat(step(result, "tagging-models").note())
                .isEqualTo("answered by the provider local, in place of gigachat");
        assertThat(step(result, "tagging-models").body()).contains("телескоп");
        assertThat(step(result, "tagging-models").depth())
                .isGreaterThan(step(result, "tagging-passes").depth());
        assertThat(result.outcome()).startsWith("stopped: tagging.end is not called");
        assertThat(traces()).isEqualTo(before);
    }

    @Test
    void a_stage_that_only_writes_to_the_database_runs_to_its_end_and_is_undone() throws Exception {
        List<Object> before = traces();

        RouteTrial.Result result =
                run("31-tag-persistence.camel.yaml", builtIn("31-tag-persistence.camel.yaml"), false);

        assertThat(result.outcome()).as("%s", result).startsWith("done");
        assertThat(result.succeeded()).isTrue();
        assertThat(traces()).isEqualTo(before);
    }

    private String sink(Path to) {
        return """
                - templatedRoute:
                    routeTemplateRef: sink
                    routeId: mine
                    parameters:
                      - name: name
                        value: mine
                      - name: in
                        value: posts.tagged
                      - name: group
                        value: mine_workers
                      - name: to
                        value: file:%s?fileName=${exchangeProperty.event.postId}.json
                """
                .formatted(to);
    }

    @Test
    void an_endpoint_gets_nothing_unless_calls_are_allowed() throws Exception {
        Path to = folder.resolve("mine");

        RouteTrial.Result result = run("mine.camel.yaml", sink(to), false);
        assertThat(step(result, "mine-out").note()).startsWith("not sent to file:");
        assertThat(step(result, "mine-json").body()).contains("\"tags\"");
        assertThat(step(result, "mine-type").headers()).containsEntry("Content-Type", "application/json");
        assertThat(result.outcome()).startsWith("done");
        assertThat(to).doesNotExist();

        assertThat(run("mine.camel.yaml", sink(to), true).outcome()).startsWith("done");
        assertThat(to.resolve(post + ".json")).content().contains("телескоп");
    }

    @Test
    void what_cannot_be_tried_is_told_with_its_reason() throws Exception {
        String sink = sink(folder);
        assertThat(run("mine.camel.yaml", sink.replace("Ref: sink", "Ref: snik"), false)
                        .problems())
                .singleElement()
                .asString()
                .contains("there is no routeTemplate 'snik' (did you mean 'sink'?)");
        assertThatThrownBy(() ->
                        trials.run("mine.camel.yaml", sink, UUID.randomUUID().toString(), false))
                .isInstanceOf(ConfigurationException.class)
                .hasMessageContaining("none is about the post");
        String job = builtIn("10-ingest.camel.yaml");
        assertThatThrownBy(() -> run("10-ingest.camel.yaml", job, false))
                .isInstanceOf(ConfigurationException.class)
                .hasMessageContaining("no route of the file reads a stream");
        String indexing = builtIn("60-indexing.camel.yaml");
        assertThat(run("60-indexing.camel.yaml", indexing, false).outcome())
                .startsWith("stopped: indexing.index is not called");
        String crawl = builtIn("51-crawl.camel.yaml");
        assertThatThrownBy(() -> run("51-crawl.camel.yaml", crawl, false))
                .isInstanceOf(ConfigurationException.class)
                .hasMessageMatching("51-crawl.camel.yaml: line \\d+: .*");
    }
}
