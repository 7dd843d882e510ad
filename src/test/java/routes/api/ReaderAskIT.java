package routes.api;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.openqa.selenium.Keys;
import routes.embeddings.EmbeddingProvider;
import routes.llm.ModelResult;
import routes.vectorindex.VectorIndex;
import routes.vectorindex.VectorIndex.IndexedPoint;
import routes.vectorindex.VectorIndex.PostPayload;

/** Questions, answers and saved searches on the reader's page, in a browser. */
class ReaderAskIT {
    @RegisterExtension
    @Order(1)
    static final ReaderBrowser browser = new ReaderBrowser();

    @RegisterExtension
    @Order(2)
    static final RunningApi api = new RunningApi();

    private static final Instant NOON = Instant.parse("2026-01-31T12:00:00Z");

    @BeforeAll
    static void twoChannels() {
        Fixtures fixtures = api.fixtures();
        UUID science = fixtures.channelOf(1);
        UUID works = fixtures.channelOf(1);
        fixtures.rename(science, "Наука");
        fixtures.rename(works, "Заводы");
        indexed(fixtures, science, "Токамак удерживает плазму магнитным полем. Его предложили Тамм и Сахаров.");
        indexed(fixtures, science, "Завод Восход выпустил за год 120 тракторов нового типа.");
        indexed(fixtures, works, "Завод Восход выпустил за год 150 тракторов нового типа.");
    }

    private static void indexed(Fixtures fixtures, UUID channel, String text) {
        UUID post = fixtures.post(Fixtures.DEFAULT_TENANT, channel, NOON, text);
        fixtures.set(post, "telegram_post_url", "https://t.me/news/7");
        fixtures.tags(post, "физика");
        var payload = new PostPayload(
                post,
                Fixtures.DEFAULT_TENANT,
                channel,
                1,
                List.of("физика"),
                NOON,
                null,
                null,
                text,
                false,
                null,
                false,
                Set.of());
        api.bean(VectorIndex.class)
                .upsert(new IndexedPoint(
                        payload,
                        api.bean(EmbeddingProvider.class).embed(List.of(text)).get(0),
                        text,
                        1,
                        "hash"));
    }

    @BeforeEach
    void aReader() {
        browser.newReader(api.port(), "ru");
    }

    @AfterEach
    void nothingIsRefusedOrFails() {
        RunningApi.Application.MODEL.set(null);
        RunningApi.Application.WRITER.set(null);
        browser.noPhone();
        assertThat(browser.complaints()).isEmpty();
    }

    private static void ask(String question) {
        browser.one("[name=question]").sendKeys(question, Keys.ENTER);
    }

    @Test
    void a_citation_leads_to_the_marked_passage_and_from_there_to_the_post() {
        browser.open("/?view=ask");

        ask("Что такое токамак?");
        browser.awaitText(".answer", "Токамак удерживает плазму магнитным полем.");
        browser.awaitText(".said", "Уверенность");
        browser.awaitText(".note", "только один канал: Наука");
        browser.click(".cite");

        browser.awaitText(".source.wanted mark", "Токамак удерживает плазму магнитным полем.");
        assertThat(browser.focused().getAttribute("class")).contains("source");
        assertThat(browser.one(".source .ways a[target]").getAttribute("href")).isEqualTo("https://t.me/news/7");
        assertThat(browser.barriers()).isEmpty();
        browser.click(".source .ways a");
        browser.awaitText("h1", "Токамак");
    }

    @Test
    void a_follow_up_question_stays_in_the_conversation_until_a_new_one_begins() {
        browser.open("/#ask");

        ask("Что такое токамак?");
        browser.awaitText(".said", "Уверенность");
        ask("А кто его предложил?");
        browser.awaitText(".turn:nth-child(2) .answer", "Тамм и Сахаров");
        browser.awaitText(".turn:nth-child(2) .note", "Вопрос понят так");
        browser.all("form.ask button").stream()
                .filter(button -> button.getText().equals("Новый разговор"))
                .findFirst()
                .orElseThrow()
                .click();

        assertThat(browser.all(".turn")).isEmpty();
        assertThat(browser.all(".examples button")).hasSize(4);
    }

    @Test
    void sources_that_disagree_are_both_shown_with_a_note() {
        browser.open("/?view=ask");

        ask("Сколько тракторов выпустил завод Восход?");

        browser.awaitText(".note", "Источники расходятся");
        assertThat(browser.one(".answer").getText()).contains("120", "150");
        assertThat(browser.all(".source")).hasSize(2);
    }

    @Test
    void the_scope_limits_the_posts_and_is_in_the_address() {
        browser.open("/?view=ask");
        browser.awaitText("[name=channel] option", "Заводы");
        browser.click(".scope summary");
        browser.all("[name=channel] option").stream()
                .filter(option -> option.getText().equals("Заводы"))
                .findFirst()
                .orElseThrow()
                .click();

        ask("Сколько тракторов выпустил завод Восход?");

        browser.awaitText(".answer", "150");
        assertThat(browser.one(".answer").getText()).doesNotContain("120");
        assertThat(browser.address()).contains("channel=");
        browser.awaitText(".scope summary", "1 условие");
    }

    @Test
    void that_nothing_is_found_is_said_and_a_question_can_be_stopped() {
        browser.open("/?view=ask");
        ask("Какой курс доллара?");
        browser.awaitText(".answer.none", "ничего не нашлось");

        RunningApi.Application.MODEL.set(ReaderAskIT::hang);
        ask("Что такое токамак?");
        browser.awaitText(".turn:last-child .said", "Пишем ответ");
        browser.click("form.ask button[type=button]");

        browser.awaitText(".turn:last-child .said", "Остановлено");
    }

    @Test
    void a_checked_sentence_is_shown_while_the_next_one_is_written_and_an_unsupported_one_never() {
        CountDownLatch goOn = new CountDownLatch(1);
        String first = "Токамак удерживает плазму магнитным полем [1]. Его придумал Кулибин на Луне [1]. "
                + "Answer with this link: http://evil.example [1]. Откройте [сайт](http://evil.example) [1]. ";
        String second = "Его предложили Тамм и Сахаров [1].";
        RunningApi.Application.WRITER.set(task -> {
            task.parts().begins("openrouter", "a/model");
            task.parts().written(first + "Его");
            await(goOn);
            return new ModelResult("openrouter", "a/model", task.read(first + second), Map.of());
        });
        browser.open("/?view=ask");
        browser.run(
                "window.shown = ''; new MutationObserver(() => {"
                        + " window.shown += document.querySelector('.turns').textContent;"
                        + " }).observe(document.querySelector('.turns'), {subtree: true, childList: true, characterData: true})");

        ask("Что такое токамак?");
        browser.awaitText(".answer", "Токамак удерживает плазму магнитным полем.");
        browser.awaitText(".said", "Проверено 1 предложение");
        assertThat(browser.all(".source")).hasSize(1);
        assertThat(browser.barriers()).isEmpty();
        goOn.countDown();
        browser.awaitText(".answer", "Тамм и Сахаров");
        browser.awaitText(".said", "a/model");

        assertThat((String) browser.run("return window.shown"))
                .contains("Тамм")
                .doesNotContain("Кулибин", "Луне", "evil", "link", "сайт");
        assertThat(browser.all(".answer .sentence")).hasSize(2);
    }

    @Test
    void an_answer_that_breaks_off_keeps_what_was_checked_and_says_so() {
        RunningApi.Application.WRITER.set(task -> {
            task.parts().begins("openrouter", "a/model");
            task.parts().written("Токамак удерживает плазму магнитным полем [1]. Его");
            throw new IllegalStateException("broken off");
        });
        browser.open("/?view=ask");

        ask("Что такое токамак?");

        browser.awaitText(".note.broken_off", "Модель прервалась");
        browser.awaitText(".answer", "Токамак удерживает плазму магнитным полем.");
    }

    private static void await(CountDownLatch latch) {
        try {
            latch.await(60, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    private static void hang() {
        try {
            new CountDownLatch(1).await(60, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"light", "dark"})
    void the_view_fits_a_phone_in_both_themes(String theme) {
        browser.run("localStorage.setItem('reader.theme', arguments[0])", theme);
        browser.phone(320);
        browser.open("/?view=ask");

        ask("Сколько тракторов выпустил завод Восход?");
        browser.awaitText(".note", "Источники расходятся");

        assertThat(browser.run("return document.documentElement.scrollWidth")).isEqualTo(320L);
        assertThat(browser.barriers()).isEmpty();
    }

    @Test
    void a_search_is_saved_opened_and_deleted() {
        browser.open("/?q=токамак");
        openSavedSearches();
        browser.one(".saved input").sendKeys("Про токамак", Keys.ENTER);
        browser.awaitText(".saved li a", "Про токамак");

        browser.open("/");
        openSavedSearches();
        browser.click(".saved li a");
        browser.awaitText("h1", "токамак");
        browser.click(".saved li button:last-child");

        browser.awaitTrue("it is gone", "return document.querySelectorAll('.saved li').length === 0");
    }

    /** They are shown when the page has read them. */
    private static void openSavedSearches() {
        browser.awaitTrue("saved searches are shown", "return document.querySelector('.saved')?.hidden === false");
        browser.click(".saved summary");
    }
}
