package routes;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.lang.management.ManagementFactory;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import javax.management.JMException;
import javax.management.MBeanAttributeInfo;
import javax.management.MBeanServer;
import javax.management.ObjectName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.context.ConfigurableApplicationContext;
import routes.delivery.BotApiStandIn;
import routes.delivery.BotApiStandIn.Fault;
import routes.delivery.TelegramLinks;
import routes.embedded.PreparedData;
import routes.operations.RunOptions;

/** The bot in the whole program, with everything that Camel and the product can log logged: its token is nowhere. */
class BotSecretsIT {
    private static final Duration TIME = Duration.ofSeconds(120);
    private static final long CHAT = 4_711;
    /** The part that is secret. */
    private static final String SECRET = BotApiStandIn.TOKEN.substring(BotApiStandIn.TOKEN.indexOf(':') + 1);

    @Test
    void the_token_is_in_no_log_line_mbean_metric_or_health(@TempDir Path folder) throws Exception {
        Path log = folder.resolve("debug.log");
        List<String> shown = new ArrayList<>();
        try (var telegram = new BotApiStandIn();
                var application = CommandLine.open(RunOptions.parse(
                        "--data.dir=" + PreparedData.in(folder.resolve("data")),
                        "--api.port=0",
                        "--management.port=0",
                        "--logging.config=" + debugTo(log, folder),
                        "--logging.level.root=info",
                        "--logging.level.org.apache.camel=debug",
                        "--logging.level.routes=debug",
                        "--logging.level.org.apache.camel.component.telegram=trace",
                        "--telegram.bot.token=" + BotApiStandIn.TOKEN,
                        "--telegram.bot.url=" + telegram.url(),
                        "--telegram.bot.poll-timeout=1s"))) {
            String code = application.getBean(TelegramLinks.class).newCode(1).code();
            telegram.write(CHAT, "/start " + code);
            await().atMost(TIME).until(() -> telegram.sentTo(CHAT).size() == 1);
            assertThat(application.getBean(TelegramLinks.class).read(1).state()).isEqualTo("active");
            telegram.next(CHAT, new Fault.Flood(1), new Fault.Lose());
            telegram.write(CHAT, "/status");
            await().atMost(TIME).until(() -> telegram.sentTo(CHAT).size() == 2);
            telegram.next(CHAT, new Fault.Refuse(400, "Bad Request: message is too long"), new Fault.Page(502));
            telegram.write(CHAT, "/help");
            telegram.write(CHAT, "/trends");
            telegram.write(CHAT, "/search words");
            await().atMost(TIME).until(() -> telegram.sentTo(CHAT).size() == 3);

            shown.addAll(beans());
            shown.add(get(application, "local.management.port", "/metrics"));
            shown.add(get(application, "local.management.port", "/health"));
            shown.add(get(application, "local.server.port", "/users/1/telegram_link"));
            assertThat(shown)
                    .as("they were looked at")
                    .anyMatch(text -> text.contains("telegram://bots"))
                    .anyMatch(text -> text.contains("telegram_bot_messages_total"));
        }

        List<String> lines = Files.readAllLines(log);
        assertThat(lines).as("it was at TRACE").anyMatch(line -> line.contains("org.apache.camel.component.telegram"));
        assertThat(lines).noneMatch(line -> line.contains(SECRET));
        assertThat(shown).noneMatch(text -> text.contains(SECRET));
    }

    /** The names of all MBeans, and the attributes of those of Camel and of the product. */
    private static List<String> beans() {
        MBeanServer server = ManagementFactory.getPlatformMBeanServer();
        List<String> texts = new ArrayList<>();
        for (ObjectName name : server.queryNames(null, null)) {
            texts.add(name.toString());
            if (name.getDomain().equals("org.apache.camel")) {
                try {
                    for (MBeanAttributeInfo attribute :
                            server.getMBeanInfo(name).getAttributes()) {
                        texts.add(name + " " + attribute.getName() + "=" + read(server, name, attribute));
                    }
                } catch (JMException e) {
                    texts.add(e.toString()); // it was removed meanwhile
                }
            }
        }
        return texts;
    }

    private static String read(MBeanServer server, ObjectName name, MBeanAttributeInfo attribute) {
        try {
            return String.valueOf(server.getAttribute(name, attribute.getName()));
        } catch (JMException | RuntimeException e) {
            return e.toString();
        }
    }

    private static String get(ConfigurableApplicationContext application, String port, String path) throws Exception {
        URI address =
                URI.create("http://127.0.0.1:" + application.getEnvironment().getRequiredProperty(port) + path);
        return HttpClient.newHttpClient()
                .send(HttpRequest.newBuilder(address).timeout(TIME).build(), HttpResponse.BodyHandlers.ofString())
                .body();
    }

    /** A logging configuration that writes everything to a file. */
    private static Path debugTo(Path log, Path folder) throws Exception {
        return Files.writeString(
                folder.resolve("logback.xml"),
                """
                <configuration>
                  <appender name="file" class="ch.qos.logback.core.FileAppender">
                    <file>%s</file>
                    <encoder><pattern>%%level %%logger %%msg %%mdc%%n%%ex</pattern></encoder>
                  </appender>
                  <root level="DEBUG"><appender-ref ref="file"/></root>
                </configuration>"""
                        .formatted(log));
    }
}
