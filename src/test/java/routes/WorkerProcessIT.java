package routes;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.context.ConfigurableApplicationContext;
import routes.embedded.PreparedData;
import routes.operations.MainJob;
import routes.operations.RunOptions;
import routes.testing.FreePort;

/** A process that runs some stages only. */
class WorkerProcessIT {

    @Test
    void a_process_without_the_api_leaves_its_port_closed_and_tells_its_health_and_metrics(@TempDir Path data)
            throws Exception {
        int apiPort = FreePort.next();
        try (ConfigurableApplicationContext worker = CommandLine.open(RunOptions.parse(
                "--pipeline.routes=tagging",
                "--data.dir=" + PreparedData.in(data),
                "--api.port=" + apiPort,
                "--api.address=0.0.0.0",
                "--management.port=0"))) {
            assertThatThrownBy(() -> new Socket(InetAddress.getLoopbackAddress(), apiPort).close())
                    .isInstanceOf(ConnectException.class);
            String management = "http://127.0.0.1:" + worker.getEnvironment().getProperty("local.management.port");
            assertThat(get(management + "/health").body())
                    .contains("\"tagging\"")
                    .doesNotContain("\"indexing\"");
            assertThat(get(management + "/metrics").body()).contains("tagging_processed_total");
            var printed = new ByteArrayOutputStream();
            worker.getBean(MainJob.class).run(new PrintStream(printed, true, StandardCharsets.UTF_8));
            assertThat(printed.toString(StandardCharsets.UTF_8))
                    .contains("/health", "/metrics")
                    .doesNotContain("/docs", "" + apiPort);
        }
    }

    private static HttpResponse<String> get(String address) throws IOException, InterruptedException {
        var request = HttpRequest.newBuilder(URI.create(address)).timeout(Duration.ofSeconds(10));
        return HttpClient.newHttpClient().send(request.build(), HttpResponse.BodyHandlers.ofString());
    }
}
