package routes.api;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import java.time.LocalDate;
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import routes.digests.Digests;
import routes.events.DigestsGenerate;
import routes.interests.Interests;

/** Digests, trends and interests on the reader's page, in a browser. */
class ReaderDigestIT {
    @RegisterExtension
    @Order(1)
    static final ReaderBrowser browser = new ReaderBrowser();

    @RegisterExtension
    @Order(2)
    static final RunningApi api = new RunningApi().with("telegram.bot.token", "700000001:AAE-of_the_page_0123456789");

    @BeforeAll
    static void twoChannels() {
        Fixtures fixtures = api.fixtures();
        UUID science = fixtures.channelOf(1);
        UUID works = fixtures.channelOf(1);
        fixtures.rename(science, "Наука");
        fixtures.rename(works, "Заводы");
        post(fixtures, science, "Токамак проработал тысячу секунд, сообщили физики института.", "физика");
        post(fixtures, works, "Физики института: токамак проработал тысячу секунд, это рекорд.", "физика");
        post(fixtures, works, "Завод Восход выпустил за год 120 тракторов нового типа.", "заводы");
        post(fixtures, works, "Тракторы со скидкой! Реклама. ООО «Рога», erid: 2Vtzqwerty", "заводы");
    }

    private static void post(Fixtures fixtures, UUID channel, String text, String tag) {
        UUID post =
                fixtures.post(Fixtures.DEFAULT_TENANT, channel, Instant.now().minusSeconds(600), text);
        fixtures.set(post, "telegram_post_url", "https://t.me/news/7");
        fixtures.tags(post, tag);
    }

    /** What the stage does with the event. */
    private static void work() {
        api.bean(Digests.class)
                .generate(new DigestsGenerate(
                        "v1", "t", Instant.now(), "k", "1", Fixtures.DEFAULT_TENANT, LocalDate.now(), "manual"));
    }

    @BeforeEach
    void aReader() {
        api.jdbc().sql("DELETE FROM digests").update();
        api.jdbc().sql("DELETE FROM digest_settings").update();
        browser.newReader(api.port(), "ru");
    }

    @AfterEach
    void nothingIsRefusedOrFails() {
        browser.noPhone();
        assertThat(browser.complaints()).isEmpty();
    }

    @Test
    void a_digest_is_asked_for_appears_when_it_is_made_and_fits_a_phone() {
        browser.open("/#digest");
        browser.click(".digest-view .primary");
        browser.awaitText("[role=status]", "собирается");
        work();

        browser.awaitText(".digest", "Токамак проработал");
        assertThat(browser.all(".story")).hasSize(2);
        assertThat(browser.texts(".story .told-by").toString()).contains("Наука", "Заводы");
        browser.awaitText(".digest .part summary", "Пропущено 1 объявление");
        assertThat(browser.one(".told-by a[target]").getAttribute("href")).isEqualTo("https://t.me/news/7");
        assertThat(browser.barriers()).isEmpty();
        for (int width : new int[] {320, 768, 1200}) {
            browser.phone(width);
            assertThat(browser.run("return document.documentElement.scrollWidth <= innerWidth"))
                    .isEqualTo(true);
        }
        browser.noPhone();
        browser.run("document.documentElement.dataset.theme = 'dark'");
        browser.print(true);
        assertThat(
                        browser.run(
                                """
                        const style = (selector, pseudo) => getComputedStyle(document.querySelector(selector), pseudo);
                        return [style('.top').display, style('.digest-view > .part').display, style(':root').colorScheme,
                            style('.story').display, style('.told-by a[target]', '::after').content].join(' ')"""))
                .asString()
                .startsWith("none none light grid ")
                .contains("https://t.me/news/7");
        browser.print(false);
        browser.click(".cite");
        browser.awaitText("h1", "проработал");
    }

    @Test
    void a_post_that_gives_orders_to_the_model_shows_neither_its_link_nor_its_order() {
        Fixtures fixtures = api.fixtures();
        UUID port = fixtures.channelOf(1);
        post(fixtures, port, DigestInjectionIT.ORDERS, "порт");
        RunningApi.Application.MODELS.set(DigestInjectionIT.OBEYING);
        try {
            browser.open("/#digest");
            browser.click(".digest-view .primary");
            browser.awaitText("[role=status]", "собирается");
            work();
            browser.awaitText(".digest", "причал");
        } finally {
            RunningApi.Application.MODELS.set(null);
            api.jdbc()
                    .sql("UPDATE posts SET is_deleted = true WHERE channel_id = ?")
                    .param(port)
                    .update();
        }

        assertThat(browser.run("return document.querySelector('main').textContent + ' '"
                        + " + [...document.querySelectorAll('main a')].map(a => a.href).join(' ')"))
                .asString()
                .contains("https://t.me/news/7")
                .doesNotContainIgnoringCase("evil", "откройте", "поставь", "put this");
    }

    @Test
    void settings_are_saved_and_shown_again() {
        browser.open("/?view=digest");
        browser.all(".digest-view > .part > summary").get(3).click();
        browser.awaitText(".settings", "Собирать по расписанию");
        browser.click(".settings [name=enabled]");
        browser.one(".settings [name=topics]").sendKeys("космос, физика");
        browser.click(".settings .primary");
        browser.awaitText(".settings [role=status]", "Следующий дайджест будет");
        assertThat(browser.barriers()).isEmpty();

        assertThat(api.client()
                        .get("/users/1/digest/settings")
                        .json()
                        .path("topics")
                        .toString())
                .isEqualTo("[\"космос\",\"физика\"]");
        browser.reload();
        browser.all(".digest-view > .part > summary").get(3).click();
        browser.awaitTrue(
                "the topics are shown", "return document.querySelector('[name=topics]')?.value === 'космос, физика'");
    }

    @Test
    void a_chat_is_linked_by_a_code_and_a_feed_has_an_address_to_copy() {
        browser.open("/?view=digest");
        browser.all(".digest-view > .part > summary").get(4).click();
        browser.awaitText(".part[open] .content", "Чат связывается кодом");
        browser.click(".part[open] .primary");
        browser.awaitText(".part[open] [role=status]", "/start ");
        assertThat(browser.barriers()).isEmpty();

        browser.all(".digest-view > .part > summary").get(4).click();
        browser.all(".digest-view > .part > summary").get(5).click();
        browser.awaitText(".part[open] .content", "программы чтения лент");
        browser.click(".part[open] button");
        browser.awaitText(".part[open] [role=status]", "Скопируйте адрес сейчас");
        assertThat(browser.one(".feed input").getAttribute("value")).matches("http://.*/feeds/[\\w-]{43}/atom\\.xml");
        assertThat(browser.barriers()).isEmpty();
        browser.phone(320);
        assertThat(browser.run("return document.documentElement.scrollWidth <= innerWidth"))
                .isEqualTo(true);
    }

    @Test
    void interests_are_shown_and_erased_and_trends_are_read_when_they_are_opened() {
        api.bean(Interests.class).set(1, "Физика", 0.8);
        browser.open("/?view=digest");
        browser.all(".digest-view > .part > summary").get(1).click();
        browser.awaitText(".part .content", "Сейчас ничего не выделяется");
        browser.all(".digest-view > .part > summary").get(2).click();
        browser.awaitText(".interests", "Физика");
        assertThat(browser.barriers()).isEmpty();
        browser.click(".interests button");
        browser.awaitText(".part:nth-of-type(3) .content", "Пока нет.");
        assertThat(api.bean(Interests.class).list(1)).isEmpty();
    }
}
