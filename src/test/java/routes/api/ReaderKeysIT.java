package routes.api;

import static org.assertj.core.api.Assertions.assertThat;

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
    void whoeverHasNoKeyIsAskedForItAndMaySignOut() {
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

        browser.one("[data-tool=key]").click();
        browser.one("dialog #key");
        browser.type(Keys.ESCAPE);
        browser.awaitText(".problem", "Нужен ключ");
        browser.one(".problem button").click();
        browser.one("dialog #key").sendKeys(KEY.key(), Keys.ENTER);
        browser.awaitText("h1", "Марсоход прислал снимки");
        assertThat(browser.complaints()).allMatch(complaint -> complaint.contains("401"));
    }

    @Test
    void aKeyOfAnotherTenantShowsNothingOfThisOne() {
        browser.visit("/?post=" + album);

        browser.one("dialog #key").sendKeys(FOREIGN.key(), Keys.ENTER);

        browser.awaitText(".problem", "Такого нет");
        assertThat((String) browser.run("return document.body.textContent")).doesNotContain("Марсоход");
        assertThat(browser.complaints()).allMatch(complaint -> complaint.contains("401") || complaint.contains("404"));
    }
}
