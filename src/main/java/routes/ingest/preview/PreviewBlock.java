package routes.ingest.preview;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.math.BigDecimal;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Consumer;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jsoup.nodes.Element;
import routes.ingest.preview.PreviewMedia.Content;
import routes.ingest.preview.PreviewPost.PreviewFile;

/** One block of a page: a message, or all members of an album. */
final class PreviewBlock {
    private static final String CLASS = "tgme_widget_message_";
    /** The quoted message, a linked page and avatars. Their texts and pictures do not belong to the post. */
    private static final String FOREIGN = ".tgme_widget_message_reply, .tgme_widget_message_reply_template,"
            + " .tgme_widget_message_link_preview, .tgme_widget_message_user";

    /** Layout elements, and parts that other methods read. */
    private static final Pattern KNOWN = Pattern.compile(
            "(?:" + CLASS
                    + "(?:bubble_tail|author|user|forwarded_from|reply|reply_template|footer|reactions|link_preview|inline_\\w+|info|meta|text"
                    + "|grouped_\\w+|grouped|one_media|error)|media_supported_cont|media_not_supported_cont|text_not_supported_wrap)");

    private static final Pattern OWN_LINK = Pattern.compile(".*/(\\d{1,10})(?:\\?.*)?");
    private static final Pattern LINK = Pattern.compile("(?:https?:)?//[^/]+/(?:s/)?(\\w{3,64})/(\\d{1,10})(?:\\?.*)?");
    private static final Pattern COUNT = Pattern.compile("(\\d{1,12}(?:\\.\\d{1,3})?)([KMB]?)");
    private static final Map<String, Integer> UNITS = Map.of("", 0, "K", 3, "M", 6, "B", 9);
    /** TDLib's message ids are the message numbers shifted left by this number of bits. */
    private static final int NUMBER_SHIFT = 20;

    private static final int MAX_MEMBERS = 20;
    private static final int MAX_WORDS = 4096;
    /** Placeholder id of a chat or a bot for which the page contains only the name. */
    private static final long UNKNOWN_ID = 1;

    private final Element block;
    private final Element bubble;
    private final String channel;
    private final long id;
    private final Consumer<String> unknown;

    /** @param unknown receives the names of unknown parts */
    PreviewBlock(Element block, String channel, long id, Consumer<String> unknown) {
        this.block = block;
        this.channel = channel;
        this.id = id;
        this.unknown = unknown;
        Element inner = block.selectFirst("." + CLASS + "bubble");
        bubble = inner == null ? block : inner;
    }

    /** The media and the text of a message. Either may be null. */
    private static final class Member {
        private Element media;
        private ObjectNode text;
    }

    List<PreviewPost> read() {
        Instant date = date();
        if (block.hasClass("service_message")) {
            return List.of(post(id, date, "messageCustomServiceAction", null, false));
        } else if (date == null) {
            unknown.accept("post without a time");
            return List.of(new PreviewPost(id, null, null, null, false, false, null, null));
        }
        TreeMap<Long, Member> members = new TreeMap<>();
        for (Element media : own(bubble.select(PreviewMedia.SELECTOR))) {
            if (members.size() < MAX_MEMBERS) {
                Member member = members.computeIfAbsent(idOf(media), key -> new Member());
                member.media = member.media == null ? media : member.media;
            }
        }
        if (members.isEmpty()) {
            members.put(id, new Member());
        }
        boolean moved = texts(members);
        Element strange = strange();
        List<PreviewPost> posts = new ArrayList<>();
        members.forEach((number, member) -> posts.add(post(number, date, members, member, strange, moved)));
        return posts;
    }

    /** Returns the elements that belong to the post itself. */
    private List<Element> own(List<Element> elements) {
        return elements.stream()
                .filter(element -> element.parents().stream()
                        .takeWhile(parent -> parent != bubble)
                        .noneMatch(parent -> parent.is(FOREIGN)
                                || parent.is(PreviewMedia.SELECTOR)
                                || parent.hasClass(CLASS + "text")))
                .filter(element -> !element.is(FOREIGN))
                .toList();
    }

    /** Returns the id of the message; members of an album have separate links. */
    private long idOf(Element media) {
        Element one = media.closest("." + CLASS + "one_media");
        Element link = media.hasAttr("href") && media.attr("href").contains("?single") ? media : null;
        if (link == null && one != null && one.selectFirst("." + CLASS + "grouped_wrap") == null) {
            link = one.selectFirst("a[href*=?single]");
        }
        Matcher number = OWN_LINK.matcher(link == null ? "" : link.attr("href"));
        return number.matches() ? Long.parseLong(number.group(1)) : id;
    }

    /** @return whether the text was assigned to the first member because the page does not show to which member it belongs */
    private boolean texts(TreeMap<Long, Member> members) {
        boolean moved = false;
        for (Element text : own(bubble.select("." + CLASS + "text"))) {
            Element one = text.closest("." + CLASS + "one_media");
            boolean whole = one == null || one.selectFirst("." + CLASS + "grouped_wrap") != null;
            Element media = whole ? null : one.selectFirst(PreviewMedia.SELECTOR);
            Member owner = media == null ? null : members.get(idOf(media));
            moved |= owner == null && members.size() > 1;
            owner = owner == null ? members.firstEntry().getValue() : owner;
            ObjectNode words = PreviewText.formatted(text, unknown);
            if (owner.text == null) {
                owner.text = words;
            } else if (!words.path("text").asText().isEmpty()) {
                unknown.accept("second text");
            }
        }
        return moved;
    }

    /** Returns the first unknown part; null if there is none. */
    private Element strange() {
        Element first = null;
        List<Element> open = new ArrayList<>(bubble.children());
        for (int i = 0; i < open.size(); i++) {
            Element part = open.get(i);
            if (part.is(".media_supported_cont, ." + CLASS + "one_media")) {
                open.addAll(part.children());
            } else if (!part.classNames().isEmpty()
                    && !part.is(PreviewMedia.SELECTOR)
                    && part.classNames().stream()
                            .noneMatch(name -> KNOWN.matcher(name).matches())) {
                unknown.accept(part.classNames().iterator().next());
                first = first == null ? part : first;
            }
        }
        return first;
    }

    private PreviewPost post(
            long number, Instant date, TreeMap<Long, Member> members, Member member, Element strange, boolean moved) {
        ObjectNode content = JsonNodeFactory.instance.objectNode();
        PreviewFile file = null;
        boolean blank = member.text == null || member.text.path("text").asText().isEmpty();
        if (member.media != null) {
            Content read = PreviewMedia.read(member.media);
            content = read.content();
            file = read.file();
            if (!blank) {
                content.set(
                        content.path("@type").asText().equals("messagePoll") ? "description" : "caption", member.text);
            }
        } else if (blank && strange != null) {
            // the text of unknown parts, such as later additions to the page, is kept
            String words = PreviewText.plain(strange);
            content.put("@type", "messageUnsupported")
                    .set("text", PreviewText.of(words.substring(0, Math.min(MAX_WORDS, words.length()))));
            if (strange.hasClass("message_media_not_supported_wrap")) {
                content.remove("text");
            }
        } else {
            content.put("@type", "messageText").set("text", blank ? PreviewText.of("") : member.text);
        }
        PreviewPost post = post(number, date, content.path("@type").asText(), file, moved);
        post.message().set("content", content);
        boolean first = number == members.firstKey();
        details(post.message(), first);
        if (members.size() > 1) {
            post.message().put("media_album_id", Long.toString(members.firstKey()));
        }
        return post;
    }

    private PreviewPost post(long number, Instant date, String type, PreviewFile file, boolean moved) {
        ObjectNode message = JsonNodeFactory.instance
                .objectNode()
                .put("@type", "message")
                .put("id", number << NUMBER_SHIFT)
                .put("date", date == null ? 0 : date.getEpochSecond());
        message.putObject("content").put("@type", type);
        Element meta = bubble.selectFirst("." + CLASS + "meta");
        boolean edited = meta != null && meta.ownText().codePoints().anyMatch(Character::isLetter);
        String forward = PreviewText.plain(first("." + CLASS + "forwarded_from_name"));
        String bot = PreviewText.plain(first("." + CLASS + "via_bot"));
        return new PreviewPost(
                number,
                date,
                message,
                file,
                edited,
                moved,
                forward.isEmpty() ? null : forward,
                bot.isEmpty() ? null : bot);
    }

    /** Returns the first matching element that is not part of a quoted message. */
    private Element first(String selector) {
        return own(bubble.select(selector)).stream().findFirst().orElse(null);
    }

    /** Returns the time of the post. The other times of a block are durations of its media. */
    private Instant date() {
        Element time = block.selectFirst("." + CLASS + "date time[datetime]");
        if (time == null) {
            time = own(bubble.select("time[datetime]")).stream().findFirst().orElse(null);
        }
        try {
            return time == null
                    ? null
                    : OffsetDateTime.parse(time.attr("datetime")).toInstant();
        } catch (DateTimeException e) {
            return null;
        }
    }

    private void details(ObjectNode message, boolean first) {
        message.put("author_signature", PreviewText.plain(bubble.selectFirst("." + CLASS + "from_author")));
        ObjectNode info = message.putObject("interaction_info");
        info.put("view_count", count(PreviewText.plain(bubble.selectFirst("." + CLASS + "views"))));
        if (first) {
            reactions(info.putObject("reactions").putArray("reactions"));
        }
        Element forward = first("." + CLASS + "forwarded_from_name");
        if (forward != null) {
            Matcher link = LINK.matcher(forward.attr("href"));
            message.putObject("forward_info")
                    .putObject("origin")
                    .put("@type", "messageOriginChannel")
                    .put("message_id", link.matches() ? Long.parseLong(link.group(2)) << NUMBER_SHIFT : 0);
        }
        if (first("." + CLASS + "via_bot") != null) {
            message.put("via_bot_user_id", UNKNOWN_ID);
        }
        Element reply = bubble.selectFirst("." + CLASS + "reply[href]");
        Matcher link = LINK.matcher(reply == null ? "" : reply.attr("href"));
        if (link.matches()) {
            message.putObject("reply_to")
                    .put("@type", "messageReplyToMessage")
                    .put("chat_id", link.group(1).equalsIgnoreCase(channel) ? 0 : UNKNOWN_ID)
                    .put("message_id", Long.parseLong(link.group(2)) << NUMBER_SHIFT);
        }
        ArrayNode buttons = message.putObject("reply_markup").putArray("rows").addArray();
        for (Element button : block.select("a." + CLASS + "inline_button[href~=^https?://]")) {
            Matcher own = LINK.matcher(button.attr("href"));
            // other buttons link to the post itself
            if (!own.matches()
                    || !own.group(1).equalsIgnoreCase(channel)
                    || !own.group(2).equals(Long.toString(id))) {
                buttons.addObject()
                        .putObject("type")
                        .put("@type", "inlineKeyboardButtonTypeUrl")
                        .put("url", button.attr("href"));
            }
        }
    }

    private void reactions(ArrayNode reactions) {
        for (Element reaction : block.select(".tgme_reaction")) {
            Element custom = reaction.selectFirst("tg-emoji[emoji-id]");
            Element emoji = reaction.selectFirst("b");
            ObjectNode type = reactions
                    .addObject()
                    .put("total_count", count(reaction.ownText().strip()))
                    .putObject("type");
            if (reaction.hasClass("tgme_reaction_paid")) {
                type.put("@type", "reactionTypePaid");
            } else if (custom != null) {
                type.put("@type", "reactionTypeCustomEmoji").put("custom_emoji_id", custom.attr("emoji-id"));
            } else {
                type.put("@type", "reactionTypeEmoji").put("emoji", emoji == null ? "" : emoji.text());
            }
        }
    }

    /** Parses a counter. {@code 4.02K} is 4020, because larger numbers are rounded. 0 if it is not a number. */
    static int count(String text) {
        Matcher count = COUNT.matcher(
                text.strip().replace(",", "").replace("\u00a0", "").toUpperCase(Locale.ROOT));
        if (!count.matches()) {
            return 0;
        }
        long number = new BigDecimal(count.group(1))
                .movePointRight(UNITS.get(count.group(2)))
                .longValue();
        return (int) Math.min(number, Integer.MAX_VALUE);
    }
}
