package routes;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.data.domain.Range;
import org.springframework.data.redis.core.StringRedisTemplate;
import routes.configuration.ConfigurationException;
import routes.events.Event;
import routes.events.EventCodec;
import routes.events.PostCrawl;
import routes.operations.RouteTrials;
import routes.routefiles.RouteTrial;
import routes.routefiles.RouteTrial.Trust;

/** A post is run through an edited route file, and nothing comes of it. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class RouteTrialIT {
    private static final Path BUILT_IN = Path.of("src/main/resources/routes");

    private Path folder;
    private ModelPipeline pipeline;
    private RouteTrials trials;
    private UUID post;
    private String crawlEntry;

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
        Path picture = folder.resolve("picture.png");
        ImageIO.write(new BufferedImage(400, 300, BufferedImage.TYPE_INT_RGB), "png", picture.toFile());
        post = pipeline.importedPhoto(
                1, ModelPipeline.TENANT, "Новый телескоп наблюдает далёкую галактику https://example.org/", picture);
        // a dead letter, since a stage would fetch the page of an entry
        var crawl = new PostCrawl(
                Event.SCHEMA_VERSION,
                "0".repeat(32),
                Instant.parse("2026-01-01T00:00:00Z"),
                "try",
                post,
                ModelPipeline.TENANT,
                "1",
                null,
                List.of("https://example.org/"),
                List.of("телескоп"),
                "trigger_tag",
                List.of(),
                false,
                null);
        Map<String, String> fields =
                pipeline.application.getBean(EventCodec.class).write(crawl);
        crawlEntry = "posts.crawl/" + deadLetter("posts:crawl", fields);
    }

    /** The picture of a post has it tagged and indexed again. */
    @BeforeEach
    void settled() {
        pipeline.awaitIdle();
        assertThat(pipeline.post(post, "indexing_status")).isEqualTo("indexed");
    }

    @AfterAll
    void close() {
        pipeline.close();
    }

    private String deadLetter(String stream, Map<String, String> fields) {
        return pipeline.application
                .getBean(StringRedisTemplate.class)
                .opsForStream()
                .add("stream:" + stream + ":dlq", fields)
                .getValue();
    }

    private RouteTrial.Result run(String name, String text, boolean allowed) {
        return trials.run(name, text, post.toString(), allowed ? Trust.WITH_CALLS : Trust.OWN);
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
                .isEqualTo("answered by the provider local instead of gigachat");
        assertThat(step(result, "tagging-models").body()).contains("телескоп");
        assertThat(step(result, "tagging-models").depth())
                .isGreaterThan(step(result, "tagging-passes").depth());
        assertThat(step(result, "tagging-out").note()).isEqualTo("not sent to redis-streams://posts.tagged");
        assertThat(step(result, "tagging-write").body()).contains("posts.tagged", "телескоп");
        assertThat(result.outcome()).as("%s", result).startsWith("done");
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
                .contains("unknown routeTemplate 'snik' (did you mean 'sink'?)");
        assertThatThrownBy(() ->
                        trials.run("mine.camel.yaml", sink, UUID.randomUUID().toString(), Trust.OWN))
                .isInstanceOf(ConfigurationException.class)
                .hasMessageContaining("There is no post ");
        String job = builtIn("10-ingest.camel.yaml");
        assertThatThrownBy(() -> run("10-ingest.camel.yaml", job, false))
                .isInstanceOf(ConfigurationException.class)
                .hasMessageContaining("no route of the file consumes from a stream")
                .hasMessageContaining("has another consumer (scheduler:outbox, direct:ingest-batch)");
        assertThatThrownBy(() -> run("72-delivery.camel.yaml", builtIn("72-delivery.camel.yaml"), false))
                .hasMessageContaining(
                        "has another consumer (timer:delivery, timer:delivery-updates): check it with --validate");
        assertThatThrownBy(() -> run("08-fetch.camel.yaml", builtIn("08-fetch.camel.yaml"), false))
                .hasMessageContaining(
                        "Other routes call it (direct:fetch): try it in one file together with such a route");
        assertThatThrownBy(() -> run("00-errors.camel.yaml", builtIn("00-errors.camel.yaml"), false))
                .hasMessageContaining("try a file with routes that use them");
        String relay = builtIn("80-cleanup.camel.yaml")
                .replace("posts.deleted", "posts.tagged")
                .replace("value: clean\n", "value: run\n")
                .replaceAll("value: cleanup\n( *- name: method)", "value: jobs\n$1");
        assertThat(run("80-cleanup.camel.yaml", relay, false).outcome()).startsWith("stopped: jobs.run is not called");
        String bean = sink.replaceFirst("value: file:.*", "value: bean:jobs?method=run");
        assertThat(step(run("mine.camel.yaml", bean, false), "mine-out").note()).startsWith("not sent to bean:");
    }

    /** Whatever a stage does, it does it in a trial up to its end, except what cannot be undone. */
    @ParameterizedTest
    @CsvSource({
        "20-post-persistence, post-persistence-work",
        "30-tagging, tagging-end",
        "31-tag-persistence, tag-persistence-work",
        "40-vision, vision-end",
        "41-retagging, retagging-end",
        "50-crawl-trigger, crawl-trigger-work",
        "51-crawl, crawl-end",
        "52-enrichment, enrichment-work",
        "60-indexing, indexing-work",
        "42-album-assembler, album-assembler-events-write",
        "80-cleanup, cleanup-work"
    })
    void each_stage_of_a_post_is_tried_to_its_end_and_leaves_nothing(String name, String last) throws Exception {
        List<Object> before = traces();
        String file = name + ".camel.yaml";

        String subject = name.equals("51-crawl") ? crawlEntry : post.toString();

        // as a text from outside, of which less is allowed than of a file
        RouteTrial.Result result =
                trials.runForeign(file, builtIn(file), subject).orElseThrow();

        assertThat(result.outcome()).as("%s", result).startsWith("done");
        assertThat(step(result, last).id()).isEqualTo(last);
        assertThat(traces()).isEqualTo(before);
    }

    @Test
    void what_clean_up_would_remove_is_told_and_the_post_stays() throws Exception {
        List<Object> before = traces();

        RouteTrial.Result result = run("80-cleanup.camel.yaml", builtIn("80-cleanup.camel.yaml"), false);

        assertThat(result.outcome()).as("%s", result).startsWith("done");
        assertThat(step(result, "cleanup-work").note())
                .contains("not removed from the graph: [" + post, "not removed from the vector index: [" + post);
        assertThat(traces()).isEqualTo(before);
        assertThat(pipeline.found("телескоп")).contains(post);
    }

    /** The aggregator works at once and remembers nothing. */
    @Test
    void an_album_is_assembled_in_a_trial_and_neither_stored_nor_waited_for() throws Exception {
        Path one = folder.resolve("one.png");
        Path two = folder.resolve("two.png");
        ImageIO.write(new BufferedImage(400, 301, BufferedImage.TYPE_INT_RGB), "png", one.toFile());
        ImageIO.write(new BufferedImage(400, 302, BufferedImage.TYPE_INT_RGB), "png", two.toFile());
        UUID member = pipeline.importedAlbum(one, two).get(0);
        await().atMost(Duration.ofSeconds(60)).until(() -> album(member).contains("\"complete\": true"));
        pipeline.awaitIdle();
        // as if it had changed since
        pipeline.jdbc
                .sql(
                        "UPDATE media_groups SET meta = jsonb_set(meta, '{assembly,hash}', '\"other\"') WHERE id = (SELECT group_id FROM media_group_items WHERE post_id = ?)")
                .param(member)
                .update();
        String before = album(member);
        var redis = pipeline.application.getBean(StringRedisTemplate.class);
        long assembled = redis.opsForStream().size("stream:album:assembled");

        RouteTrial.Result result = trials.run(
                "42-album-assembler.camel.yaml",
                builtIn("42-album-assembler.camel.yaml"),
                member.toString(),
                Trust.OWN);

        assertThat(result.outcome()).as("%s", result).startsWith("done");
        assertThat(album(member)).isEqualTo(before);
        assertThat(redis.opsForStream().size("stream:album:assembled")).isEqualTo(assembled);
        assertThat(redis.keys("album:state:*")).isEmpty();
        assertThat(step(result, "album-assembler-state-assemble").note()).contains("object not stored: ");
    }

    private String album(UUID member) {
        return pipeline.jdbc
                .sql(
                        """
                        SELECT g.meta::text FROM media_groups g JOIN media_group_items i ON i.group_id = g.id
                        WHERE i.post_id = ?""")
                .param(member)
                .query(String.class)
                .optional()
                .orElse("");
    }

    @Test
    void a_digest_is_made_again_in_a_trial_without_models_and_nothing_of_it_stays() throws Exception {
        assertThat(pipeline.send("POST", "/users/1/digest/generate?from=2026-01-01")
                        .statusCode())
                .isEqualTo(202);
        await().atMost(Duration.ofSeconds(60)).until(() -> digests().contains("|ready|"));
        var redis = pipeline.application.getBean(StringRedisTemplate.class);
        String entry = redis.<String, String>opsForStream().range("stream:digests:generate", Range.unbounded()).stream()
                .map(each -> each.getId().getValue())
                .reduce((earlier, later) -> later)
                .orElseThrow();
        String before = digests();
        int calls = pipeline.models.openRouter().calls().size();

        RouteTrial.Result result = trials.run(
                "71-digest.camel.yaml", builtIn("71-digest.camel.yaml"), "digests.generate/" + entry, Trust.OWN);

        assertThat(result.outcome()).as("%s", result).startsWith("done");
        assertThat(step(result, "digest-work").note()).startsWith("digest ").contains("is not stored: ");
        assertThat(digests()).isEqualTo(before);
        assertThat(pipeline.models.openRouter().calls()).hasSize(calls);
        assertThatThrownBy(() -> run("71-digest.camel.yaml", builtIn("71-digest.camel.yaml"), false))
                .as("a digest is about no post")
                .hasMessageContaining("or an entry, such as --entry=digests.generate/");
    }

    private String digests() {
        return String.join(
                "\n",
                pipeline.jdbc
                        .sql(
                                "SELECT concat_ws('|', id, status, attempts, made_at, md5(body::text)) FROM digests ORDER BY id")
                        .query(String.class)
                        .list());
    }

    /** Keys that a trial sets would keep the real entry from being processed. */
    @Test
    void a_trial_claims_no_entry_and_keeps_no_part_of_an_aggregate() throws Exception {
        var redis = pipeline.application.getBean(StringRedisTemplate.class);
        Set<String> keys = redis.keys("*");
        String yaml = step(
                """
                - idempotentConsumer:
                    id: mine-once
                    idempotentRepository: "#taggingIdempotency"
                    expression:
                      simple:
                        expression: "${header.CamelRedisStreamsMessageId}"
                    steps:
                      - setProperty:
                          id: mine-first
                          name: first
                          expression:
                            constant:
                              expression: "yes"
                - aggregate:
                    id: mine-few
                    aggregationRepository: albumStates
                    aggregationStrategy: "#class:org.apache.camel.processor.aggregate.UseLatestAggregationStrategy"
                    completionSize: 2
                    optimisticLocking: true
                    correlationExpression:
                      constant:
                        expression: "77"
                    steps:
                      - log:
                          id: mine-log
                          message: both""");

        RouteTrial.Result result = run("mine.camel.yaml", yaml, false);

        assertThat(result.outcome()).as("%s", result).startsWith("done");
        assertThat(step(result, "mine-first").properties()).containsEntry("first", "yes");
        assertThat(result.steps()).noneMatch(step -> step.id().equals("mine-log"));
        assertThat(redis.keys("*")).isEqualTo(keys);
        assertThatThrownBy(() ->
                        run("mine.camel.yaml", yaml.replace("completionSize: 2", "completionTimeout: 1000"), false))
                .hasMessageContaining("'aggregate' is completed only by time");
        assertThatThrownBy(() -> run(
                        "mine.camel.yaml",
                        yaml.replace(
                                "\"#class:org.apache.camel.processor.aggregate.UseLatestAggregationStrategy\"",
                                "jobs\n            aggregationStrategyMethodName: run"),
                        false))
                .hasMessageContaining("the expression calls the bean 'jobs'");
    }

    @Test
    void what_indexing_would_write_is_told() throws Exception {
        pipeline.jdbc
                .sql("UPDATE posts SET index_state = '{}' WHERE id = ?")
                .param(post)
                .update();
        List<Object> before = traces();

        RouteTrial.Result result = run("60-indexing.camel.yaml", builtIn("60-indexing.camel.yaml"), false);

        assertThat(step(result, "indexing-work").note())
                .contains("not written to the graph: ", "not written to the vector index: ", "телескоп");
        assertThat(traces()).isEqualTo(before);
    }

    /** Also a dead letter, which no stage reads meanwhile. */
    @Test
    void an_entry_is_tried_by_its_id() throws Exception {
        Map<String, String> event = Map.of("event", "posts.tagged", "data", "{\"post_id\": \"no id\"}");
        String id = deadLetter("posts:tagged", event);
        String file = "31-tag-persistence.camel.yaml";

        assertThat(trials.run(file, builtIn(file), "posts.tagged/" + id, Trust.OWN)
                        .outcome())
                .startsWith("failed: ")
                .contains("$.post_id: does not match");
        String other = builtIn("40-vision.camel.yaml");
        assertThatThrownBy(() -> trials.run("40-vision.camel.yaml", other, "posts.tagged/" + id, Trust.OWN))
                .hasMessageContaining("no route of the file consumes from the stream posts.tagged");
        assertThatThrownBy(() -> trials.run(file, builtIn(file), "posts.tagged/1-1", Trust.OWN))
                .isInstanceOf(ConfigurationException.class)
                .hasMessageContaining("Unknown entry posts.tagged/1-1");
        assertThatThrownBy(() -> trials.run(file, builtIn(file), "nothing/1-1", Trust.OWN))
                .isInstanceOf(ConfigurationException.class)
                .hasMessageContaining("'nothing/1-1' must be the name of a stream");
    }

    private static String step(String yaml) {
        return """
                - route:
                    id: mine
                    routeConfigurationId: errors
                    description: Mine.
                    from:
                      id: mine-in
                      uri: redis-streams:posts.tagged
                      parameters:
                        group: mine_workers
                      steps:
                """
                + yaml.indent(8);
    }

    private static String body(String language, String expression) {
        return step(
                """
                - setBody:
                    id: mine-body
                    expression:
                      %s:
                        expression: '%s'"""
                        .formatted(language, expression));
    }

    /** A text from outside can neither read files, the environment or secrets, nor reach into the process, nor fill its memory. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "resource:file:/etc/passwd",
                " resource:http://127.0.0.1/",
                "${env.HOME}",
                "${sysenv.HOME}",
                "${sys.user.home}",
                "${properties:openrouter.api-key}",
                "${camelContext.name}",
                "${exchange.context.name}",
                "${body.getClass()}",
                "${body.class.classLoader}",
                "${body.getClass.name}",
                "${header.CamelRedisStreamsKey.class}",
                "${exchangeProperty.stageEntries[0].message.exchange}",
                "${bodyAs(java.io.File)}",
                "${type:java.lang.Runtime}",
                "${ref:dataSource}",
                "$simple{env.HOME}",
                "${body${env.HOME}}",
                "#class:java.io.File"
            })
    void a_text_from_outside_reaches_nothing(String expression) {
        assertThatThrownBy(() -> trials.runForeign("mine.camel.yaml", body("simple", expression), post.toString()))
                .isInstanceOf(ConfigurationException.class)
                .hasMessageMatching("mine.camel.yaml: line \\d+: .* can be tried only with a local file .*");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "setBody: {id: a, expression: {simple: {expression: x, resultType: java.io.File}}}",
                "setBody: {id: a, expression: {method: {beanType: java.lang.Runtime, method: getRuntime}}}",
                "setBody: {id: a, expression: {groovy: {expression: x}}}",
                "convertBodyTo: {id: a, type: java.io.File}",
                "unmarshal: {id: a, json: {unmarshalType: java.io.File}}",
                "script: {id: a, expression: {simple: {expression: x}}}",
                "throwException: {id: a, exceptionType: java.lang.Error, message: x}",
                "bean: {id: a, beanType: java.io.File}",
                "transacted: {id: a}",
                "idempotentConsumer: {id: a, idempotentRepository: taggingIdempotency, expression: {constant: {expression: x}}}"
            })
    void a_text_from_outside_has_only_steps_that_are_known_to_be_harmless(String step) {
        assertThatThrownBy(() -> trials.runForeign("mine.camel.yaml", step("- " + step), post.toString()))
                .isInstanceOf(ConfigurationException.class)
                .hasMessageMatching("mine.camel.yaml: line \\d+: .* can be tried only with a local file .*");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "- routeConfiguration: {id: a, description: a}",
                "- routeTemplate: {id: a, route: {from: {uri: 'direct:a', steps: []}}}"
            })
    void a_text_from_outside_has_only_routes(String element) throws Exception {
        assertThatThrownBy(() -> trials.runForeign("mine.camel.yaml", element, post.toString()))
                .isInstanceOf(ConfigurationException.class)
                .hasMessageMatching("mine.camel.yaml: line 1: .* can be tried only with a local file .*");
        assertThat(trials.runForeign("mine.camel.yaml", "- beans: [{name: a, type: java.io.File}]", post.toString())
                        .orElseThrow()
                        .problems())
                .isNotEmpty();
    }

    @Test
    void a_text_from_outside_that_would_lose_posts_is_refused_with_the_reason() throws Exception {
        assertThat(trials.runForeign("mine.camel.yaml", step("- wireTap: {id: a, uri: 'direct:mine'}"), post.toString())
                        .orElseThrow()
                        .problems())
                .singleElement()
                .asString()
                .contains("wireTap", "publish to a stream instead");
    }

    @Test
    void a_text_from_outside_sees_no_secret_and_has_limits() throws Exception {
        assertThat(trials.runForeign("mine.camel.yaml", body("constant", "{{openrouter.api-key}}"), post.toString())
                        .orElseThrow()
                        .toString())
                .contains("***")
                .doesNotContain(ModelPipeline.OPENROUTER_KEY);
        String doubling = step(
                """
                - loop:
                    id: mine-loop
                    expression:
                      constant:
                        expression: 400
                    steps:
                      - setBody:
                          id: mine-body
                          expression:
                            simple:
                              expression: '${body}${body}'""");
        assertThat(trials.runForeign("mine.camel.yaml", doubling, post.toString())
                        .orElseThrow()
                        .outcome())
                .startsWith("stopped: a value has more than ");
    }
}
