package routes;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.data.redis.core.StringRedisTemplate;
import routes.embeddings.EmbeddingProvider;
import routes.embeddings.LocalEmbeddings;
import routes.llm.standin.Fault;
import routes.llm.standin.GigaChatService;
import routes.llm.standin.ModelServer;
import routes.llm.standin.OpenRouterService;
import routes.reconcile.Reconciler;
import routes.testing.SmallModel;
import routes.text.SearchWords;
import routes.text.TextAnalysis;
import routes.vectorindex.VectorIndex;

/** Posts that a model embeds: GigaChat's, and one of an OpenAI-compatible server. */
class EmbeddingsIT {
    private static final Duration SOON = Duration.ofSeconds(60);

    /** A model that knows synonyms; the vectors have the length of GigaChat's, which is not 1. */
    private static final class Model {
        private static final Map<String, String> SYNONYMS = Map.of("автомобил", "машин");

        private final LocalEmbeddings words = new LocalEmbeddings(new TextAnalysis(new SearchWords()));
        private final int dimension;

        Model(int dimension) {
            this.dimension = dimension;
        }

        float[] vector(String text) {
            String same = text;
            for (Map.Entry<String, String> synonym : SYNONYMS.entrySet()) {
                same = same.replace(synonym.getKey(), synonym.getValue());
            }
            float[] hashed = words.embed(List.of(same)).get(0);
            float[] vector = new float[dimension];
            for (int i = 0; i < hashed.length; i++) {
                vector[i] = 29 * hashed[i];
            }
            return vector;
        }
    }

    private static void awaitIndexed(ModelPipeline pipeline, UUID post) {
        await().atMost(SOON).untilAsserted(() -> assertThat(pipeline.post(post, "indexing_status"))
                .as(pipeline.post(post, "indexing_error"))
                .isEqualTo("indexed"));
    }

    /** With the key of GigaChat alone. */
    @Test
    void gigachat_embeds_posts_within_its_permits_and_with_the_token_of_its_chats(@TempDir Path data) throws Exception {
        ModelServer server = ModelServer.start();
        server.gigaChat().embed(new Model(1024)::vector);
        server.gigaChat().latency(Duration.ofMillis(20));
        try (var pipeline = new ModelPipeline(
                server,
                data,
                "--embeddings.provider=auto",
                "--embeddings.query-timeout=30s",
                "--tagging.providers=gigachat",
                "--gigachat.api-key=" + ModelPipeline.GIGACHAT_KEY)) {
            GigaChatService gigaChat = server.gigaChat();
            List<UUID> posts =
                    pipeline.imported("Новая машина завода", "Телескоп наблюдает галактику", "Урожай яблок собран");

            posts.forEach(post -> awaitIndexed(pipeline, post));
            assertThat(gigaChat.maxConcurrent())
                    .as("chats and vectors together")
                    .isEqualTo(1);
            assertThat(gigaChat.tokenCalls()).isEqualTo(1);
            assertThat(gigaChat.embedded().stream().flatMap(List::stream)).contains("Телескоп наблюдает галактику");
            assertThat(pipeline.application.getBean(EmbeddingProvider.class).dimension())
                    .isEqualTo(1024);
            assertThat(pipeline.found("автомобиль")).as("by meaning").containsExactly(posts.get(0));
            assertThat(pipeline.metric(
                            "llm_requests_total{model=\"Embeddings\",outcome=\"success\",provider=\"gigachat\"}"))
                    .isPositive();
            assertThat(pipeline.metric("llm_tokens_total{model=\"Embeddings\",provider=\"gigachat\"}"))
                    .isPositive();
            assertThat(pipeline.metric("embedding_latency_seconds_count{model=\"Embeddings\",provider=\"gigachat\"}"))
                    .isPositive();
        }
    }

    /** A real model for English. */
    @Test
    void a_model_in_the_process_finds_posts_by_their_meaning(@TempDir Path data, @TempDir Path files) throws Exception {
        try (var pipeline = new ModelPipeline(
                data,
                "--embeddings.provider=auto",
                "--embeddings.onnx-path=" + SmallModel.in(files),
                "--tagging.providers=local")) {
            List<UUID> posts =
                    pipeline.imported("A cat dozes on the warm sofa", "Stock markets fell sharply on Monday");

            posts.forEach(post -> awaitIndexed(pipeline, post));
            assertThat(pipeline.found("sleeping feline")).containsExactly(posts.get(0));
            String model = pipeline.application.getBean(EmbeddingProvider.class).model();
            assertThat(pipeline.metric("embedding_latency_seconds_count{model=\"" + model + "\",provider=\"onnx\"}"))
                    .isPositive();
        }
    }

    @TestInstance(TestInstance.Lifecycle.PER_CLASS)
    @Nested
    class A_server {
        private ModelPipeline pipeline;
        private OpenRouterService model;

        @BeforeAll
        void open(@TempDir Path data) {
            ModelServer server = ModelServer.start();
            pipeline = new ModelPipeline(
                    server,
                    data,
                    "--embeddings.provider=auto",
                    "--embeddings.base-url=" + server.openRouterBaseUrl(),
                    "--embeddings.api-key=secret-of-the-server",
                    "--embeddings.model=house/embedder",
                    "--embeddings.dimension=600",
                    "--embeddings.query-timeout=1s",
                    "--rerank.base-url=" + server.openRouterBaseUrl(),
                    "--rerank.api-key=secret-of-the-server",
                    "--rerank.timeout=5s",
                    "--tagging.providers=local",
                    "--tagging.max-retries=1",
                    "--llm.timeout=30s",
                    "--llm.breaker-open-seconds=2",
                    "--llm.breaker-minimum-calls=1000",
                    "--llm.breaker-window=1000");
            model = server.openRouter();
            model.embed(new Model(600)::vector);
        }

        @AfterAll
        void close() {
            pipeline.close();
        }

        @BeforeEach
        void healthy() {
            model.healthy();
            model.latency(Duration.ZERO);
            model.longestText(Integer.MAX_VALUE);
            pipeline.application.getBean(StringRedisTemplate.class).delete("llm:rest:embeddings");
            EmbeddingProvider embeddings = pipeline.application.getBean(EmbeddingProvider.class);
            await("the model is called again after the failures of the test before")
                    .atMost(SOON)
                    .ignoreExceptions()
                    .until(() -> !embeddings
                            .embed(List.of(UUID.randomUUID().toString()))
                            .isEmpty());
        }

        private long sent(String text) {
            return model.embedded().stream()
                    .flatMap(List::stream)
                    .filter(text::equals)
                    .count();
        }

        @Test
        void a_text_is_embedded_once_whatever_post_has_it_and_however_often_it_is_indexed() throws Exception {
            UUID first =
                    pipeline.imported("Ледокол прошёл северным морским путём").get(0);
            awaitIndexed(pipeline, first);
            UUID second =
                    pipeline.imported("Ледокол прошёл северным морским путём").get(0);
            awaitIndexed(pipeline, second);
            // the reconciler passes over posts whose entry is not acknowledged
            pipeline.awaitIdle();
            pipeline.jdbc
                    .sql(
                            "UPDATE posts SET indexing_status = 'pending', index_state = '{}', updated_at = now() - interval '1 hour'"
                                    + " WHERE id = ANY (?)")
                    .param(new UUID[] {first, second})
                    .update();
            pipeline.application.getBean(VectorIndex.class).delete(ModelPipeline.TENANT, List.of(first, second));
            pipeline.application.getBean(Reconciler.class).runNow();

            awaitIndexed(pipeline, first);
            awaitIndexed(pipeline, second);
            assertThat(sent("Ледокол прошёл северным морским путём")).isEqualTo(1);
            assertThat(pipeline.found("ледоколы")).contains(first, second);
        }

        @Test
        void while_the_model_is_down_posts_are_found_by_their_words_and_get_their_vectors_later() throws Exception {
            model.always(Fault.status(500));
            UUID post = pipeline.imported("Маяк на скале светит кораблям").get(0);

            await().atMost(SOON).untilAsserted(() -> assertThat(pipeline.post(post, "indexing_error"))
                    .startsWith("no vector yet: embeddings: house/embedder 500"));
            assertThat(pipeline.post(post, "indexing_status")).isEqualTo("pending");
            JsonNode found = pipeline.get("/users/1/search?q=" + "%D0%BC%D0%B0%D1%8F%D0%BA%D0%B8");
            assertThat(found.path("items").findValuesAsText("post_id")).contains(post.toString());
            assertThat(found.path("unavailable").toString()).contains("embeddings");
            await().untilAsserted(() -> assertThat(pipeline.get("/posts/" + post + "/timeline")
                            .path("items")
                            .findValuesAsText("reason"))
                    .contains("no_vector"));

            // the model rests: it is not called for the next posts, which are found by their words at once
            int calls = model.embedded().size();
            UUID next = pipeline.imported("Буревестник летит над морем").get(0);
            await().atMost(SOON).untilAsserted(() -> assertThat(pipeline.post(next, "indexing_error"))
                    .startsWith("no vector yet"));
            assertThat(model.embedded().size() - calls)
                    .as("calls of one more pass at most")
                    .isLessThanOrEqualTo(4);

            model.healthy();
            await().atMost(SOON).untilAsserted(() -> {
                pipeline.jdbc
                        .sql(
                                "UPDATE posts SET updated_at = now() - interval '1 hour' WHERE indexing_status = 'pending'")
                        .update();
                pipeline.application.getBean(Reconciler.class).runNow();
                assertThat(pipeline.post(post, "indexing_status")).isEqualTo("indexed");
                assertThat(pipeline.post(next, "indexing_status")).isEqualTo("indexed");
            });
            assertThat(pipeline.post(post, "indexing_error")).isNull();
        }

        @Test
        void a_text_that_is_too_long_for_the_model_is_cut_and_the_others_of_its_call_are_not() {
            model.longestText(200);
            String longText = "Долгая дорога в дюнах ".repeat(30).strip();
            List<UUID> posts = pipelineImported(longText, "Короткая дорога");

            posts.forEach(post -> awaitIndexed(pipeline, post));
            assertThat(sent("Короткая дорога")).isPositive();
            assertThat(model.embedded().stream().flatMap(List::stream))
                    .anySatisfy(
                            text -> assertThat(text).startsWith("Долгая дорога").hasSizeBetween(100, 200));
        }

        private List<UUID> pipelineImported(String... texts) {
            try {
                return pipeline.imported(texts);
            } catch (java.io.IOException e) {
                throw new java.io.UncheckedIOException(e);
            }
        }

        @Test
        void vectors_of_another_length_are_refused_with_both_numbers() throws Exception {
            model.embed(new Model(512)::vector);
            try {
                UUID post = pipeline.imported("Снегирь сидит на рябине").get(0);

                await().atMost(SOON).untilAsserted(() -> assertThat(pipeline.post(post, "indexing_error"))
                        .contains("512 components instead of 600", "EMBEDDINGS_DIMENSION"));
            } finally {
                model.embed(new Model(600)::vector);
            }
        }

        @Test
        void a_reranking_model_orders_the_best_hits_and_without_it_their_order_stays() throws Exception {
            List<UUID> posts = pipelineImported("Гроза над озером", "Гроза. Гроза. Гроза", "Гроза прошла стороной");
            posts.forEach(post -> awaitIndexed(pipeline, post));
            model.rank(text -> text.contains("стороной") ? 0.9 : 0.1);

            assertThat(pipeline.found("гроза").get(0)).isEqualTo(posts.get(2));
            assertThat(pipeline.metric("llm_requests_total{model=\"default\",outcome=\"success\",provider=\"rerank\"}"))
                    .isPositive();

            model.always(Fault.status(500));
            JsonNode found = pipeline.get("/users/1/search?q=%D0%B3%D1%80%D0%BE%D0%B7%D1%8B");
            assertThat(found.path("items").findValuesAsText("post_id")).hasSize(3);
            assertThat(found.path("unavailable").toString()).contains("reranking");
        }

        @Test
        void a_search_does_not_wait_for_a_slow_model() throws Exception {
            UUID post = pipeline.imported("Журавли улетают на юг").get(0);
            awaitIndexed(pipeline, post);
            model.latency(Duration.ofSeconds(30));
            long started = System.nanoTime();

            JsonNode found = pipeline.get("/users/1/search?q=%D0%B6%D1%83%D1%80%D0%B0%D0%B2%D0%BB%D1%8C");

            assertThat(found.path("items").findValuesAsText("post_id")).contains(post.toString());
            assertThat(found.path("unavailable").toString()).contains("embeddings");
            assertThat(Duration.ofNanos(System.nanoTime() - started)).isLessThan(Duration.ofSeconds(25));
        }
    }
}
