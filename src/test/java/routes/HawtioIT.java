package routes;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.lettuce.core.Range;
import io.lettuce.core.StreamMessage;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.apache.camel.CamelContext;
import org.apache.camel.ServiceStatus;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.context.ConfigurableApplicationContext;
import routes.api.ReaderBrowser;
import routes.embedded.PreparedData;
import routes.events.StreamCatalog;
import routes.operations.RunOptions;
import routes.redis.RedisLink;
import routes.replay.OperatorAudit;

/** Hawtio in a browser, as an operator uses it. */
class HawtioIT {
    private static final String PASSWORD = "correcthorse";
    private static final String TAGGED = new StreamCatalog().key("posts.tagged");

    /** What is shown in the list of operations under this name. */
    private static final String OPERATION = "const item = [...document.querySelectorAll('[class*=data-list__item]')]"
            + ".find(e => e.tagName === 'LI' && e.querySelector('b')?.textContent === arguments[0]);";

    @RegisterExtension
    @Order(1)
    static final ReaderBrowser browser = new ReaderBrowser();

    @TempDir
    static Path folder;

    private static ConfigurableApplicationContext application;
    private static String address;

    @BeforeAll
    static void start() {
        application = CommandLine.open(RunOptions.parse(
                "--data.dir=" + PreparedData.in(folder.resolve("data")),
                "--api.port=0",
                "--management.port=0",
                "--hawtio.password=" + PASSWORD));
        address = "127.0.0.1:" + application.getEnvironment().getRequiredProperty("local.management.port")
                + "/actuator/hawtio/";
    }

    @AfterAll
    static void stop() {
        application.close();
    }

    @Test
    void an_operator_logs_in_sees_the_routes_stops_and_starts_one_and_replays_a_dead_letter() {
        RedisLink redis = application.getBean(RedisLink.class);
        redis.call(commands -> commands.xadd(TAGGED, Map.of("event", "posts.tagged", "data", "{\"post_id\": 1")));
        await().atMost(Duration.ofSeconds(60)).until(() -> letters(redis).size() == 3);
        StreamMessage<String, String> letter = letters(redis).get(0);

        browser.go("http://" + address + "robots.txt");
        assertThat((String) browser.run("return document.body?.innerText ?? ''"))
                .doesNotContain("User-agent");
        // the browser keeps the login; a page whose address holds it could not ask for anything
        browser.go("http://admin:" + PASSWORD + "@" + address + "robots.txt");
        browser.go("http://" + address + "camel");
        browser.awaitText("[class*=tree-view]", "telegram-assistant");
        click("button", "Expand all");
        browser.awaitText("[class*=tree-view]", "tag-persistence");

        var camel = application.getBean(CamelContext.class);
        // Hawtio keeps what it has drawn: a route that it cannot draw would spoil the diagrams of all others
        select("routes");
        diagram("llm-providers", "fetch-provider", "indexing-work");
        select("enrichment");
        diagram("enrichment-work");
        tab("Attributes", "ExchangesCompleted");
        tab("Operations", "stop()");
        execute("stop()");
        await().atMost(Duration.ofSeconds(60))
                .until(() -> camel.getRouteController().getRouteStatus("enrichment") == ServiceStatus.Stopped);
        execute("start()");
        await().atMost(Duration.ofSeconds(60))
                .until(() -> camel.getRouteController().getRouteStatus("enrichment") == ServiceStatus.Started);

        select("StreamReplay");
        tab("Operations", "Publishes a dead letter again for the group that failed to process it");
        execute("replayDeadLetter(String, String)", "posts.tagged", letter.getId());
        browser.awaitText("[class*=data-list]", "Published again as ");
        await().atMost(Duration.ofSeconds(60)).untilAsserted(() -> assertThat(letters(redis))
                .hasSize(3)
                .filteredOn(again -> "1".equals(again.getBody().get("replay_count")))
                .extracting(again -> again.getBody().get("dlq_group"))
                .containsExactly(letter.getBody().get("dlq_group")));
        // one click, one call: Hawtio sends two
        assertThat(application.getBean(OperatorAudit.class).latest(null, 10))
                .extracting(OperatorAudit.Entry::outcome)
                .containsExactly("done");
        // Hawtio asks for lists of connections that Spring Boot has none of
        assertThat(browser.complaints())
                .noneMatch(complaint ->
                        complaint.contains("status of 403") || complaint.contains("Content Security Policy"));
    }

    private static List<StreamMessage<String, String>> letters(RedisLink redis) {
        return redis.call(commands -> commands.xrange(TAGGED + ":dlq", Range.unbounded()));
    }

    private static void click(String css, String text) {
        String find = "const one = [...document.querySelectorAll(arguments[0])]"
                + ".find(e => e.textContent.trim() === arguments[1]); one?.click(); return !!one";
        browser.awaitTrue("there is " + text, find, css, text);
    }

    private static void diagram(String... nodes) {
        tab("Route Diagram", "");
        for (String node : nodes) {
            browser.awaitTrue(
                    "the diagram has " + node,
                    "return [...document.querySelectorAll('.react-flow__node')].some(e => e.textContent.includes(arguments[0]))",
                    node);
        }
    }

    private static void tab(String name, String text) {
        browser.awaitTrue(
                name + " with " + text,
                "const tab = [...document.querySelectorAll('a')].find(e => e.textContent.trim() === arguments[0]);"
                        + "if (tab && !location.href.endsWith(tab.getAttribute('href'))) { tab.click(); return false; }"
                        + "return !!tab && document.body.innerText.includes(arguments[1])",
                name,
                text);
    }

    /**
     * After the name of the node, Hawtio usually opens its first tab, and leaves one that was opened before. Nothing
     * tells when it is done: the address stays the same in 20 polls.
     */
    private static void select(String node) {
        click("[class*=tree-view__node-text]", node);
        browser.awaitText("h1", node);
        browser.run("window.polls = 0");
        browser.awaitTrue(
                "the address stays",
                "window.polls = window.address === location.href ? window.polls + 1 : 0;"
                        + "window.address = location.href; return window.polls >= 20");
    }

    /** Unfolds an operation, fills in its arguments and executes it. */
    private static void execute(String operation, String... arguments) {
        browser.awaitTrue(
                "there is " + operation,
                OPERATION
                        + "const toggle = item?.querySelector('button');"
                        + "if (toggle?.getAttribute('aria-expanded') === 'false') { toggle.click(); }"
                        + "return !!item?.querySelector('[type=submit]')",
                operation);
        for (int n = 0; n < arguments.length; n++) {
            // as typing does, so that the form notices
            browser.run(
                    OPERATION + "const input = item.querySelectorAll('input')[arguments[1]];"
                            + "Object.getOwnPropertyDescriptor(HTMLInputElement.prototype, 'value').set.call(input, arguments[2]);"
                            + "input.dispatchEvent(new Event('input', {bubbles: true}));",
                    operation,
                    n,
                    arguments[n]);
        }
        browser.run(OPERATION + "item.querySelector('[type=submit]').click()", operation);
    }
}
