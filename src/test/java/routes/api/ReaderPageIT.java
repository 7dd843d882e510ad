package routes.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.awt.Color;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.openqa.selenium.Keys;
import org.openqa.selenium.WebElement;
import routes.testing.WebServer;

/** The reader's page as a reader meets it: in a browser. */
class ReaderPageIT {

    @RegisterExtension
    @Order(1)
    static final ReaderBrowser browser = new ReaderBrowser();

    @RegisterExtension
    @Order(2)
    static final RunningApi api = new RunningApi();

    private static final int NOTES = 24;

    private static ReaderFixtures posts;
    private static UUID album;
    private static UUID hostile;
    private static UUID failed;
    private static UUID formatted;
    private static UUID poll;
    private static UUID file;
    private static UUID job;
    private static UUID linked;

    private static final byte[] PICTURE = ReaderFixtures.picture(Color.ORANGE);
    private static final WebServer SITE = new WebServer((request, out) -> {
        if (request.path().equals("/camera.png")) {
            WebServer.send(out, 200, "image/png", PICTURE);
        } else {
            WebServer.send(out, 404, "text/html", "");
        }
    });

    @BeforeAll
    static void aChannel() {
        posts = new ReaderFixtures(api);
        posts.notes(NOTES);
        album = posts.album();
        hostile = posts.hostile();
        failed = posts.failed();
        formatted = posts.formatted();
        poll = posts.poll();
        file = posts.file();
        job = posts.runningImport();
        linked = posts.linked(SITE.url("/camera.png"));
    }

    @AfterAll
    static void closeTheSite() throws IOException {
        SITE.close();
    }

    @BeforeEach
    void aReader() {
        browser.newReader(api.port(), "ru");
    }

    @AfterEach
    void nothingIsRefusedOrFails() {
        browser.noPhone();
        assertThat(browser.complaints()).isEmpty();
    }

    @Test
    void a_post_is_found_in_two_steps_with_its_album_and_why_it_has_its_tags() {
        browser.open("/");

        browser.one("[name=q]").sendKeys("снимки марсохода", Keys.ENTER);
        browser.awaitText("h1", "снимки марсохода");
        browser.click(".card h2 a");

        browser.awaitText("h1", "Марсоход прислал снимки");
        assertThat(browser.title()).startsWith("Марсоход прислал снимки");
        browser.awaitPictures(".gallery img", 3);
        assertThat(browser.one(".gallery h2").getText()).isEqualTo("Альбом: 3 картинки");
        assertThat(browser.one(".why").getText())
                .contains("встроенный разметчик", "марсоход", "пост был новым", "snapshot 7", "космос");
        assertThat(browser.texts(".evidence mark")).containsExactly("Марсоход", "кратер");
        assertThat(browser.one(".links").getText()).contains("Mars", "слов", "example.org");
        assertThat(browser.one(".vision").getText()).contains("Каменистая равнина", "камни", "фотография");
        assertThat(browser.one(".ocr").getText()).contains("SOL 42");
        assertThat(browser.one(".timeline").getText())
                .contains("Сохранён", "не вышло, будет ещё попытка", "the model did not answer", "тема не из тех");
    }

    @Test
    void a_post_has_its_topic_and_the_words_that_it_answers() {
        browser.open("/?post=" + formatted);

        browser.awaitText(".meta", "тема «Загадки»");
        assertThat(browser.one(".reply-quote").getText()).isEqualTo("Загадка дня");
    }

    @Test
    void a_post_leads_to_others_with_the_same_picture() {
        browser.open("/?post=" + album);
        browser.awaitText(".same", "Та же картинка в постах");

        browser.click(".same a");

        browser.awaitText("h1", "Снова эта картинка");
        assertThat(browser.one(".same a").getDomAttribute("href")).contains("post=");
    }

    @Test
    void pictures_are_enlarged_and_turned_by_keys() {
        browser.open("/?post=" + album);
        browser.awaitPictures(".gallery img", 3);

        browser.all(".gallery button").get(1).click();
        browser.awaitText("dialog [role=status]", "Картинка 2 из 3");
        browser.type(Keys.ARROW_RIGHT);
        browser.awaitText("dialog [role=status]", "Картинка 3 из 3");
        browser.type(Keys.ARROW_RIGHT);
        browser.awaitText("dialog [role=status]", "Картинка 1 из 3");
        browser.awaitPictures("dialog img", 1);
        assertThat(browser.barriers()).isEmpty();
        browser.type(Keys.ESCAPE);

        browser.awaitTrue("the dialog is closed", "return !document.querySelector('dialog')");
        assertThat(browser.focused()).isEqualTo(browser.all(".gallery button").get(1));
    }

    @Test
    void filters_narrow_the_list_and_are_taken_away_by_their_chips() {
        browser.open("/");
        browser.awaitText(".filters .tag", "кратер");

        browser.click(".filters [data-tag=кратер]");
        browser.awaitText("h1", "Посты с тегом «кратер»");
        browser.awaitText(".said", "1 пост");
        assertThat(browser.all(".card")).hasSize(1);
        browser.click(".chips .chip");
        browser.awaitText("h1", "Свежие посты");

        browser.open("/?from=2026-01-10&to=2026-01-12");
        browser.awaitText(".said", "3 поста");
        assertThat(browser.texts(".chip")).hasSize(2);
        browser.open("/?status=failed");
        browser.awaitText(".said", "1 пост");
        browser.open("/?channel=" + posts.channel() + "&tag=кратер");
        browser.awaitText(".chips", "Новости");
        browser.click(".chips .clear");
        browser.awaitText("h1", "Свежие посты");
        assertThat(browser.address()).isEqualTo("/");
    }

    @Test
    void posts_are_filtered_by_what_they_have_with_the_keyboard() {
        browser.open("/");
        browser.one(".has input[value=photo]").sendKeys(Keys.SPACE);
        browser.awaitText(".chips", "Фото");
        browser.one(".has input[value=text-on-image]").sendKeys(Keys.SPACE);
        browser.awaitText(".chips", "Текст на картинке");

        browser.awaitText(".said", "1 пост");
        assertThat(browser.address()).isEqualTo("/?has=photo%2Ctext-on-image");
        browser.all(".chips .chip").get(0).click();
        browser.awaitTrue("one is left", "return location.search === '?has=text-on-image'");
        browser.open("/?q=марсоход&has=video");
        browser.awaitText(".said", "Постов нет");
        browser.one(".has input[value=video]").sendKeys(Keys.SPACE);
        browser.awaitTrue("the filter is gone", "return location.search.indexOf('has') < 0");
        browser.one(".has input[value=photo]").sendKeys(Keys.SPACE);
        browser.awaitText(".said", "1 пост");
    }

    @Test
    void tags_are_found_by_their_beginning() {
        browser.open("/");
        browser.awaitText(".filters .tag", "погода");

        browser.one(".filters input[type=search]").sendKeys("КРА");

        browser.awaitTrue("one tag is left", "return document.querySelectorAll('.filters .tag').length === 1");
        assertThat(browser.one(".filters .tag").getText()).startsWith("кратер");
    }

    @Test
    void a_list_goes_on_while_new_posts_arrive_and_an_album_is_one_card() {
        browser.open("/");
        browser.awaitText(".said", "есть ещё");
        assertThat(browser.all(".card .thumbnails.of-3")).hasSize(1);
        int first = browser.all(".card").size();
        posts.note("Новость, пришедшая между страницами");

        browser.click(".more button");
        browser.awaitTrue("there are more", "return document.querySelectorAll('.card').length > arguments[0]", first);

        List<String> titles = browser.texts(".card h2");
        assertThat(titles).doesNotHaveDuplicates().noneMatch(title -> title.contains("между страницами"));
        assertThat(titles).contains("Заметка 0", "Заметка " + (NOTES - 1));
        assertThat(browser.focused()).isEqualTo(browser.all(".card h2 a").get(first));
    }

    @Test
    void every_state_is_a_link_and_back_leads_to_the_list_as_it_was() {
        browser.open("/?tag=погода");
        browser.awaitText(".said", "есть ещё");
        browser.click(".more button");
        browser.awaitTrue("all are there", "return !document.querySelector('.more button')");
        int count = browser.all(".card").size();
        browser.run("document.querySelectorAll('.card h2 a')[21].click()");
        browser.awaitText(".about h2", "Почему такие теги");

        browser.back();

        browser.awaitText("h1", "Посты с тегом «погода»");
        assertThat(browser.title()).startsWith("Посты с тегом «погода»");
        assertThat(browser.all(".card")).hasSize(count);
        browser.awaitTrue("the place is kept", "return scrollY > 500");
    }

    @Test
    void a_post_looks_as_in_telegram() {
        browser.open("/?post=" + formatted);
        browser.awaitText("h1 strong", "Загадка");

        assertThat(browser.run("return document.querySelector('.text pre').textContent"))
                .isEqualTo("def f(x):\n    return x");
        assertThat(browser.one(".text figcaption").getText()).isEqualTo("python");
        WebElement link = browser.one(".text a[data-target]");
        assertThat(link.getText()).isEqualTo("здесь");
        assertThat(link.getDomAttribute("title")).isEqualTo("https://example.org/behind");
        browser.run("document.querySelector('.text a[data-target]').focus({focusVisible: true})");
        assertThat((String) browser.run(
                        "return getComputedStyle(document.querySelector('.text a[data-target]'), '::after').content"))
                .contains("example.org/behind");
        assertThat(browser.one(".text a[href^='https://t.me/']").getText()).isEqualTo("@durov");
        assertThat(browser.one(".forwarded").getText()).isEqualTo("Переслано от Чужой канал");
        assertThat(browser.one("a.reply").getText()).contains("В ответ на", "Загадка дня: ответ — ▒▒▒");
        assertThat(browser.texts(".reactions li")).hasSize(3);
        assertThat(browser.texts(".reactions .count")).containsExactly("17", "2", "1");
        assertThat(browser.one(".counters").getText()).contains("12");
        assertThat(browser.one("article .meta").getText()).contains("изменён", "Анна", ":");
        assertThat(browser.texts(".missing-files li"))
                .containsExactly(
                        "Видео «clip.mp4» отсутствует: не включено в экспорт",
                        "Картинка отсутствует: нет в папке экспорта");
        assertThat(browser.barriers()).isEmpty();

        browser.click("a.reply");
        browser.awaitText("h1", "Загадка дня");
    }

    @Test
    void a_spoiler_is_closed_everywhere_until_it_is_clicked() {
        String shown = "return document.documentElement.outerHTML.includes('ромашка')";
        browser.open("/");
        browser.awaitText(".card", "▒▒▒▒▒▒▒");
        assertThat(browser.run(
                        "return [...document.querySelectorAll('.card')].some(c => c.outerHTML.includes('ромашка'))"))
                .isEqualTo(false);
        browser.open("/?q=загадка+ответ");
        browser.awaitText(".card", "▒▒▒▒▒▒▒");
        assertThat(browser.run(shown)).isEqualTo(false);
        browser.open("/?post=" + formatted);
        browser.awaitText("h1", "▒▒▒▒▒▒▒");
        browser.awaitText(".why", "загадка");
        assertThat(browser.run(shown)).isEqualTo(false);
        assertThat(browser.title()).contains("▒").doesNotContain("ромашка");

        browser.run("document.querySelector('h1 .spoiler').focus()");
        browser.type(Keys.ENTER);

        browser.awaitText("h1", "ответ ромашка");
        assertThat(browser.focused().getText()).isEqualTo("ромашка");
        browser.awaitText(".reading .tags", "ромашка");
    }

    @Test
    void a_collapsible_quote_is_closed_until_it_is_clicked() {
        browser.open("/?post=" + formatted);
        WebElement button = browser.one(".text blockquote .unfold");
        Object height = browser.run("return document.querySelector('.text blockquote').offsetHeight");
        assertThat(button.getDomAttribute("aria-expanded")).isEqualTo("false");

        button.click();

        assertThat(button.getDomAttribute("aria-expanded")).isEqualTo("true");
        assertThat((Long) browser.run("return document.querySelector('.text blockquote').offsetHeight"))
                .isGreaterThan((Long) height);
    }

    @Test
    void a_hashtag_searches() {
        browser.open("/?post=" + formatted);
        browser.click(".text a[href*='?q=']");

        browser.awaitText("h1", "#викторина");
        browser.awaitText(".card h2", "Загадка");
    }

    @Test
    void a_poll_shows_its_votes_and_a_file_its_name() {
        browser.open("/?post=" + poll);
        browser.awaitText(".poll h2", "Чай или кофе?");
        assertThat(browser.texts(".poll .share"))
                .extracting(share -> share.replace('\u00a0', ' '))
                .containsExactly("25 %", "75 %");
        assertThat(browser.one(".poll .chosen").getText()).contains("Кофе");
        assertThat(browser.one(".poll").getText()).contains("Опрос завершён", "Всего 4 участника");
        assertThat(browser.one("article").getText()).doesNotContain("нет текста");
        assertThat(browser.barriers()).isEmpty();
        browser.open("/?post=" + file);
        browser.awaitText("h1", "отчёт.pdf");
        browser.awaitText(".missing-files", "Файл «отчёт.pdf» отсутствует: больше допустимого размера");
        browser.open("/");
        browser.awaitText(".card h2", "Чай или кофе?");
        browser.awaitText(".card .missing", "больше допустимого размера");
    }

    @Test
    void a_typing_error_is_repaired_and_the_reader_can_insist_on_it() {
        browser.open("/?q=vfhcj%5Bjl");
        browser.awaitText(".corrected", "Показано по запросу «марсоход»");
        browser.awaitText(".card h2", "Марсоход прислал снимки");
        assertThat(browser.barriers()).isEmpty();

        browser.click(".corrected a");
        browser.awaitText("h2", "Здесь ничего не нашлось");
        assertThat(browser.address()).contains("typed=1");
        assertThat(browser.one(".corrected").getText()).isEmpty();
    }

    @Test
    void a_search_counts_its_hits_by_channel() {
        browser.open("/?q=марсоход");
        browser.awaitTrue(
                "the channel has a count", "return !!document.querySelector('.choices [data-channel] .count')");
        assertThat(browser.one(".choices [data-channel] .count").getText()).matches("[1-9]\\d*\\s+пост.*");
    }

    @Test
    void a_search_goes_on_over_its_pages_with_pictures_and_says_that_there_is_more() {
        posts.findable(45);
        browser.open("/?q=маяк");
        browser.awaitText(".said", "Показано 20 постов, есть ещё");
        assertThat(browser.all(".filters .tag")).isNotEmpty();
        browser.awaitText(".filters h2", "Теги показанных постов");
        assertThat(browser.one(".card h2").getText()).startsWith("Маяк на берегу, запись");
        assertThat(browser.all(".card .thumbnails")).isNotEmpty();

        browser.click(".more button");
        browser.awaitText(".said", "Показано 40 постов, есть ещё");
        browser.click(".more button");
        browser.awaitTrue("all are there", "return document.querySelector('.said').textContent === '45 постов'");
        assertThat(browser.all(".more button")).isEmpty();
        assertThat(browser.texts(".card h2")).doesNotHaveDuplicates();

        browser.run("scrollTo(0, 0)");
        browser.all(".order a").get(1).click();
        browser.awaitText(".order [aria-current]", "Сначала новые");
        browser.awaitText(".said", "Показано 20 постов, есть ещё");
        assertThat(browser.texts(".card h2").get(0)).isEqualTo("Маяк на берегу, запись 44");
        assertThat(browser.address()).contains("order=date");
    }

    @Test
    void tags_are_counted_among_the_posts_that_the_filters_leave() {
        browser.open("/?tag=кратер");
        browser.awaitText(".filters h2", "Теги выбранных постов");

        browser.awaitTrue(
                "only the tags of that post",
                "return [...document.querySelectorAll('.filters .tag')].map(e => e.dataset.tag).sort().join() ==="
                        + " 'кратер,марсоход'");
        browser.click(".filters [data-tag=кратер]");
        browser.awaitText(".filters [data-tag]", "погода");
    }

    @Test
    void an_unknown_reader_in_the_address_is_told_and_another_may_be_chosen() {
        browser.open("/?user=777777");
        browser.awaitText(".problem", "There is no user 777777");
        assertThat(browser.one("[data-tool=users]").getDomProperty("value")).isEmpty();
        browser.open("/?user=abc");
        browser.awaitText(".problem", "Так спросить нельзя");
        assertThat(browser.complaints()).allMatch(complaint -> complaint.contains("/users/"));

        browser.run("document.querySelector('[data-tool=users]').selectedIndex = 1;"
                + "document.querySelector('[data-tool=users]').dispatchEvent(new Event('change'))");
        browser.awaitText("h1", "Свежие посты");
    }

    @Test
    void an_export_is_uploaded_on_the_page() {
        // whose posts are not among those of the other tests
        browser.open("/?view=status&user=" + api.fixtures().user(Fixtures.DEFAULT_TENANT));
        browser.one(".upload [type=file]").sendKeys(ReaderKeysIT.export());
        browser.click(".upload button");

        browser.awaitText(".upload [role=status]", "Файл на сервере");
        browser.awaitText(".jobs", "result.json");
    }

    @ParameterizedTest
    @ValueSource(strings = {"/docs", "/redoc", "/favicon.ico", "/nothere"})
    void nothing_is_asked_from_elsewhere(String path) {
        browser.visit(path);
        browser.awaitTrue(
                "the page is there",
                "return !!document.querySelector('#swagger-ui .info, redoc h1, body > img, a.button')");

        assertThat(browser.run("return performance.getEntriesByType('resource').map(e => e.name).filter(name =>"
                        + " !name.startsWith(location.origin) && !name.startsWith('data:') &&"
                        + " !name.startsWith('blob:'))"))
                .isEqualTo(List.of());
        assertThat(browser.complaints())
                .allMatch(complaint -> complaint.contains("/nothere") && complaint.contains("status of 404")
                        // ReDoc cannot merge all of what OpenAPI 3.1 allows
                        || complaint.contains("/redoc.js") && complaint.contains("Incompatible types in allOf"));
    }

    @Test
    void the_page_speaks_the_language_that_was_chosen_also_next_time() {
        browser.open("/");
        browser.awaitText(".said", "Показано 18 постов");

        browser.click("[data-tool=language]");
        browser.awaitText("h1", "Latest posts");
        browser.reload();

        browser.awaitText("h1", "Latest posts");
        assertThat(browser.run("return document.documentElement.lang")).isEqualTo("en");
        assertThat(browser.one(".skip").getDomProperty("textContent")).isEqualTo("Skip to the content");
        assertThat(browser.title()).startsWith("Latest posts");
    }

    @Test
    void the_page_has_the_theme_that_was_chosen_also_next_time() {
        browser.open("/");
        Object before = background();

        browser.click("[data-tool=theme]");
        Object after = background();
        browser.reload();

        assertThat(after).isNotEqualTo(before).isEqualTo(background());
        browser.click("[data-tool=theme]");
        assertThat(background()).isEqualTo(before);
    }

    @Test
    void the_keyboard_is_enough() {
        browser.open("/");
        browser.awaitText(".said", "есть ещё");

        browser.type(Keys.TAB);
        assertThat(browser.focused().getText()).isEqualTo("К содержанию");
        browser.type(Keys.ENTER, Keys.TAB);
        assertThat(browser.focused().getDomAttribute("name")).isEqualTo("q");
        browser.type("следы и кратер", Keys.ENTER);
        browser.awaitText("h1", "следы и кратер");
        browser.awaitTrue("a hit is there", "return !!document.querySelector('.card')");
        // the heading has the focus, then come the two orders, the chip and the hit
        browser.type(Keys.TAB, Keys.TAB, Keys.TAB, Keys.TAB);
        assertThat(browser.focused().getText()).contains("Марсоход");
        assertThat(browser.run("return getComputedStyle(document.querySelector('.card')).outlineStyle"))
                .isEqualTo("solid");
        browser.type(Keys.ENTER);
        browser.awaitText("h1", "Марсоход прислал снимки");
        browser.awaitPictures(".gallery img", 3);
        WebElement picture = browser.all(".gallery button").get(0);
        for (int i = 0; i < 15 && !browser.focused().equals(picture); i++) {
            browser.type(Keys.TAB);
        }
        browser.type(Keys.ENTER);
        browser.awaitText("dialog [role=status]", "Картинка 1 из 3");
        browser.type(Keys.ESCAPE);
    }

    @Test
    void a_post_that_tries_to_be_more_than_text_is_text() {
        browser.open("/");
        browser.awaitText(".card", "<img src=x onerror=");
        assertHarmless();
        browser.open("/?q=ссылка+onerror");
        browser.awaitText(".card", "<img src=x onerror=");
        assertHarmless();

        browser.open("/?post=" + hostile);
        browser.awaitText(".text", "<a href=\"javascript:window.attacked=1\">нажми</a>");
        browser.awaitText(".timeline", "<b onclick=window.attacked=1>x</b>");
        assertHarmless();
        assertThat(browser.all(".gallery img")).isEmpty();
        assertThat(browser.all(".text a")).isNotEmpty().allSatisfy(link -> assertThat(link.getDomAttribute("rel"))
                .isEqualTo("noopener noreferrer nofollow"));
        browser.open("/?post=" + album);
        browser.awaitText(".links", "no page");
        assertHarmless();
    }

    @Test
    void each_link_says_what_became_of_its_page() {
        browser.open("/?post=" + linked);
        browser.awaitText(".links h2", "Ссылки");

        assertThat(browser.texts(".link .state"))
                .satisfiesExactly(
                        read -> assertThat(read).contains("Сохранённая копия: 31 янв.", "Читать копию"),
                        gone -> assertThat(gone)
                                .contains("Страницы больше нет. Сохранённая копия: 24 дек. 2025", "Читать копию"),
                        slow -> assertThat(slow).isEqualTo("Прочитать не удалось: сайт слишком долго отвечает"),
                        left -> assertThat(left).contains("Не читалась: ссылок больше"),
                        dead -> assertThat(dead).isEqualTo("Страницы больше нет"));
        assertThat(browser.texts(".link").get(0))
                .contains(
                        "Камера <b onclick=window.attacked=1>марсохода</b>",
                        "Журнал",
                        "Анна Котова",
                        "30 янв.",
                        "Как она видит");
        assertThat(browser.all(".link h3 a")).hasSize(5).allSatisfy(link -> assertThat(link.getDomAttribute("rel"))
                .isEqualTo("noopener noreferrer nofollow"));
        assertHarmless();
        assertThat(browser.barriers()).isEmpty();

        browser.click("[data-tool=language]");
        browser.awaitText(".link.dead .state", "The page is gone. Copy of");
        browser.awaitText(".link.failed .state", "the site does not respond in time");
        browser.click("[data-tool=language]");
    }

    @Test
    void the_article_is_read_here_and_its_pictures_are_loaded_only_when_asked() {
        SITE.requests.clear();
        browser.open("/?post=" + linked);
        browser.all(".link .read").get(0).click();

        browser.awaitText("h1", "Камера <b onclick=window.attacked=1>марсохода</b>");
        assertThat(browser.title()).startsWith("Камера");
        assertThat(browser.address()).contains("link=1");
        assertThat(browser.one(".article-text strong").getText()).isEqualTo("жирным");
        assertThat(browser.texts(".article-text td")).containsExactly("Камера", "2 кг");
        WebElement link = browser.one(".article-text a");
        assertThat(link.getDomAttribute("href")).isEqualTo("https://example.org/further");
        assertThat(link.getDomAttribute("rel")).isEqualTo("noopener noreferrer nofollow");
        assertThat(browser.one(".article-text").getText())
                .contains("<script>window.attacked=1</script>", "нажми", "Камера марсохода");
        assertHarmless();
        assertThat(browser.all(".article-text img, .article-text [style], .article-text script"))
                .isEmpty();
        assertThat(browser.barriers()).isEmpty();
        assertThat(SITE.requests).isEmpty();

        browser.click(".load button");
        browser.awaitPictures(".article-text img", 1);
        assertThat(SITE.requests).hasSize(1);
        assertThat(browser.run("return performance.getEntriesByType('resource').map(e => e.name).filter(name =>"
                        + " !name.startsWith(location.origin) && !name.startsWith('blob:'))"))
                .isEqualTo(List.of());

        browser.click(".back");
        browser.awaitText("h1", "Пять ссылок");
        browser.all(".link .read").get(1).click();
        browser.awaitText(".copy.dead", "Страницы больше нет. Сохранённая копия: 24 дек. 2025");
        browser.awaitText(".article-text", "Текст остался");
    }

    @Test
    void the_pages_are_fetched_again_and_the_cards_show_what_came() {
        UUID post = posts.oneLink();
        browser.open("/?post=" + post);
        browser.click(".again button");
        browser.awaitText(".again [role=status]", "Страницы запрашиваются");
        api.jdbc()
                .sql("UPDATE post_enrichment SET data = jsonb_set(data, '{urls,0,title}', '\"Новый заголовок\"')"
                        + " WHERE post_id = ? AND kind = 'crawl'")
                .param(post)
                .update();
        api.fixtures().stage(post, "crawl", "done", null);

        browser.awaitText(".link h3", "Новый заголовок");
        assertThat(browser.one(".again button").isEnabled()).isTrue();
    }

    @Test
    void an_article_that_is_not_there_is_explained() {
        browser.open("/?post=" + linked + "&link=3");

        browser.awaitText(".problem", "No copy of the page is stored for link 3");
        assertThat(browser.complaintsBesides(404)).isEmpty();
    }

    @Test
    void what_is_missing_is_explained_and_can_be_tried_again() {
        browser.open("/?post=999999999");

        browser.awaitText(".problem", "Такого нет");
        browser.awaitText(".problem", "There is no post 999999999");
        assertThat(browser.one(".problem button").getText()).isEqualTo("Повторить");
        assertThat(browser.barriers()).isEmpty();
        assertThat(browser.complaintsBesides(404)).isEmpty();
    }

    @ParameterizedTest
    @CsvSource({
        "403, Нет доступа, more rights",
        "429, Слишком много сразу, через 7 секунд",
        "503, Часть сервера, через 7 секунд",
        "500, Что-то пошло не так, more rights",
        "0, Сервер не отвечает, повторите"
    })
    void a_refusal_is_told_in_plain_words_and_can_be_tried_again(int status, String title, String help) {
        browser.open("/");
        browser.awaitText(".filters .tag", "кратер");
        browser.run(
                """
                window.answers = window.fetch;
                window.fetch = () => arguments[0] === 0 ? Promise.reject(new TypeError('away')) : Promise.resolve(new Response(
                    JSON.stringify({title: 'Refused', detail: 'It is so', remedy: 'Ask for more rights.'}),
                    {status: arguments[0], headers: {'Retry-After': arguments[0] === 429 || arguments[0] === 503 ? '7' : ''}}))
                """,
                status);
        browser.click(".filters [data-tag=кратер]");
        browser.awaitText(".problem", title);
        browser.awaitText(".problem", help);

        browser.run("window.fetch = window.answers");
        browser.click(".problem button");

        browser.awaitText(".said", "1 пост");
        assertThat(browser.all(".problem")).isEmpty();
    }

    @Test
    void nothing_is_asked_while_the_page_is_not_seen() {
        browser.open("/?view=status");
        browser.awaitText(".jobs", "20 из примерно 50 постов");
        String calls = "return performance.getEntriesByName(location.origin + '/health').length";
        String seen = "Object.defineProperty(document, 'hidden', {value: arguments[0], configurable: true});"
                + "document.dispatchEvent(new Event('visibilitychange'))";

        browser.run(seen, true);
        // a call that was on its way still ends; a page that is seen asks every three seconds
        var last = new AtomicReference<>();
        await().during(Duration.ofSeconds(4)).atMost(Duration.ofSeconds(60)).until(() -> {
            Object now = browser.run(calls);
            return now.equals(last.getAndSet(now));
        });
        browser.run(seen, false);

        await().atMost(Duration.ofSeconds(60)).until(() -> !browser.run(calls).equals(last.get()));
    }

    @Test
    void the_status_shows_an_import_and_renews_itself() {
        browser.open("/?view=status");
        browser.awaitText(".jobs", "20 из примерно 50 постов");
        assertThat(browser.one("progress").getDomAttribute("value")).isEqualTo("40");
        assertThat(browser.one(".tiles").getText()).contains("Альбомов");
        assertThat(browser.one(".health").getText()).contains("База данных", "работает");

        api.jdbc()
                .sql("UPDATE imports SET status = 'done', posts_done = 50 WHERE id = ?")
                .param(job)
                .update();

        browser.awaitText(".jobs .badge", "готово");
        browser.awaitText(".jobs", "50 постов прочитано");
        api.jdbc()
                .sql("UPDATE imports SET status = 'running', posts_done = 20 WHERE id = ?")
                .param(job)
                .update();
    }

    @Test
    void an_empty_list_says_what_to_do() {
        browser.open("/?tag=нетакого");
        browser.awaitText(".empty", "Уберите часть фильтров");

        long newcomer = api.fixtures().user(Fixtures.DEFAULT_TENANT);
        browser.open("/?user=" + newcomer);

        browser.awaitText(".empty", "Загрузите его сюда");
        browser.awaitText(".empty", "--demo");
        assertThat(browser.one("[data-tool=users]").getDomProperty("value")).isEqualTo(String.valueOf(newcomer));
        api.jdbc().sql("DELETE FROM users WHERE id = ?").param(newcomer).update();
    }

    @Test
    void a_post_that_failed_says_why() {
        browser.open("/?post=" + failed);

        browser.awaitText(".why", "не удались все 5 попыток");
        browser.awaitText(".why", "gigachat: HTTP 500");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"/", "/?q=марсоход", "/?post=album", "/?post=linked", "/?post=linked&link=1", "/?view=status"})
    void a_narrow_phone_needs_no_scrolling_sideways(String address) {
        browser.phone(320);
        browser.open(address.replace("album", album.toString()).replace("linked", linked.toString()));
        settle();

        assertThat(browser.run("return document.documentElement.scrollWidth")).isEqualTo(320L);
    }

    @ParameterizedTest
    @CsvSource({
        "light, /", "light, /?q=марсоход&tag=кратер", "light, /?post=album", "light, /?view=status",
                "light, /?tag=нетакого",
        "dark, /", "dark, /?q=марсоход&tag=кратер", "dark, /?post=album", "dark, /?view=status", "dark, /?tag=нетакого",
        "light, /?post=linked", "light, /?post=linked&link=1", "dark, /?post=linked", "dark, /?post=linked&link=1"
    })
    void no_view_has_a_barrier(String theme, String address) {
        browser.run("localStorage.setItem('reader.theme', arguments[0])", theme);
        browser.open(address.replace("album", album.toString()).replace("linked", linked.toString()));
        settle();

        assertThat(browser.barriers()).isEmpty();
    }

    /** Lists, counters and pictures have come. */
    private static void settle() {
        browser.awaitTrue(
                "nothing is loading",
                "return !document.querySelector('.loading')"
                        + " && !!document.querySelector('.card, .empty, .why, .jobs, .article-text')"
                        + " && [...document.images].every(i => !i.src || i.complete)");
    }

    private static Object background() {
        return browser.run("return getComputedStyle(document.body).backgroundColor");
    }

    private static void assertHarmless() {
        assertThat(browser.run("return window.attacked")).isNull();
        assertThat((Long) browser.run(
                        "return [...document.querySelectorAll('main *')].filter(e => [...e.attributes].some("
                                + "a => a.name.startsWith('on') || a.value.trim().startsWith('javascript:'))).length"))
                .isZero();
        assertThat(browser.all("main script, main img[src=x], .text b")).isEmpty();
    }
}
