package routes;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import routes.testing.WebServer;

/** A host that answers slowly, and many posts with links to it. */
class SlowHostIT {
    private static final int LINKS = 1_000;
    private static final int OTHERS = 30;

    private static String page(String path) {
        return "<html><head><title>Отчёт</title></head><body><article><h1>Отчёт</h1><p>"
                + "Инженеры описали устройство станции и порядок работы на ней подробно и по шагам. ".repeat(8)
                + path + "</p></article></body></html>";
    }

    @Test
    void a_thousand_links_to_one_slow_host_do_not_hold_up_the_others(@TempDir Path folder) throws Exception {
        Path config = Files.createDirectories(folder.resolve("config"));
        Files.writeString(
                config.resolve("enrichment_policy.yml"),
                """
                trigger_tags: [нейросети]
                budget: {tenant_per_day: 100000, domain_per_hour: 100000}
                max_urls_per_post: 5
                """);
        try (var slow = new WebServer(WebServer.pages((request, out) -> {
                    WebServer.dawdle(Duration.ofSeconds(1));
                    WebServer.html(out, page(request.path()));
                }));
                var fast = new WebServer(WebServer.pages((request, out) -> WebServer.html(out, page(request.path()))));
                var pipeline = new ModelPipeline(
                        folder,
                        "--tagging.providers=local",
                        "--config.dir=" + config,
                        "--crawl.allow-private-networks=true")) {

            // the links to the slow host come first
            pipeline.imported(Stream.concat(
                            IntStream.range(0, LINKS).mapToObj(i -> post(slow.url("/slow" + i))),
                            IntStream.range(0, OTHERS)
                                    .mapToObj(i ->
                                            post(fast.url("/fast" + i).replace("127.0.0.1", "127.0.0." + (2 + i % 3)))))
                    .toArray(String[]::new));

            await().atMost(Duration.ofMinutes(3)).until(() -> read(pipeline, "fast") == OTHERS);
            assertThat(slow.pages()).as("those of the slow host are not done").hasSizeLessThan(LINKS / 2);
            await().atMost(Duration.ofSeconds(60)).until(() -> read(pipeline, "slow") >= 3);
            assertThat(pipeline.get("/health").toString())
                    .as("waiting is no failure")
                    .doesNotContain("redelivered");
            // one at a time
            assertThat(slow.mostAtOnce()).isEqualTo(1);
            assertThat(pipeline.scrape().lines().filter(line -> line.startsWith("stream_dead_letters")))
                    .allMatch(line -> line.endsWith(" 0.0"));
        }
    }

    private static String post(String url) {
        return "Нейросети и новый отчёт #нейросети " + url;
    }

    private static long read(ModelPipeline pipeline, String path) throws IOException {
        return pipeline.jdbc
                .sql(
                        "SELECT count(*) FROM post_enrichment WHERE kind = 'crawl' AND status = 'ok' AND data::text LIKE ?")
                .param("%/" + path + "%")
                .query(Long.class)
                .single();
    }
}
