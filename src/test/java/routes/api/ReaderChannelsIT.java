package routes.api;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.openqa.selenium.Keys;
import routes.tdlib.standin.TelegramStandIn;
import routes.telegram.TelegramAccounts;

/** Channels and Telegram accounts on the reader's page, in a browser, with a stand-in for TDLib and Telegram. */
class ReaderChannelsIT {
    private static final String ANNA = "+79991234567";
    private static final String BORIS = "+79991234568";

    @RegisterExtension
    @Order(1)
    static final ReaderBrowser browser = new ReaderBrowser();

    @RegisterExtension
    @Order(2)
    static final RunningApi api = new RunningApi().with("telegram.api-id", "12345");

    private final TelegramStandIn telegram = api.bean(TelegramStandIn.class)
            .user(ANNA, "12345", "", "Anna")
            .user(BORIS, "678906789067890", "correct horse", "Boris");

    private long user;

    @BeforeEach
    void aReader() {
        api.client().get("/telegram/accounts").json().path("items").forEach(account -> api.client()
                .delete("/telegram/accounts/" + account.path("name").asText()));
        user = api.fixtures().user(Fixtures.DEFAULT_TENANT);
        browser.newReader(api.port(), "ru");
    }

    @AfterEach
    void nothingIsRefusedThatShouldNotBe() {
        browser.noPhone();
        assertThat(browser.complaintsBesides(422)).isEmpty();
    }

    private void open() {
        browser.open("/?view=channels&user=" + user);
        browser.awaitText(".telegram-accounts", "Аккаунты Telegram");
        browser.awaitTrue(
                "the accounts are shown", "return document.querySelector('.telegram-accounts')?.hidden === false");
    }

    private UUID channel(String title) {
        UUID channel = api.fixtures().channelOf(user);
        api.fixtures().rename(channel, title);
        api.fixtures().live(Fixtures.DEFAULT_TENANT, channel);
        return channel;
    }

    private void set(UUID channel, String assignments) {
        api.jdbc()
                .sql("UPDATE live_channels SET " + assignments + " WHERE channel_id = ?")
                .param(channel)
                .update();
    }

    /** The page renews itself every 20 s while nothing happens, or when it is seen again. */
    private static void renew() {
        browser.run("document.dispatchEvent(new Event('visibilitychange'))");
    }

    private static void enter(String field, CharSequence... text) {
        browser.awaitTrue(
                field + " has the focus",
                "const field = document.querySelector(arguments[0]); field?.focus(); field?.select();"
                        + "return !!field && document.activeElement === field",
                field);
        browser.type(text);
        browser.type(Keys.ENTER);
    }

    @Test
    void an_account_is_signed_in_by_number_code_and_password_with_the_keyboard_alone() {
        open();
        browser.one(".telegram-accounts > .begin").sendKeys(Keys.ENTER);
        assertThat(browser.focused().getDomAttribute("id")).isEqualTo("sign-in-phone");
        browser.type(BORIS, Keys.ENTER);
        browser.awaitText(".sign-in", "сообщением в Telegram на других ваших устройствах");
        assertThat(browser.focused().getDomAttribute("autocomplete")).isEqualTo("one-time-code");
        assertThat(browser.barriers()).isEmpty();

        browser.type("11111", Keys.ENTER);
        browser.awaitText(".sign-in [role=alert]", "Код неверный");
        browser.type("678906789067890", Keys.ENTER);
        browser.awaitText(".sign-in", "Подсказка: the usual");
        browser.type("wrong", Keys.ENTER);
        browser.awaitText(".sign-in [role=alert]", "Пароль неверный");
        browser.type("correct horse", Keys.ENTER);

        browser.awaitText(".accounts .badge.ready", "вход выполнен");
        browser.awaitText("[role=status]", "Вход в аккаунт main выполнен");
        renew();
        browser.awaitText(".accounts", "Boris (main)");
        assertThat((String)
                        browser.run("return JSON.stringify([localStorage, sessionStorage]) + document.body.innerHTML"))
                .doesNotContain("correct horse", "678906789067890");
        assertThat(browser.barriers()).isEmpty();
    }

    @Test
    void an_account_is_signed_in_by_a_qr_code_which_is_drawn_here_and_renewed() throws Exception {
        open();
        browser.click(".telegram-accounts > .begin");
        browser.click(".sign-in [type=button]");
        browser.awaitTrue("the code is drawn", "return document.querySelector('img.qr')?.naturalWidth > 0");
        String first = browser.one("img.qr").getDomAttribute("src");
        assertThat(first).startsWith("blob:");
        assertThat(browser.barriers()).isEmpty();
        telegram.renewLinks();
        browser.awaitTrue("it is drawn again", "return document.querySelector('img.qr').src !== arguments[0]", first);
        telegram.scan(ANNA);

        browser.awaitText(".accounts .badge.ready", "вход выполнен");
        assertThat(
                        (List<?>)
                                browser.run(
                                        "return performance.getEntriesByType('resource').map(r => r.name).filter(n => !n.startsWith(location.origin) && !n.startsWith('blob:'))"))
                .as("nothing is fetched from elsewhere")
                .isEmpty();
    }

    @Test
    void a_sign_in_can_be_cancelled_continued_and_done_in_another_way() {
        open();
        browser.click(".telegram-accounts > .begin");
        enter("#sign-in-phone", ANNA);
        browser.one("#sign-in-entry");
        browser.reload();
        browser.awaitText(".accounts", "нужен код");
        browser.click(".accounts [data-focus=go]");
        browser.one("#sign-in-entry");
        browser.all(".sign-in [type=button]").get(1).click();
        browser.one("#sign-in-phone");
        browser.all(".sign-in [type=button]").get(0).click();
        browser.awaitTrue("the code is drawn", "return document.querySelector('img.qr')?.naturalWidth > 0");
        browser.all(".sign-in [type=button]").get(1).click();

        browser.awaitTrue("it is closed", "return document.querySelector('.sign-in').hidden");
        browser.awaitText(".accounts", "ждёт сканирования");
    }

    @Test
    void a_limit_while_signing_in_is_told_with_its_end() {
        telegram.fail("setAuthenticationPhoneNumber", 400, "PHONE_NUMBER_BANNED", 1);
        open();
        browser.click(".telegram-accounts > .begin");
        enter("#sign-in-phone", ANNA);
        browser.awaitText(".sign-in [role=alert]", "Telegram заблокировал этот номер");
        telegram.flood("setAuthenticationPhoneNumber", 3600, 1);
        enter("#sign-in-phone", ANNA);
        browser.awaitText(".sign-in [role=alert]", "Снова можно:");
        assertThat(browser.complaintsBesides(422, 429)).isEmpty();
    }

    @Test
    void an_account_is_signed_out_only_after_a_question() {
        api.client().post("/telegram/accounts", "{\"phone_number\": \"" + ANNA + "\"}");
        api.client().post("/telegram/accounts/main/code", "{\"code\": \"12345\"}");
        open();
        browser.awaitText(".accounts .badge.ready", "вход выполнен");
        browser.click(".accounts [data-focus=out]");
        browser.awaitText("dialog", "Выйти из main?");
        assertThat(browser.barriers()).isEmpty();
        browser.type(Keys.ESCAPE);
        browser.awaitTrue("the dialog is closed", "return !document.querySelector('dialog')");
        assertThat(browser.focused().getDomAttribute("data-focus")).isEqualTo("out");
        assertThat(api.bean(TelegramAccounts.class).withSession()).contains("main");

        browser.click(".accounts [data-focus=out]");
        browser.click("dialog .danger");
        browser.awaitTrue("it is gone", "return document.querySelectorAll('.accounts li').length === 0");
        assertThat(api.bean(TelegramAccounts.class).withSession()).doesNotContain("main");
    }

    @ParameterizedTest
    @CsvSource({
        "@durov, durov",
        "https://t.me/durov, durov",
        "t.me/s/durov, durov",
        "https://t.me/durov/123?single, durov",
        "-1001234567890, 1234567890",
        "https://t.me/c/1234567890/5, 1234567890"
    })
    void a_channel_is_added_by_its_name_a_link_or_its_id(String given, String shown) {
        open();
        enter("#new-channel", given);

        browser.awaitText(".channel", shown);
        browser.awaitText("[role=status]", "Канал добавлен");
        assertThat(browser.focused().getDomAttribute("id")).isEqualTo("new-channel");
        assertThat(browser.one("#new-channel").getDomProperty("value")).isEmpty();
    }

    @ParameterizedTest
    @CsvSource({"https://t.me/+abcdef, Приглашение", "https://example.org/x, Это не канал", "no, Это не канал"})
    void what_is_no_channel_is_told_without_asking_the_server(String given, String said) {
        open();
        enter("#new-channel", given);

        browser.awaitText(".add-channel [role=alert]", said);
        assertThat(browser.one("#new-channel").getDomAttribute("aria-invalid")).isEqualTo("true");
        assertThat(browser.barriers()).isEmpty();
    }

    @Test
    void the_history_of_a_channel_is_followed_while_the_page_is_seen() {
        UUID channel = channel("Новости");
        set(channel, "history_from = now() - interval '100 days', messages_read = 1");
        open();
        browser.awaitText(".channel .badge", "читается история");
        set(channel, "messages_read = 4321, reached_at = now() - interval '25 days'");

        browser.awaitText(".channel .progress", "25");
        browser.awaitText(".channel .facts", "4");
        assertThat(browser.one(".channel progress").getDomAttribute("value")).isEqualTo("25");
        assertThat(browser.barriers()).isEmpty();
        set(channel, "history_done_at = now(), last_post_at = now()");
        browser.awaitText(".channel .badge", "читается");
        browser.awaitText(".channel .facts", "Последний пост");
        assertThat(browser.all(".channel progress")).isEmpty();
    }

    @Test
    void errors_and_waits_are_told_with_what_to_do_and_when_it_goes_on() {
        UUID waiting = channel("Ждущий");
        set(waiting, "flood_until = now() + interval '1 hour', error = 'Too Many Requests: retry after 3600'");
        UUID failed = channel("Неизвестный");
        set(failed, "error = 'Telegram has no channel @nowhere', retry_at = now() + interval '1 day'");
        open();

        browser.awaitText(".channel.waiting .warning", "Telegram просит паузу до");
        browser.awaitText(".channel.failed .warning", "Telegram не знает такого имени");
        browser.awaitText(".channel.failed .warning", "Следующая попытка");
        assertThat(browser.barriers()).isEmpty();
    }

    @Test
    void a_channel_is_paused_resumed_read_now_and_removed_after_a_question() {
        UUID channel = channel("Новости");
        set(channel, "history_done_at = now()");
        open();
        browser.one(".channel [data-focus=pause]").sendKeys(Keys.ENTER);
        browser.awaitText(".channel .badge", "на паузе");
        browser.awaitText("[role=status]", "Канал на паузе");
        assertThat(browser.focused().getDomAttribute("data-focus"))
                .as("the focus stays on the button, which now resumes")
                .isEqualTo("pause");
        browser.type(Keys.ENTER);
        browser.awaitTrue("it is read again", "return !document.querySelector('.channel.paused')");
        browser.click(".channel-tools button");
        browser.awaitText(".channel .meta", "читается сейчас");

        browser.click(".channel [data-focus=remove]");
        browser.awaitText("dialog", "Сохранённые посты остаются");
        browser.click("dialog [value=no]");
        assertThat(browser.all(".channel")).hasSize(1);
        browser.click(".channel [data-focus=remove]");
        browser.click("dialog .danger");
        browser.awaitText(".channels-view", "Вы пока не читаете ни одного канала");
        assertThat(api.client().get("/users/" + user + "/channels").json().path("items"))
                .isEmpty();
    }

    @Test
    void what_is_entered_is_not_lost_when_the_page_renews_itself() {
        UUID channel = channel("Новости");
        open();
        browser.one("#new-channel").sendKeys("@dur");
        browser.click(".telegram-accounts > .begin");
        browser.one("#sign-in-phone").sendKeys("+7999");
        set(channel, "messages_read = 77");
        renew();
        browser.awaitText(".channel .facts", "77");

        assertThat(browser.one("#new-channel").getDomProperty("value")).isEqualTo("@dur");
        assertThat(browser.one("#sign-in-phone").getDomProperty("value")).isEqualTo("+7999");
        assertThat(browser.focused().getDomAttribute("id")).isEqualTo("sign-in-phone");
    }

    @ParameterizedTest
    @ValueSource(strings = {"light", "dark"})
    void both_themes_and_a_phone_show_everything_without_barriers(String theme) {
        set(
                channel("Очень длинное название канала о погоде, природе и всём остальном"),
                "flood_until = now() + interval '1 hour'");
        api.client().post("/telegram/accounts", "{\"phone_number\": \"" + BORIS + "\"}");
        browser.run("localStorage.setItem('reader.theme', arguments[0])", theme);
        browser.phone(320);
        open();
        browser.click(".accounts [data-focus=go]");
        browser.one("#sign-in-entry");

        assertThat(browser.barriers()).isEmpty();
        assertThat((Boolean) browser.run("return document.documentElement.scrollWidth <= innerWidth"))
                .as("nothing is wider than the phone")
                .isTrue();
    }
}
