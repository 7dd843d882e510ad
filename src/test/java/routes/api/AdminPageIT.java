package routes.api;

import static org.assertj.core.api.Assertions.assertThat;

import io.lettuce.core.Range;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.openqa.selenium.Keys;
import routes.events.StreamCatalog;
import routes.redis.RedisLink;
import routes.redis.StreamAdmin;
import routes.redis.StreamGroup;

/** The operators' page, in a browser. */
class AdminPageIT {
    private static final String KEY = new StreamCatalog().key(AdminFixtures.STREAM);

    @RegisterExtension
    @Order(1)
    static final ReaderBrowser browser = new ReaderBrowser();

    @RegisterExtension
    @Order(2)
    static final RunningApi api = new RunningApi();

    private final RedisLink redis = api.bean(RedisLink.class);

    @BeforeEach
    void anOperatorAndThreeDeadLettersOfTwoCauses() {
        AdminFixtures.reset(redis);
        for (int n = 1; n <= 2; n++) {
            Map<String, String> letter = Map.of(
                    "event",
                    AdminFixtures.STREAM,
                    "data",
                    "{\"post_id\": " + n + "}",
                    "dlq_group",
                    AdminFixtures.GROUP,
                    "dlq_error",
                    "post " + n + " <b>does not fit</b>",
                    "dlq_error_class",
                    "java.lang.IllegalStateException");
            redis.call(commands -> commands.xadd(KEY + ":dlq", letter));
        }
        browser.newReader(api.port(), "en");
    }

    @AfterEach
    void nothingIsRefusedThatShouldNotBe() {
        browser.noPhone();
        assertThat(browser.complaintsBesides(422)).isEmpty();
    }

    private long dead() {
        return redis.call(commands -> commands.xlen(KEY + ":dlq"));
    }

    private long length() {
        return redis.call(commands -> commands.xlen(KEY));
    }

    private static void press(String text) {
        browser.awaitTrue(
                "there is a button " + text,
                "return [...document.querySelectorAll('button, a.button')].some(e => e.textContent === arguments[0])",
                text);
        browser.run(
                "const all = [...document.querySelectorAll('dialog button, main button, main a.button')];"
                        + "all.find(e => e.textContent === arguments[0]).click()",
                text);
    }

    private static void confirm(String question) {
        browser.awaitText("dialog h2", question);
        browser.click("dialog .danger");
    }

    @Test
    void dead_letters_are_seen_by_cause_counted_and_replayed() {
        browser.open("/admin");
        assertThat(browser.address()).isEqualTo("/?view=admin");
        browser.awaitText(".streams", "3 dead letters");
        assertThat(browser.barriers()).isEmpty();
        browser.click("a.dead");
        browser.awaitText(".causes", "post … <b>does not fit</b>");
        assertThat(browser.all(".causes > li")).hasSize(2);
        assertThat(browser.texts(".causes > li strong")).containsExactly("2", "1");
        assertThat(browser.barriers()).isEmpty();

        press("Replay these");
        browser.awaitText("dialog h2", "Publish 2 entries again?");
        browser.type(Keys.ESCAPE);
        browser.awaitTrue("no dialog", "return !document.querySelector('dialog')");
        assertThat(dead()).as("a dry run, and no").isEqualTo(3);

        press("Replay these");
        confirm("Publish 2 entries again?");
        browser.awaitText("[role=status]", "2 entries were published again");
        browser.awaitTrue("one cause is left", "return document.querySelectorAll('.causes > li').length === 1");
        assertThat(dead()).isEqualTo(1);
        assertThat(redis.call(commands -> commands.xrange(KEY, Range.unbounded())).stream()
                        .filter(entry -> "1".equals(entry.getBody().get("replay_count"))))
                .hasSize(2);

        press("Delete all");
        confirm("Delete 1 dead letter?");
        browser.awaitText("[role=status]", "1 dead letter was deleted");
        assertThat(dead()).isZero();
        press("All streams");
        browser.awaitText(".audit", "purgeDeadLetters");
    }

    @Test
    void one_is_inspected_edited_and_published_and_its_original_is_kept() {
        browser.open("/?view=admin&stream=" + AdminFixtures.STREAM + "&letter=" + AdminFixtures.LETTER);
        browser.awaitText(".facts", "$.post_id: 1 is no id");
        browser.awaitText(".entry", "\"post_id\": 1");
        assertThat(browser.barriers()).isEmpty();

        press("Edit");
        assertThat(browser.focused().getTagName()).isEqualTo("textarea");
        browser.run("document.querySelector('textarea[name=data]').value = '{\"post_id\": \"still none\"}'");
        press("Publish edited");
        confirm("Publish the edited entry?");
        browser.awaitText(".problem", "posts.enriched: $");
        assertThat(dead()).isEqualTo(3);
        browser.run(
                "document.querySelector('textarea[name=data]').value = arguments[0]",
                "{\"schema_version\":\"v1\",\"trace_id\":\"t\",\"occurred_at\":\"2026-01-01T00:00:00Z\",\"idempotency_key\":\"k\","
                        + "\"post_id\":\"7660b34c-4c20-58e1-ac8c-fea5a2d9d68b\",\"tenant_id\":\"00000000-0000-0000-0000-000000000001\","
                        + "\"source\":\"tagged\",\"tags\":[\"a\"],\"tags_hash\":\"h\",\"content_version\":0}");
        press("Publish edited");
        confirm("Publish the edited entry?");
        browser.awaitText("[role=status]", "1 entry was published again");
        browser.awaitText("#admin-letters", "Dead letters");
        assertThat(dead()).isEqualTo(2);

        browser.open("/?view=admin&stream=" + AdminFixtures.STREAM + "&letter=" + AdminFixtures.LETTER);
        browser.awaitText(".warning", "Edited by local");
        browser.awaitText(".entry", "\"post_id\": 1");
    }

    @Test
    void a_stage_is_paused_and_resumed() {
        browser.open("/?view=admin");
        browser.awaitText(".rows", "Indexing");
        browser.run("document.querySelector('[data-focus=\"stage indexing\"]').click()");
        confirm("Pause the stage “Indexing”?");
        browser.awaitText("[role=status]", "Paused: Indexing");
        browser.awaitText(".rows .warning", "paused by local");
        assertThat(api.bean(StreamAdmin.class)
                        .pausedBecause(new StreamGroup(AdminFixtures.STREAM, KEY, AdminFixtures.GROUP)))
                .startsWith("paused by local at ");
        browser.awaitText(".groups .badge", "paused");
        browser.run("document.querySelector('[data-focus=\"stage indexing\"]').click()");
        browser.awaitText("[role=status]", "Resumed: Indexing");
        assertThat(api.bean(StreamAdmin.class)
                        .pausedBecause(new StreamGroup(AdminFixtures.STREAM, KEY, AdminFixtures.GROUP)))
                .isNull();
    }

    private static void unfold(String name) {
        // the page may be renewed under a click
        browser.awaitTrue(
                name + " is open",
                "const details = document.querySelector(`details[data-key=${arguments[0]}]`);"
                        + "if (!details.open) { details.querySelector('summary').click(); } return details.open",
                name);
        assertThat(browser.barriers()).isEmpty();
    }

    @Test
    void entries_of_a_stream_are_counted_and_replayed_and_a_group_is_set_to_another_place() {
        redis.call(commands -> commands.xadd(KEY, Map.of("event", "posts.enriched", "data", "{}")));
        browser.open("/?view=admin");
        browser.awaitText(".streams", "per second");
        browser.run("document.querySelector('[data-focus=\"stream " + AdminFixtures.STREAM + "\"]').click()");
        browser.awaitText("summary", "Replay entries");
        unfold("range");
        long before = length();
        press("Count and replay");
        confirm("Publish " + before + (before == 1 ? " entry" : " entries") + " again?");
        browser.awaitText("[role=status]", " published again");
        assertThat(length()).isEqualTo(2 * before);

        unfold("reset");
        press("Set the position");
        confirm("Set the position of " + AdminFixtures.GROUP + " to $?");
        browser.awaitText("[role=status]", "The group will read 0 entries");
    }

    @Test
    void a_post_goes_through_a_stage_again() {
        Fixtures fixtures = api.fixtures();
        UUID channel = fixtures.channelOf(fixtures.user(Fixtures.DEFAULT_TENANT));
        UUID post = fixtures.post(Fixtures.DEFAULT_TENANT, channel, Instant.parse("2026-01-31T12:00:00Z"), "text");
        browser.open("/?view=admin");
        browser.awaitText("summary", "Replay a post");
        unfold("post");
        browser.run(
                "document.querySelector('input[name=post_id]').value = arguments[0];"
                        + "document.querySelector('select[name=stage]').value = 'tagging';"
                        + "document.querySelector('details[data-key=post] form button').click()",
                post.toString());
        browser.awaitText("[role=status]", "tagging is requested");
    }

    @Test
    void a_route_is_edited_and_tried_with_a_post() {
        Fixtures fixtures = api.fixtures();
        UUID channel = fixtures.channelOf(fixtures.user(Fixtures.DEFAULT_TENANT));
        UUID post =
                fixtures.post(Fixtures.DEFAULT_TENANT, channel, Instant.parse("2026-01-31T12:00:00Z"), "a <b>text</b>");
        browser.open("/?view=admin");
        browser.awaitText(".streams", "posts.enriched");
        press("Routes and trials");
        browser.awaitText(".rows", "hello");
        assertThat(browser.texts("#admin-failed-edits ~ p").get(0)).startsWith("Every file of config/routes is loaded");
        browser.click("main .rows a");
        browser.awaitTrue(
                "its text", "return document.querySelector('textarea')?.value.includes('id: hello') ?? false");
        assertThat(browser.barriers()).isEmpty();

        fill(post.toString(), "- route:\n    idd: hello\n");
        press("Try");
        browser.awaitText(".tried .mistakes", "idd");
        fill(
                post.toString(),
                """
                - route:
                    id: hello
                    description: Says hello.
                    from:
                      id: hello-in
                      uri: redis-streams:posts.parsed
                      parameters:
                        group: hello_workers
                      steps:
                        - setBody:
                            id: hello-body
                            expression:
                              simple:
                                expression: "hello ${body[data]}"
                """);
        press("Try");
        browser.awaitText(".tried .badge", "would be acknowledged");
        browser.awaitText(".tried .steps", "a <b>text</b>");
        assertThat(browser.barriers()).isEmpty();
        press("All routes");
        press("Operations");
        browser.awaitText(".audit", "tryRoute");
    }

    private static void fill(String subject, String text) {
        browser.run(
                "document.querySelector('textarea').value = arguments[0];"
                        + "document.querySelector('input[name=subject]').value = arguments[1]",
                text,
                subject);
    }

    @ParameterizedTest
    @CsvSource({"320, ru, dark", "320, en, light", "768, ru, light", "1200, en, dark"})
    void it_fits_each_width_in_both_languages_and_themes(int width, String language, String theme) {
        browser.newReader(api.port(), language);
        browser.run("localStorage.setItem('reader.theme', arguments[0])", theme);
        browser.phone(width);
        for (String address : List.of(
                "/?view=admin",
                "/?view=admin&route=*",
                "/?view=admin&stream=" + AdminFixtures.STREAM,
                "/?view=admin&stream=" + AdminFixtures.STREAM + "&letter=" + AdminFixtures.LETTER)) {
            browser.open(address);
            browser.awaitTrue("it is filled", "return document.querySelectorAll('.admin-content .panel').length > 1");
            assertThat(browser.run("return document.documentElement.scrollWidth <= window.innerWidth"))
                    .as(address)
                    .isEqualTo(true);
            assertThat(browser.run("return document.querySelector('main').textContent.includes('admin.')"))
                    .as("untranslated in " + address)
                    .isEqualTo(false);
            assertThat(browser.barriers()).as(address).isEmpty();
        }
    }
}
