package routes;

import static org.awaitility.Awaitility.await;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.UUID;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIf;
import org.junit.jupiter.api.io.TempDir;
import routes.llm.standin.Fault;
import routes.operations.alerts.Promtool;
import routes.operations.alerts.ScrapedMinutes;

/** The alerts about a model provider that fails, on scrapes of the whole application with a stand-in for it that fails. */
@EnabledIf(value = Promtool.IS_INSTALLED, disabledReason = Promtool.MISSING)
class ProviderAlertsIT {

    @Test
    void PostsRetrying_ProviderDown_PostsFailing_PicturesRefused(@TempDir Path folder, @TempDir Path cases)
            throws Exception {
        try (var pipeline = new ModelPipeline(
                folder,
                "--tagging.providers=gigachat",
                "--tagging.max-attempts=2",
                "--vision.providers=gigachat,local",
                "--vision.ocr-program=-",
                "--gigachat.api-key=" + ModelPipeline.GIGACHAT_KEY,
                "--llm.timeout=2s",
                "--llm.breaker-open-seconds=1")) {
            var scrapes = new ScrapedMinutes(cases);
            pipeline.models.gigaChat().always(Fault.status(500));
            scrapes.add(pipeline.scrape());
            for (String alert : List.of("PostsRetrying", "ProviderDown", "PostsFailing", "PicturesRefused")) {
                scrapes.assertSilent(alert);
            }

            List<UUID> posts = pipeline.imported(IntStream.range(0, 6)
                    .mapToObj(i -> "Телескоп номер " + i + " наблюдает далёкую галактику")
                    .toArray(String[]::new));

            awaitHolds("PostsRetrying", pipeline, scrapes);
            awaitHolds("ProviderDown", pipeline, scrapes);
            posts.forEach(post -> pipeline.awaitStatus(post, "failed"));
            awaitHolds("PostsFailing", pipeline, scrapes);

            for (int i = 0; i < 3; i++) {
                Path file = Pictures.write(cases.resolve("picture-" + i + ".jpg"), 10 * i);
                pipeline.importedPhoto(1, ModelPipeline.TENANT, "", file);
            }
            awaitHolds("PicturesRefused", pipeline, scrapes);
        }
    }

    private static void awaitHolds(String alert, ModelPipeline pipeline, ScrapedMinutes scrapes) {
        await().atMost(Duration.ofSeconds(60))
                .pollInterval(Duration.ofSeconds(1))
                .untilAsserted(() -> {
                    scrapes.add(pipeline.scrape());
                    scrapes.assertHolds(alert);
                });
    }
}
