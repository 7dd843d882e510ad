package routes.ingest.preview;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.jsoup.Jsoup;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class PreviewPageTest {
    private static final String CLASS = "tgme_widget_message_";
    private static final String LINK = "href=\"https://t.me/news/1\"";

    private final PreviewStandIn telegram = new PreviewStandIn();
    private final PreviewStandIn.Channel channel = telegram.channel("news", 1_234_567_890L, "News &amp; more");

    @AfterEach
    void close() throws IOException {
        telegram.close();
    }

    private PreviewPage read() throws IOException {
        return PreviewPage.read(channel.page(Long.MAX_VALUE), "News");
    }

    private PreviewPost only(String bubble) throws IOException {
        channel.post(bubble);
        PreviewPage page = read();
        assertThat(page.posts()).hasSize(1);
        return page.posts().get(0);
    }

    private static JsonNode content(PreviewPost post) {
        return post.message().path("content");
    }

    /** The text, with each mark as {@code [type:its text]}. */
    private static String marked(String html) {
        JsonNode formatted = PreviewText.formatted(
                Jsoup.parse("<div id=x>" + html + "</div>").getElementById("x"), tag -> {});
        String text = formatted.path("text").asText();
        List<String> marks = new ArrayList<>();
        for (JsonNode entity : formatted.path("entities")) {
            int offset = entity.path("offset").asInt();
            JsonNode type = entity.path("type");
            String more = type.path("url").asText()
                    + type.path("custom_emoji_id").asText()
                    + type.path("language").asText()
                    + type.path("user_id").asText();
            marks.add(type.path("@type").asText().replace("textEntityType", "")
                    + (more.isEmpty() ? "" : "(" + more + ")") + ":"
                    + text.substring(offset, offset + entity.path("length").asInt()));
        }
        return text.replace("\n", "|") + " " + marks;
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '~',
            quoteCharacter = '^',
            value = {
                "one<br/>two<br><br>three ~ one|two||three []",
                "<b>bold <i>both</i></b> <u>u</u><s>s</s> ~ bold both us [Italic:both, Bold:bold both, Underline:u, Strikethrough:s]",
                "a <code>x &lt; y</code> ~ a x < y [Code:x < y]",
                "<pre><code class=\"language-java\">int i;¶  i++;</code></pre>after ~ int i;|  i++;|after [PreCode(java):int i;|  i++;]",
                "<pre>one<br/>two</pre> ~ one|two [Pre:one|two]",
                "hidden <tg-spoiler>secret</tg-spoiler> ~ hidden secret [Spoiler:secret]",
                "said:<blockquote>words</blockquote>answer ~ said:|words|answer [BlockQuote:words]",
                "<blockquote expandable>many</blockquote><br/>x ~ many|x [ExpandableBlockQuote:many]",
                "<a href=\"?q=%23tag\">#tag</a> <a href=\"?q=%24TON\">$TON</a> ~ #tag $TON [Hashtag:#tag, Cashtag:$TON]",
                "<a href=\"https://t.me/durov\">@durov</a> ~ @durov [Mention:@durov]",
                "<a href=\"https://example.com/a?b=1&amp;c=2\">https://example.com/a?b=1&amp;c=2</a> ~ https://example.com/a?b=1&c=2 [Url:https://example.com/a?b=1&c=2]",
                "<a href=\"http://example.com/\">example.com</a> ~ example.com [Url:example.com]",
                "<a href=\"https://example.com/x\" onclick=\"return confirm('Open?')\">here</a> ~ here [TextUrl(https://example.com/x):here]",
                "<a href=\"mailto:a@b.example\">a@b.example</a> ~ a@b.example [EmailAddress:a@b.example]",
                "<a href=\"tg://user?id=5\">Anna</a> ~ Anna [MentionName(5):Anna]",
                "<a href=\"javascript:alert(1)\">x</a> ~ x []",
                "a <i class=\"emoji\" style=\"background-image:url('//t/1.png')\"><b>👍</b></i> b ~ a 👍 b []",
                "<tg-emoji emoji-id=\"53\"><i class=\"emoji\"><b>🔥</b></i></tg-emoji> hot ~ 🔥 hot [CustomEmoji(53):🔥]",
                "text<span style=\"display: inline-block; width: 83px;\"></span> ~ text []",
                "before<script>alert(1)</script> after ~ before after []",
                "new <later-tag>words</later-tag> ~ new words []"
            })
    void the_markup_of_a_text_becomes_its_words_and_marks(String html, String expected) {
        assertThat(marked(html.strip().replace('¶', '\n')).replace("\n", "|")).isEqualTo(expected.strip());
    }

    @Test
    void an_indented_page_has_the_same_text() {
        assertThat(marked("\n   <b>Title</b>\n   <br/>\n   words\n   and words\n "))
                .startsWith("Title |words and words [Bold:Title]");
    }

    @Test
    void a_deeply_nested_text_ends_somewhere() {
        assertThat(marked("<b>".repeat(5_000) + "x" + "</b>".repeat(5_000))).isNotNull();
    }

    @Test
    void the_page_tells_the_channel_its_posts_and_their_facts() throws IOException {
        channel.service("News created the channel");
        channel.at(Instant.ofEpochSecond(1_790_001_000));
        channel.text("Hello <b>world</b>");
        PreviewPage page = read();
        assertThat(page.channelId()).isEqualTo(1_234_567_890L);
        assertThat(page.username()).isEqualTo("news");
        assertThat(page.title()).isEqualTo("News & more");
        assertThat(page.unknown()).isEmpty();
        assertThat(content(page.posts().get(0)).path("@type").asText()).isEqualTo("messageCustomServiceAction");
        PreviewPost post = page.posts().get(1);
        assertThat(post.id()).isEqualTo(2);
        assertThat(post.date()).isEqualTo(Instant.ofEpochSecond(1_790_001_000));
        assertThat(post.edited()).isFalse();
        assertThat(content(post).at("/text/text").asText()).isEqualTo("Hello world");
        assertThat(post.message().at("/interaction_info/view_count").asInt()).isEqualTo(4_020);
    }

    @Test
    void what_a_post_quotes_or_links_to_is_not_its_text() throws IOException {
        PreviewPost post = only(
                "<a class=\"" + CLASS + "reply user-color-default\" href=\"https://t.me/news/77\"><div class=\"" + CLASS
                        + "author\"><span class=\"" + CLASS + "author_name\">News</span></div><div class=\"" + CLASS
                        + "text js-message_reply_text\">the parent</div></a>" + PreviewStandIn.text("my answer")
                        + "<a class=\"" + CLASS
                        + "link_preview\" href=\"https://example.com\"><i class=\"link_preview_right_image\""
                        + " style=\"background-image:url('https://cdn.example/site.jpg')\"></i><div class=\"link_preview_title\">Site</div></a>");
        assertThat(content(post).at("/text/text").asText()).isEqualTo("my answer");
        assertThat(content(post).path("@type").asText()).isEqualTo("messageText");
        assertThat(post.message().at("/reply_to/message_id").asLong() >> 20).isEqualTo(77);
        assertThat(post.message().at("/reply_to/chat_id").asLong()).isZero();
    }

    @Test
    void forwards_bots_signatures_edits_reactions_and_buttons_are_read() throws IOException {
        channel.post("<div class=\"" + CLASS + "forwarded_from accent_color\">Forwarded from <a class=\"" + CLASS
                + "forwarded_from_name\" href=\"https://t.me/other/5\"><span>Other channel</span></a> via <a class=\""
                + CLASS
                + "via_bot\" href=\"https://t.me/gif\">@gif</a></div>" + PreviewStandIn.text("x")
                + "<div class=\"" + CLASS
                + "reactions js-message_reactions\"><span class=\"tgme_reaction\"><i class=\"emoji\"><b>👍</b></i>1.2K</span>"
                + "<span class=\"tgme_reaction\"><tg-emoji emoji-id=\"546\"></tg-emoji>7</span>"
                + "<span class=\"tgme_reaction tgme_reaction_paid\"><i class=\"icon\"></i>3</span></div>"
                + "<a class=\"" + CLASS + "inline_button url_button\" href=\"https://example.com/buy\">Buy</a>"
                + "<a class=\"" + CLASS + "inline_button\" " + LINK + ">Vote</a>"
                + "<span class=\"" + CLASS + "meta\">edited &nbsp;<span class=\"" + CLASS
                + "from_author\">Anna</span>,&nbsp;</span>");
        PreviewPost post = read().posts().get(0);
        assertThat(post.edited()).isTrue();
        assertThat(post.forwardedFrom()).isEqualTo("Other channel");
        assertThat(post.viaBot()).isEqualTo("@gif");
        assertThat(post.message().path("author_signature").asText()).isEqualTo("Anna");
        assertThat(post.message().at("/forward_info/origin/message_id").asLong() >> 20)
                .isEqualTo(5);
        assertThat(post.message().at("/interaction_info/reactions/reactions").toString())
                .contains(
                        "\"total_count\":1200", "\"emoji\":\"👍\"", "\"custom_emoji_id\":\"546\"", "reactionTypePaid");
        assertThat(post.message().at("/reply_markup/rows/0")).hasSize(1);
    }

    @Test
    void the_first_time_of_a_video_is_its_duration_and_a_missing_file_has_its_reason() throws IOException {
        PreviewPost post = only("<a class=\"" + CLASS + "video_player not_supported js-message_video_player\" " + LINK
                + "><i class=\"" + CLASS
                + "video_thumb\" style=\"background-image:url('https://cdn.example/thumb.jpg')\"></i>"
                + "<time class=\"message_video_duration js-message_video_duration\" datetime=\"PT5M\">5:00</time>"
                + "<div class=\"message_media_not_supported_wrap\"><div class=\"message_media_not_supported_label\">Media is too big</div></div></a>"
                + PreviewStandIn.text("long film"));
        assertThat(post.date()).isEqualTo(Instant.ofEpochSecond(1_790_000_000));
        assertThat(content(post).path("@type").asText()).isEqualTo("messageVideo");
        assertThat(content(post).at("/caption/text").asText()).isEqualTo("long film");
        assertThat(post.file().url()).isNull();
        assertThat(post.file().missing()).contains("too big");
        assertThat(post.file().shape()).contains("5:00");
    }

    @Test
    void each_kind_of_media_is_known() throws IOException {
        String video =
                "<div class=\"" + CLASS + "video_wrap\"><video src=\"https://cdn.example/a.mp4?token=x\" class=\""
                        + CLASS + "video js-message_video\"%s></video></div>";
        channel.post(
                "<a class=\"" + CLASS + "video_player js-message_video_player\" " + LINK + ">" + video.formatted("")
                        + "<div class=\"message_video_play\"></div><time class=\"message_video_duration\">0:42</time></a>");
        channel.post("<a class=\"" + CLASS + "video_player js-message_video_player\" " + LINK + ">"
                + video.formatted(" autoplay loop") + "</a>");
        channel.post("<a class=\"" + CLASS + "roundvideo_player\" " + LINK + "><div class=\"" + CLASS
                + "roundvideo_wrap\"><video src=\"//cdn.example/r.mp4\" class=\"" + CLASS
                + "roundvideo\"></video></div><time class=\"" + CLASS
                + "roundvideo_duration\">0:15</time></a>");
        channel.post("<a class=\"" + CLASS + "voice_player\" " + LINK + "><audio class=\"" + CLASS
                + "voice\" src=\"https://cdn.example/v.ogg\"></audio><time class=\"" + CLASS
                + "voice_duration\">1:05</time></a>");
        channel.post(document("", "report.pdf", "113.9 KB"));
        channel.post(document(" audio", "Song", "Band"));
        channel.post("<div class=\"" + CLASS + "sticker_wrap media_supported_cont\"><a " + LINK + "><i class=\"" + CLASS
                + "sticker js-sticker_image\" data-webp=\"https://cdn.example/s.webp\"></i></a></div>");
        channel.post("<div class=\"" + CLASS + "poll js-poll\"><div class=\"" + CLASS
                + "poll_question\">Tea?</div><div class=\"" + CLASS
                + "poll_type\">Anonymous Poll</div><a class=\"" + CLASS + "poll_options\" " + LINK + ">"
                + option("75%", "Yes")
                + option("25%", "No") + "</a><div class=\"" + CLASS + "voters\">1.2K voters</div></div>");
        channel.post("<a class=\"" + CLASS
                + "location_wrap\" href=\"https://maps.google.com/maps?q=12.5,-77.25&amp;ll=12.5,-77.25&amp;z=16\"><div class=\""
                + CLASS + "location\"></div></a>");
        channel.post("<a class=\"" + CLASS
                + "location_wrap\" href=\"https://maps.google.com/maps?q=12.5,77.25\"><div class=\"" + CLASS
                + "location_info\"><div class=\"" + CLASS + "location_title\">Cafe</div><div class=\"" + CLASS
                + "location_address\">MG Road</div></div></a>");
        channel.post("<div class=\"" + CLASS + "contact_wrap\"><div class=\"" + CLASS + "contact\"><div class=\""
                + CLASS + "contact_name\">Ann</div><div class=\"" + CLASS + "contact_phone\">+1 555</div></div></div>");
        PreviewPage page = read();
        assertThat(page.unknown()).isEmpty();
        assertThat(page.posts().stream()
                        .map(post -> content(post).path("@type").asText())
                        .toList())
                .containsExactly(
                        "messageVideo",
                        "messageAnimation",
                        "messageVideoNote",
                        "messageVoiceNote",
                        "messageDocument",
                        "messageAudio",
                        "messageSticker",
                        "messagePoll",
                        "messageLocation",
                        "messageVenue",
                        "messageContact");
        assertThat(page.posts().stream()
                        .limit(7)
                        .map(post -> String.valueOf(post.file().url()))
                        .toList())
                .containsExactly(
                        "https://cdn.example/a.mp4?token=x",
                        "https://cdn.example/a.mp4?token=x",
                        "https://cdn.example/r.mp4",
                        "https://cdn.example/v.ogg",
                        "null",
                        "null",
                        "https://cdn.example/s.webp");
        assertThat(page.posts().get(4).file().missing()).contains("113.9 KB");
        assertThat(content(page.posts().get(4)).at("/document/file_name").asText())
                .isEqualTo("report.pdf");
        assertThat(content(page.posts().get(5)).path("audio").toString()).contains("Song", "Band");
        assertThat(content(page.posts().get(7)).path("poll").toString())
                .contains(
                        "Tea?",
                        "\"total_voter_count\":1200",
                        "Yes",
                        "\"voter_count\":900",
                        "No",
                        "\"voter_count\":300");
        assertThat(content(page.posts().get(8)).path("location").toString())
                .isEqualTo("{\"latitude\":12.5,\"longitude\":-77.25}");
        assertThat(content(page.posts().get(9)).path("venue").toString()).contains("Cafe", "MG Road", "77.25");
        assertThat(content(page.posts().get(10)).path("contact").toString()).contains("Ann", "+1 555");
    }

    private static String document(String icon, String title, String extra) {
        return "<a class=\"" + CLASS + "document_wrap\" " + LINK + "><div class=\"" + CLASS + "document_icon accent_bg"
                + icon
                + "\"></div><div class=\"" + CLASS + "document\"><div class=\"" + CLASS
                + "document_title accent_color\">" + title
                + "</div><div class=\"" + CLASS + "document_extra\">" + extra + "</div></div></a>";
    }

    private static String option(String percent, String text) {
        return "<div class=\"" + CLASS + "poll_option\"><div class=\"" + CLASS + "poll_option_percent\">" + percent
                + "</div><div class=\"" + CLASS + "poll_option_value\"><div class=\"" + CLASS + "poll_option_text\">"
                + text
                + "</div></div></div>";
    }

    @Test
    void the_members_of_an_album_are_posts_of_their_own() throws IOException {
        channel.album("caption", PreviewStandIn.picture(1), PreviewStandIn.picture(2), PreviewStandIn.picture(3));
        channel.text("after");
        List<PreviewPost> posts = read().posts();
        assertThat(posts.stream().map(PreviewPost::id).toList()).containsExactly(1L, 2L, 3L, 4L);
        assertThat(posts.stream()
                        .map(post -> post.message().path("media_album_id").asText())
                        .toList())
                .containsExactly("1", "1", "1", "");
        assertThat(content(posts.get(0)).at("/caption/text").asText()).isEqualTo("caption");
        assertThat(content(posts.get(1)).has("caption")).isFalse();
        assertThat(posts.get(0).file().url()).contains("/file/");
    }

    @Test
    void each_document_of_an_album_has_its_own_text() throws IOException {
        String item = "<div class=\"" + CLASS + "one_media js-message_media\"><div class=\"media_supported_cont\">"
                + "<a class=\"" + CLASS + "document_wrap\" href=\"https://t.me/news/%d?single\"><div class=\"" + CLASS
                + "document_title\">%s</div></a>" + PreviewStandIn.text("%s") + "</div></div>";
        channel.post(item.formatted(1, "a.pdf", "first") + item.formatted(2, "b.pdf", "second"));
        List<PreviewPost> posts = read().posts();
        assertThat(posts.stream()
                        .map(post -> content(post).at("/caption/text").asText())
                        .toList())
                .containsExactly("first", "second");
    }

    @Test
    void an_unknown_part_is_counted_and_its_words_are_kept() throws IOException {
        channel.post("<div class=\"" + CLASS + "hologram\">Words of a hologram</div>");
        channel.post("<div class=\"message_media_not_supported_wrap\"><div class=\"message_media_not_supported_label\">"
                + "Please open Telegram to view this post</div></div>");
        channel.post(PreviewStandIn.text("usual") + PreviewStandIn.hidden());
        PreviewPage page = read();
        assertThat(page.unknown()).containsOnlyKeys(CLASS + "hologram", "message_media_not_supported_wrap");
        assertThat(content(page.posts().get(0)).toString()).contains("messageUnsupported", "Words of a hologram");
        assertThat(content(page.posts().get(1)).toString())
                .contains("messageUnsupported")
                .doesNotContain("Please open");
        assertThat(content(page.posts().get(2)).path("@type").asText()).isEqualTo("messageText");
    }

    @Test
    void a_post_that_cannot_be_read_is_on_the_page_nevertheless() throws IOException {
        channel.text("one");
        channel.text("two");
        String html = channel.page(Long.MAX_VALUE).replaceFirst("datetime=\"[^\"]*\"", "datetime=\"soon\"");
        PreviewPage page = PreviewPage.read(html, "news");
        assertThat(page.posts().stream().map(PreviewPost::id).toList()).containsExactly(1L, 2L);
        assertThat(page.posts().get(0).message()).isNull();
        assertThat(page.unknown()).containsOnlyKeys("post without a time");
    }

    @Test
    void posts_of_another_channel_are_left_out() throws IOException {
        channel.text("ours");
        String foreign = telegram.channel("other", 9, "Other").page(1);
        assertThat(PreviewPage.read(channel.page(Long.MAX_VALUE), "news").posts())
                .hasSize(1);
        assertThatThrownBy(() -> PreviewPage.read(channel.page(Long.MAX_VALUE), "else"))
                .hasMessageContaining("no post of the page is readable");
        assertThat(PreviewPage.read(foreign, "other").posts()).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "<html><body>Blocked by the proxy</body></html>",
                "<html><body><div class=\"tgme_channel_info\">"
            })
    void what_is_no_page_of_a_preview_is_refused(String html) {
        assertThatThrownBy(() -> PreviewPage.read(html, "news")).isInstanceOf(PreviewPage.UnreadableException.class);
    }

    @ParameterizedTest
    @CsvSource({
        "4.02K, 4020",
        "1.2M, 1200000",
        "12.5m, 12500000",
        "987, 987",
        "'1,234', 1234",
        "9B, 2147483647",
        "'', 0",
        "many, 0",
        "-5, 0"
    })
    void rounded_counts_are_read(String shown, int count) {
        assertThat(PreviewBlock.count(shown)).isEqualTo(count);
    }
}
