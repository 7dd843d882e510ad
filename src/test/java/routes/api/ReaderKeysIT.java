package routes.api;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.UUID;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.openqa.selenium.Keys;
import routes.api.access.NewApiKey;

/** The reader's page over an API that needs keys. */
class ReaderKeysIT {

    private static final NewApiKey KEY = NewApiKey.make("anna", "default", "reader");
    private static final NewApiKey FOREIGN = NewApiKey.make("bob", "others", "admin");

    @RegisterExtension
    @Order(1)
    static final ReaderBrowser browser = new ReaderBrowser();

    @RegisterExtension
    @Order(2)
    static final RunningApi api = new RunningApi().with("api.keys", KEY.entry() + "," + FOREIGN.entry());

    private UUID album;

    @BeforeEach
    void aChannelAndAReader() {
        album = new ReaderFixtures(api).album();
        browser.newReader(api.port(), "ru");
    }

    @Test
    void a_reader_is_told_that_only_operators_have_pages_fetched_again() {
        browser.visit("/?post=" + album);
        browser.one("dialog #key").sendKeys(KEY.key(), Keys.ENTER);
        browser.click(".again button");

        browser.awaitText(".again .problem", "Нет доступа");
        assertThat(browser.complaintsBesides(401, 403)).isEmpty();
    }

    @Test
    void a_reader_sees_channels_but_neither_accounts_nor_what_changes_them() {
        browser.visit("/?view=channels");
        browser.one("dialog #key").sendKeys(KEY.key(), Keys.ENTER);
        browser.awaitTrue("there are channels", "return document.querySelectorAll('.channel').length > 0");

        assertThat(
                        (Boolean)
                                browser.run(
                                        "return document.querySelector('.telegram-accounts').hidden"
                                                + " && document.querySelector('.add-channel').hidden && !document.querySelector('.channel button')"))
                .isTrue();
        assertThat(browser.barriers()).isEmpty();
        assertThat(browser.complaintsBesides(401, 403)).isEmpty();
    }

    @Test
    void whoever_has_no_key_is_asked_for_it_and_may_sign_out() {
        browser.visit("/?post=" + album);

        browser.one("dialog #key").sendKeys("wrong", Keys.ENTER);
        browser.awaitText("dialog", "Этот ключ не подошёл");
        assertThat(browser.barriers()).isEmpty();
        browser.one("dialog #key").sendKeys(KEY.key(), Keys.ENTER);
        browser.awaitText("h1", "Марсоход прислал снимки");
        browser.awaitPictures(".gallery img", 3);
        assertThat((String) browser.run("return JSON.stringify(localStorage)")).doesNotContain(KEY.key());
        browser.reload();
        browser.awaitText("h1", "Марсоход прислал снимки");

        browser.click("[data-tool=key]");
        browser.one("dialog #key");
        browser.type(Keys.ESCAPE);
        browser.awaitText(".problem", "Нужен ключ");
        browser.click(".problem button");
        browser.one("dialog #key").sendKeys(KEY.key(), Keys.ENTER);
        browser.awaitText("h1", "Марсоход прислал снимки");
        assertThat(browser.complaintsBesides(401)).isEmpty();
    }

    @Test
    void a_tenant_without_a_user_gets_its_first_one_on_the_page() {
        api.jdbc()
                .sql("DELETE FROM users WHERE tenant_id IN (SELECT id FROM tenants WHERE name = 'others')")
                .update();
        browser.visit("/");
        browser.one("dialog #key").sendKeys(FOREIGN.key(), Keys.ENTER);
        browser.awaitText("h1", "Здесь пока нет читателей");
        assertThat(browser.barriers()).isEmpty();
        browser.visit("/?view=status");
        browser.awaitText("h1", "Здесь пока нет читателей");

        browser.click(".empty button");

        browser.awaitText(".empty", "Здесь пока нет постов");
        assertThat(browser.address()).isEqualTo("/");
        assertThat(browser.complaintsBesides(401)).isEmpty();
    }

    @Test
    void a_browser_without_a_key_gets_a_page_where_a_program_gets_a_problem() {
        browser.visit("/nothere");
        browser.awaitText("h1", "There is nothing to see here");
        browser.click("a.button");
        browser.one("dialog #key");

        assertThat(browser.complaintsBesides(401)).isEmpty();
    }

    @Test
    void a_reader_may_not_upload_and_is_told() {
        browser.visit("/?view=status");
        browser.one("dialog #key").sendKeys(KEY.key(), Keys.ENTER);
        browser.one(".upload [type=file]").sendKeys(export());
        browser.click(".upload button");

        browser.awaitText(".upload .problem", "Нет доступа");
        assertThat(browser.complaintsBesides(401, 403)).isEmpty();
    }

    static String export() {
        return Path.of("src/test/resources/exports/channel/result.json")
                .toAbsolutePath()
                .toString();
    }

    @Test
    void a_key_of_another_tenant_shows_nothing_of_this_one() {
        api.client(FOREIGN.key()).post("/users", "{}");
        browser.visit("/?post=" + album);

        browser.one("dialog #key").sendKeys(FOREIGN.key(), Keys.ENTER);

        browser.awaitText(".problem", "Такого нет");
        assertThat((String) browser.run("return document.body.textContent")).doesNotContain("Марсоход");
        assertThat(browser.complaintsBesides(401, 404)).isEmpty();
    }
}
