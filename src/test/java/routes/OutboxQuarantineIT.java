package routes;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.data.redis.core.StringRedisTemplate;
import routes.outbox.OutboxHealth;

/** The whole pipeline with rows in its outbox that cannot be published. */
class OutboxQuarantineIT {

    @Test
    void rows_that_cannot_be_published_and_a_stream_that_redis_refuses_hold_up_nothing_else(@TempDir Path folder)
            throws Exception {
        try (var pipeline = new ModelPipeline(folder, "--tagging.providers=local")) {
            long bad = row(pipeline, "posts.of.another.version", "{}");
            var redis = pipeline.application.getBean(StringRedisTemplate.class);
            redis.delete("stream:trends:emerging");
            redis.opsForValue().set("stream:trends:emerging", "not a stream");
            row(pipeline, "trends.emerging", "{\"trace_id\": \"t\", \"idempotency_key\": \"k\"}");

            UUID post =
                    pipeline.imported("Телескоп наблюдает далёкую галактику").get(0);

            assertThat(pipeline.awaitTags(post, "local")).isNotEmpty();
            await().atMost(Duration.ofSeconds(60)).untilAsserted(() -> {
                assertThat(pipeline.get("/health")
                                .at("/components/outbox/status")
                                .asText())
                        .isEqualTo("DEGRADED");
                assertThat(pipeline.application
                                .getBean(OutboxHealth.class)
                                .health()
                                .getDetails())
                        .containsEntry("ids", List.of(bad));
                assertThat(pipeline.metric("outbox_quarantined")).isEqualTo(1);
            });

            redis.delete("stream:trends:emerging");
            await().atMost(Duration.ofSeconds(60))
                    .untilAsserted(() -> assertThat(redis.opsForStream().size("stream:trends:emerging"))
                            .isEqualTo(1));
        }
    }

    private static long row(ModelPipeline pipeline, String stream, String event) {
        return pipeline.jdbc
                .sql("INSERT INTO outbox (stream, event) VALUES (?, ?::jsonb) RETURNING id")
                .params(stream, event)
                .query(Long.class)
                .single();
    }
}
