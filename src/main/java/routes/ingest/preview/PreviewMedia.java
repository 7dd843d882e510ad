package routes.ingest.preview;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.math.BigDecimal;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jsoup.nodes.Element;
import routes.ingest.preview.PreviewPost.PreviewFile;

/** The media, polls and locations of a message as the {@code content} of a TDLib message. */
final class PreviewMedia {
    private static final String CLASS = "tgme_widget_message_";
    static final String SELECTOR = Stream.of(
                    ("photo_wrap video_player roundvideo_player voice_player document_wrap sticker_wrap "
                                    + "poll location_wrap venue_wrap contact_wrap game")
                            .split(" "))
            .map(name -> "." + CLASS + name)
            .collect(Collectors.joining(", "));

    private static final Pattern PICTURE = Pattern.compile("background-image:\\s*url\\(['\"]?([^'\")\\s]+)['\"]?\\)");
    private static final Pattern RATIO = Pattern.compile("padding-top:\\s*([\\d.]{1,10})%");
    private static final Pattern POINT = Pattern.compile(
            ".*?[?&](?:q|ll|query)=(-?\\d{1,3}(?:\\.\\d{1,15})?)(?:,|%2C)(-?\\d{1,3}(?:\\.\\d{1,15})?).*");
    private static final Pattern PERCENT = Pattern.compile("(\\d{1,3})%.*");
    private static final int PERCENTS = 100;
    private static final String TOO_BIG =
            "the public preview does not contain this file because it is too big; see it in Telegram";

    /** @param file null if there is none */
    record Content(ObjectNode content, PreviewFile file) {}

    private final Element media;
    private final ObjectNode content = JsonNodeFactory.instance.objectNode();

    private PreviewMedia(Element media) {
        this.media = media;
    }

    static Content read(Element media) {
        return new PreviewMedia(media).read();
    }

    private Content read() {
        if (media.hasClass(CLASS + "photo_wrap")) {
            return photo();
        } else if (media.hasClass(CLASS + "video_player")) {
            Element video = playable();
            boolean animation = video != null
                    && video.hasAttr("loop")
                    && media.selectFirst(".message_video_play, .message_video_duration") == null;
            String kind = animation ? "animation" : "video";
            content.put("@type", animation ? "messageAnimation" : "messageVideo");
            return file(kind, kind, "video/mp4", url(video), ".message_video_duration");
        } else if (media.hasClass(CLASS + "roundvideo_player")) {
            content.put("@type", "messageVideoNote");
            return file("video_note", "video", "video/mp4", url(playable()), "." + CLASS + "roundvideo_duration");
        } else if (media.hasClass(CLASS + "voice_player")) {
            content.put("@type", "messageVoiceNote");
            String url = url(media.selectFirst("audio[src]"));
            return file("voice_note", "voice", "audio/ogg", url, "." + CLASS + "voice_duration");
        } else if (media.hasClass(CLASS + "document_wrap")) {
            return document();
        } else if (media.hasClass(CLASS + "sticker_wrap")) {
            return sticker();
        } else if (media.hasClass(CLASS + "poll")) {
            poll();
        } else if (media.hasClass(CLASS + "contact_wrap")) {
            content.put("@type", "messageContact")
                    .putObject("contact")
                    .put("first_name", words("contact_name"))
                    .put("phone_number", words("contact_phone"));
        } else if (media.hasClass(CLASS + "game")) {
            content.put("@type", "messageGame")
                    .putObject("game")
                    .put("title", words("game_title"))
                    .put("description", words("game_description"));
        } else {
            place();
        }
        return new Content(content, null);
    }

    private String words(String name) {
        return PreviewText.plain(media.selectFirst("." + CLASS + name));
    }

    /** Returns the video to play; some videos have a blurred copy as background. */
    private Element playable() {
        return media.selectFirst("video[src]:not(.blured)");
    }

    private static String url(Element player) {
        return player == null ? null : absolute(player.attr("src"));
    }

    /** Returns null for an address that is not http(s). */
    private static String absolute(String url) {
        String whole = url.startsWith("//") ? "https:" + url : url;
        return whole.matches("(?i)https?://.+") ? whole : null;
    }

    private static String picture(Element element) {
        Matcher url = PICTURE.matcher(element == null ? "" : element.attr("style"));
        return url.find() ? absolute(url.group(1)) : null;
    }

    private Content photo() {
        String url = picture(media);
        content.put("@type", "messagePhoto");
        ArrayNode sizes = content.putObject("photo").putArray("sizes");
        if (url != null) {
            sizes.addObject().putObject("photo").put("@type", "file");
        }
        return shown(url, "photo " + ratio());
    }

    /** @param url null if the page does not contain the file */
    private Content shown(String url, String shape) {
        return new Content(content, new PreviewFile(url, url == null ? TOO_BIG : null, shape));
    }

    private String ratio() {
        Matcher ratio = RATIO.matcher(media.outerHtml());
        return media.hasAttr("data-ratio") ? media.attr("data-ratio") : ratio.find() ? ratio.group(1) : "";
    }

    private Content file(String name, String field, String mime, String url, String duration) {
        ObjectNode described = content.putObject(name).put("mime_type", mime);
        if (url != null) {
            described.putObject(field).put("@type", "file");
        }
        return shown(url, name + " " + PreviewText.plain(media.selectFirst(duration)) + " " + ratio());
    }

    /** Reads a document. A track is a document with a different icon, and with the performer in place of the size. */
    private Content document() {
        String title = words("document_title");
        String extra = words("document_extra");
        boolean audio = media.selectFirst("." + CLASS + "document_icon.audio") != null;
        ObjectNode described = content.put("@type", audio ? "messageAudio" : "messageDocument")
                .putObject(audio ? "audio" : "document");
        if (audio) {
            described.put("title", title).put("performer", extra);
        } else {
            described.put("file_name", title);
        }
        String size = audio || extra.isEmpty() ? "" : " (" + extra + ")";
        return new Content(
                content,
                new PreviewFile(
                        null,
                        "the public preview does not contain files" + size + "; see it in Telegram",
                        "document " + title + " " + extra));
    }

    private Content sticker() {
        Element picture = media.selectFirst("." + CLASS + "sticker");
        Element animated = media.selectFirst("video[src], source[srcset], img[src]");
        String url = picture == null ? null : absolute(picture.attr("data-webp"));
        url = url == null ? picture(picture) : url;
        if (url == null && animated != null) {
            url = absolute(animated.hasAttr("srcset") ? animated.attr("srcset") : animated.attr("src"));
        }
        content.put("@type", "messageSticker");
        ObjectNode sticker = content.putObject("sticker").put("emoji", "");
        if (url != null) {
            sticker.putObject("sticker").put("@type", "file");
        }
        return shown(url, "sticker");
    }

    private void poll() {
        int voters = PreviewBlock.count(words("voters").replaceFirst("\\s.*", ""));
        content.put("@type", "messagePoll");
        ObjectNode poll = content.putObject("poll");
        poll.set("question", PreviewText.of(words("poll_question")));
        poll.put("total_voter_count", voters)
                .put("is_closed", words("poll_type").startsWith("Final"));
        ArrayNode options = poll.putArray("options");
        for (Element option : media.select("." + CLASS + "poll_option")) {
            Matcher percent =
                    PERCENT.matcher(PreviewText.plain(option.selectFirst("." + CLASS + "poll_option_percent")));
            int share = percent.matches() ? Integer.parseInt(percent.group(1)) : 0;
            ObjectNode one = options.addObject();
            one.set("text", PreviewText.of(PreviewText.plain(option.selectFirst("." + CLASS + "poll_option_text"))));
            one.put("voter_count", (int) Math.round((double) voters * share / PERCENTS));
        }
    }

    private void place() {
        String title = words("location_title");
        title = title.isEmpty() ? words("venue_title") : title;
        String address = words("location_address");
        Matcher point = POINT.matcher(media.attr("href"));
        content.put("@type", title.isEmpty() ? "messageLocation" : "messageVenue");
        ObjectNode place = title.isEmpty()
                ? content
                : content.putObject("venue")
                        .put("title", title)
                        .put("address", address.isEmpty() ? words("venue_address") : address);
        if (point.matches()) {
            place.putObject("location")
                    .put("latitude", new BigDecimal(point.group(1)))
                    .put("longitude", new BigDecimal(point.group(2)));
        }
    }
}
