package routes.ingest.preview;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Base64;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jsoup.Jsoup;
import org.jsoup.nodes.Document;
import org.jsoup.nodes.Element;

/**
 * A page of the public preview of a channel.
 *
 * @param channelId the positive id without prefix; null if the page does not contain it
 * @param username without {@code @}, in the spelling of the page
 * @param posts all messages of the page, oldest first
 * @param unknown number of unknown parts, by class or element name
 */
public record PreviewPage(
        Long channelId, String username, String title, List<PreviewPost> posts, Map<String, Integer> unknown) {
    /** Maximum number of blocks per page; real pages have 20. */
    private static final int MAX_BLOCKS = 200;

    private static final int MAX_UNKNOWN = 20;
    /** The Bot API's form of an id is the negative sum of this number and the id. */
    private static final long BOT_API_OFFSET = 1_000_000_000_000L;

    private static final Pattern POST = Pattern.compile("(\\w{3,64})/(\\d{1,10})");
    private static final ObjectMapper JSON = new ObjectMapper();

    /** The response is not a preview page that this version can read. The message states the reason. */
    public static final class UnreadableException extends IOException {
        private static final long serialVersionUID = 1L;

        UnreadableException(String message) {
            super(message);
        }
    }

    /**
     * @param name the requested channel; blocks of other channels are counted and left out
     * @throws UnreadableException if the page is truncated, or if its markup is unknown
     */
    public static PreviewPage read(String html, String name) throws UnreadableException {
        if (!html.stripTrailing().endsWith("</html>")) {
            throw new UnreadableException("the preview page is truncated");
        }
        Document document = Jsoup.parse(html);
        Element header = document.selectFirst(".tgme_channel_info");
        List<Element> blocks = document.select(".tgme_widget_message_wrap");
        if (header == null && blocks.isEmpty()) {
            throw new UnreadableException(
                    "the page contains neither posts nor a channel header: Telegram may have changed it, or it was sent by a proxy");
        }
        Map<String, Integer> unknown = new TreeMap<>();
        List<PreviewPost> posts = new ArrayList<>();
        Set<Long> channels = new TreeSet<>();
        for (Element wrap : blocks.subList(0, Math.min(MAX_BLOCKS, blocks.size()))) {
            Element block = wrap.selectFirst(".tgme_widget_message[data-post]");
            Matcher post = block == null ? null : POST.matcher(block.attr("data-post"));
            if (block == null && wrap.selectFirst(".tme_no_messages_found") != null) {
                continue;
            } else if (post == null || !post.matches() || !post.group(1).equalsIgnoreCase(name)) {
                count(unknown, post == null ? "block" : "block of another channel");
                continue;
            }
            channelId(block.attr("data-view")).ifPresent(channels::add);
            posts.addAll(
                    new PreviewBlock(block, post.group(1), Long.parseLong(post.group(2)), part -> count(unknown, part))
                            .read());
        }
        if (posts.isEmpty() && !unknown.isEmpty()) {
            throw new UnreadableException("no post of the page is readable: Telegram may have changed its markup");
        } else if (channels.size() > 1) {
            throw new UnreadableException("the page contains posts of several channels: " + channels);
        }
        posts.sort(Comparator.comparingLong(PreviewPost::id));
        String title = PreviewText.plain(document.selectFirst(".tgme_channel_info_header_title"));
        String own = PreviewText.plain(document.selectFirst(".tgme_channel_info_header_username"))
                .replaceFirst("^@", "");
        return new PreviewPage(
                channels.stream().findFirst().orElse(null),
                own.equalsIgnoreCase(name) ? own : name,
                title.isEmpty() ? document.select("meta[property=og:title]").attr("content") : title,
                posts,
                unknown);
    }

    /** Counts an unknown part. The length and number of names are limited, because they come from the page. */
    private static void count(Map<String, Integer> unknown, String part) {
        if (unknown.containsKey(part) || unknown.size() < MAX_UNKNOWN) {
            unknown.merge(part.substring(0, Math.min(60, part.length())), 1, Integer::sum);
        }
    }

    /** Reads the channel id from a post's token for the view counter: Base64 of JSON whose field {@code c} is the negative id. */
    private static Optional<Long> channelId(String view) {
        try {
            JsonNode json = JSON.readTree(new String(Base64.getUrlDecoder().decode(view), UTF_8));
            long id = -json.path("c").asLong();
            return Optional.of(id > BOT_API_OFFSET ? id - BOT_API_OFFSET : id).filter(bare -> bare > 0);
        } catch (IllegalArgumentException | IOException e) {
            return Optional.empty();
        }
    }

    /**
     * Returns why a channel has no preview, as a message for readers.
     *
     * @param html the page to which Telegram redirects in this case
     */
    public static String refusal(String html, String name) {
        Document document = Jsoup.parse(html);
        String extra = PreviewText.plain(document.selectFirst(".tgme_page_extra"));
        if (document.selectFirst(".tgme_page_title") == null
                || (extra.isEmpty() && document.selectFirst(".tgme_page_photo") == null)) {
            return "Telegram has no channel @" + name;
        } else if (extra.toLowerCase(Locale.ROOT).contains("@" + name.toLowerCase(Locale.ROOT))) {
            return "@" + name + " is a user or a bot, not a channel";
        }
        return "@" + name
                + " has no public preview (groups and some channels do not have one); it can be read with a Telegram account";
    }
}
