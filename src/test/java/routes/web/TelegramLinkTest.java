package routes.web;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class TelegramLinkTest {
    private static WebAddress address(String url) {
        return WebAddress.of(url).orElseThrow();
    }

    @ParameterizedTest
    @CsvSource({
        "https://t.me/durov/5, durov, 0, 5",
        "http://T.me/Durov/5/, Durov, 0, 5",
        "t.me/durov/5?single&comment=9, durov, 0, 5",
        "https://telegram.me/durov/5, durov, 0, 5",
        "https://telegram.dog/durov/5, durov, 0, 5",
        "https://www.t.me/durov/5, durov, 0, 5",
        "https://t.me/s/durov/5, durov, 0, 5",
        "https://durov.t.me/5, durov, 0, 5",
        "https://t.me/forum/12/345, forum, 0, 345",
        "https://t.me/c/1234567890/5, '', 1234567890, 5",
        "https://t.me/c/1234567890/12/345, '', 1234567890, 345"
    })
    void a_post_is_known_by_channel_and_number(String url, String username, long channel, long message) {
        assertThat(TelegramLink.of(address(url))).contains(new TelegramLink(username, channel, message));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "https://t.me/durov",
                "https://t.me/durov/",
                "https://t.me/",
                "https://t.me/+AbCdEf",
                "https://t.me/joinchat/AbCdEf",
                "https://t.me/addstickers/Cats",
                "https://t.me/c/5",
                "https://t.me/c/name/5",
                "https://t.me/durov/5/6/7",
                "https://t.me/durov/0",
                "https://t.me/durov/99999999999999999999",
                "https://t.me/s/durov",
                "https://t.me/a/5",
                "https://t.me/share/url?url=https://ex.org"
            })
    void a_link_to_anything_else_of_telegram_is_no_post_and_no_page_of_the_web(String url) {
        assertThat(TelegramLink.of(address(url))).isEmpty();
        assertThat(TelegramLink.isTelegram(address(url))).isTrue();
    }

    @Test
    void other_hosts_are_pages_of_the_web() {
        assertThat(TelegramLink.isTelegram(address("https://telegra.ph/Article-01-02")))
                .isFalse();
        assertThat(TelegramLink.isTelegram(address("https://not-t.me/durov/5"))).isFalse();
        assertThat(TelegramLink.of(address("https://example.org/durov/5"))).isEmpty();
    }
}
