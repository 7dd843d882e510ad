package routes.llm.standin;

import java.io.PrintStream;
import java.time.Duration;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CountDownLatch;
import org.springframework.boot.convert.DurationStyle;

/** The server by hand. */
final class ModelServerProcess {
    private final Map<String, String> options =
            new TreeMap<>(Map.of("--port", "9100", "--latency", "0ms", "--limit", "0"));

    ModelServerProcess(String... arguments) {
        for (String argument : arguments) {
            String[] parts = argument.split("=", 2);
            if (parts.length < 2 || options.replace(parts[0], parts[1]) == null) {
                throw new IllegalArgumentException("Not an option: " + argument + "; there are " + options);
            }
        }
    }

    /** Does not return. */
    void run(PrintStream out) throws InterruptedException {
        try (ModelServer server = start()) {
            out.print(environment(server));
            new CountDownLatch(1).await();
        }
    }

    ModelServer start() {
        Duration latency = DurationStyle.detectAndParse(options.get("--latency"));
        int limit = Integer.parseInt(options.get("--limit"));
        ModelServer server = ModelServer.start(Integer.parseInt(options.get("--port")));
        server.gigaChat().latency(latency);
        server.gigaChat().limit(limit);
        server.openRouter().latency(latency);
        server.openRouter().limit(limit);
        return server;
    }

    /** What makes the product call this server; the keys are any of the right shape. */
    String environment(ModelServer server) {
        return """
                GIGACHAT_BASE_URL=%s
                GIGACHAT_AUTH_URL=%s
                GIGACHAT_API_KEY=c3RhbmQ6aW4=
                OPENROUTER_BASE_URL=%s
                OPENROUTER_API_KEY=stand-in
                """
                .formatted(server.gigaChatBaseUrl(), server.gigaChatAuthUrl(), server.openRouterBaseUrl());
    }
}
