package routes.api;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The modules that make nodes of Telegram's formatting, called in a browser without a post of the API. */
class ReaderRichTextIT {

    @RegisterExtension
    @Order(1)
    static final ReaderBrowser browser = new ReaderBrowser();

    @RegisterExtension
    @Order(2)
    static final RunningApi api = new RunningApi();

    /** Ten UTF-16 units: a letter, two emoji of two units, one of one unit with its selector, letters. */
    private static final String TEXT = "a😀b☀️c😀d";

    /** One page serves all tests: they only call functions of its modules. */
    @BeforeAll
    static void openAPageWithMessages() {
        browser.newReader(api.port(), "en");
        browser.open("/?view=status");
    }

    @AfterEach
    void nothingFails() {
        assertThat(browser.complaints()).isEmpty();
    }

    @Test
    void formatting_is_nested_in_one_order_whatever_the_order_of_the_entities() {
        assertThat(html("bold and italic", "[{type:'italic',offset:0,length:15},{type:'bold',offset:0,length:4}]"))
                .isEqualTo("<strong><em>bold</em></strong><em> and italic</em>");
        assertThat(html("abcdef", "[{type:'bold',offset:0,length:4},{type:'underline',offset:2,length:4}]"))
                .isEqualTo("<strong>ab</strong><strong><u>cd</u></strong><u>ef</u>".replace("</strong><strong>", ""));
        assertThat(html("x", "[{type:'strikethrough',offset:0,length:1},{type:'code',offset:0,length:1}]"))
                .isEqualTo("<code><s>x</s></code>");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "[]",
                "null",
                "'bold'",
                "[null, 7, 'x', {}, []]",
                "[{type:'bold'}]",
                "[{type:'bold',offset:-1,length:3}]",
                "[{type:'bold',offset:0,length:-3}]",
                "[{type:'bold',offset:0,length:0}]",
                "[{type:'bold',offset:1e9,length:1}]",
                "[{type:'bold',offset:0,length:1e15}]",
                "[{type:'bold',offset:0.5,length:2}]",
                "[{type:'bold',offset:'0',length:'2'}]",
                "[{type:'bold',offset:NaN,length:Infinity}]",
                "[{type:'no_such',offset:0,length:3}]",
                "[{type:'__proto__',offset:0,length:3},{type:'constructor',offset:0,length:3}]",
                "[{type:'bold',offset:2,length:1}]",
                "[{type:'bold',offset:1,length:1},{type:'italic',offset:2,length:6}]",
                "[{type:'spoiler',offset:8,length:1},{type:'text_link',offset:7,length:9,url:'javascript:alert(1)'}]",
                "[{type:'text_link',offset:0,length:4}]",
                "[{type:'text_link',offset:0,length:5,url:'https://a.example'},{type:'url',offset:3,length:5}]",
                "[{type:'blockquote',offset:0,length:5},{type:'blockquote',offset:3,length:9},{type:'pre',offset:4,length:3}]",
                "[{type:'pre',offset:0,length:5,language:'<b>'},{type:'code',offset:2,length:8}]",
                "[{type:'bold',offset:0,length:10},{type:'bold',offset:0,length:10},{type:'bold',offset:3,length:2}]",
                "Array.from({length:5000}, (_, i) => ({type:['bold','italic','spoiler','pre'][i % 4],offset:i %"
                        + " 10,length:1 + i % 7}))"
            })
    void every_character_is_shown_once_whatever_the_entities_say(String entities) {
        Map<?, ?> shown = (Map<?, ?>) browser.run(
                """
                return (async function () {
                    const {rich, Spoilers} = await import("/reader/rich.js");
                    const spoilers = new Spoilers();
                    const div = document.createElement("div");
                    div.append(...rich(arguments[0], ENTITIES, {spoilers}));
                    spoilers.open();
                    const list = document.createElement("div");
                    list.append(...rich(arguments[0], ENTITIES));
                    div.querySelectorAll("figcaption").forEach(label => label.remove());
                    return {
                        text: div.textContent, wellFormed: div.textContent.isWellFormed() && list.textContent.isWellFormed(),
                        unsafe: div.querySelectorAll("a[href^=javascript]").length, nested: div.querySelectorAll("a a").length};
                }).apply(null, arguments)
                """
                        .replace("ENTITIES", entities),
                TEXT);

        assertThat(shown.get("text")).isEqualTo(TEXT);
        assertThat(shown.get("wellFormed")).isEqualTo(true);
        assertThat(shown.get("unsafe")).isEqualTo(0L);
        assertThat(shown.get("nested")).isEqualTo(0L);
    }

    @Test
    void blocks_take_the_line_breaks_at_their_edges_and_keep_what_is_indented() {
        assertThat(html("look:\n  if x:\n\treturn\ndone", "[{type:'pre',offset:6,length:15,language:'python'}]"))
                .isEqualTo("look:<figure class=\"code\"><figcaption>python</figcaption>"
                        + "<pre tabindex=\"0\"><code>  if x:\n\treturn</code></pre></figure>done");
        assertThat(html("a\nquoted\n\nb", "[{type:'blockquote',offset:2,length:7}]"))
                .isEqualTo("a<blockquote>quoted</blockquote>\nb");
    }

    @Test
    void links_show_where_they_lead_and_run_nothing() {
        assertThat(html("here", "[{type:'text_link',offset:0,length:4,url:'https://аpple.com/'}]"))
                .contains("href=\"https://xn--pple-43d.com/\"", "title=\"https://xn--pple-43d.com/\"");
        assertThat(html("example.org/a", "[{type:'url',offset:0,length:13}]"))
                .contains("href=\"https://example.org/a\"");
        assertThat(html("tg", "[{type:'text_link',offset:0,length:2,url:'tg://user?id=1'}]"))
                .doesNotContain("<a");
        assertThat(html("tg", "[{type:'text_link',offset:0,length:2,url:'tg://resolve?domain=durov&post=7'}]"))
                .contains("href=\"https://t.me/durov/7\"");
        assertThat(html("write", "[{type:'text_link',offset:0,length:5,url:'mailto:a@b.example'}]"))
                .contains("href=\"mailto:a@b.example\"");
        assertThat(html("@durov", "[{type:'mention',offset:0,length:6}]")).contains("href=\"https://t.me/durov\"");
        assertThat(html("#тег_1", "[{type:'hashtag',offset:0,length:6}]"))
                .contains("href=\"./?q=%23%D1%82%D0%B5%D0%B3_1\"");
        assertThat(
                        html(
                                "$USD /start +79990000000 a@b.example",
                                "[{type:'cashtag',offset:0,length:4},"
                                        + "{type:'bot_command',offset:5,length:6},{type:'phone_number',offset:12,length:12},{type:'email',offset:25,length:11}]"))
                .contains(
                        "href=\"./?q=%24USD\"",
                        "<span class=\"mention\">/start</span>",
                        "href=\"tel:+79990000000\"",
                        "href=\"mailto:a@b.example\"");
    }

    @Test
    void a_tag_is_found_in_a_hashtag_that_joins_its_words() {
        assertThat(
                        run(
                                """
                const {place} = await import('/reader/text.js');
                return [["x #книги_для_детей y", "книги для детей"], ["x #КнигиДляДетей y", "книги для детей"], ["a (b)", "(b)"]]
                    .map(([text, tag]) => place(text, tag)[1].textContent);
                """))
                .isEqualTo(List.of("книги_для_детей", "КнигиДляДетей", "(b)"));
    }

    @Test
    void a_spoiler_is_nowhere_in_the_page_until_it_is_opened() {
        assertThat(html("the answer is forty two", "[{type:'spoiler',offset:14,length:9}]"))
                .contains("role=\"button\"", "▒▒▒▒▒ ▒▒▒")
                .doesNotContain("forty", "two");
        assertThat(run("const {masked, openTags} = await import('/reader/rich.js');const list = [{type:"
                        + " 'spoiler', offset: 6, length: 5}];return [masked('It is Ёлка! Really', list),"
                        + " ...openTags({tags: ['елки', 'really'], text: 'It is Ёлка! Really', entities:"
                        + " list})]"))
                .isEqualTo(List.of("It is ▒▒▒▒▒ Really", "really"));
    }

    @Test
    void characters_that_turn_the_text_round_do_so_only_to_themselves() {
        assertThat(run("const {isolated} = await import('/reader/dom.js'); return [isolated('a\\u202Eb'),"
                        + " isolated('a\\u2069\\u202Eb\\u202C\\u202C'), isolated('\\u2067x\\n"
                        + "y'), isolated('plain')]"))
                .isEqualTo(List.of(
                        "\u2068a\u202Eb\u202C\u2069",
                        "\u2068a\u202Eb\u202C\u2069",
                        "\u2068\u2067x\u2069\u2069\ny",
                        "plain"));
        Number shift = (Number)
                run(
                        """
                const {el} = await import("/reader/dom.js");
                const after = turned => {
                    const p = el("p", {}, "abc", turned ? "\\u202Edef" : "def", el("span", {class: "probe"}, " 12 views"));
                    document.body.append(p);
                    const left = p.querySelector(".probe").getBoundingClientRect().left - p.getBoundingClientRect().left;
                    p.remove();
                    return left;
                };
                return Math.abs(after(true) - after(false));
                """);
        assertThat(shift.doubleValue()).isLessThan(1);
    }

    private static String html(String text, String entities) {
        return (String) run(
                """
                const {rich, Spoilers} = await import("/reader/rich.js");
                const div = document.createElement("div");
                div.append(...rich(arguments[0], ENTITIES, {spoilers: new Spoilers()}));
                return div.innerHTML;
                """
                        .replace("ENTITIES", entities),
                text);
    }

    private static Object run(String body, Object... arguments) {
        return browser.run("return (async function () {" + body + "}).apply(null, arguments)", arguments);
    }
}
