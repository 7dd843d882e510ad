package routes.ingest.preview;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.io.OutputStream;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.Collections;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import routes.testing.WebServer;

/**
 * A server of public previews: pages of 20 blocks with the elements and classes that Telegram's pages have, without their styles and
 * scripts. It serves the files too.
 */
public final class PreviewStandIn implements AutoCloseable {
    private static final int PAGE = 20;
    private static final String CLASS = "tgme_widget_message_";

    private final WebServer server = new WebServer(this::answer);
    private final Map<String, Channel> channels = new ConcurrentHashMap<>();
    private final Map<String, byte[]> files = new ConcurrentHashMap<>();
    private final ConcurrentLinkedQueue<Fault> faults = new ConcurrentLinkedQueue<>();
    private volatile boolean validators;

    /** What happens to a request for a page instead of an answer. */
    @FunctionalInterface
    public interface Fault {
        void answer(String page, OutputStream out) throws Exception;
    }

    /** A channel with its posts, which tests change. */
    public final class Channel {
        private final String name;
        private final long id;
        private final String title;
        private final ConcurrentSkipListMap<Long, Block> blocks = new ConcurrentSkipListMap<>();
        private volatile Instant at = Instant.ofEpochSecond(1_790_000_000);
        private volatile boolean tellsId = true;
        private long last;

        private Channel(String name, long id, String title) {
            this.name = name;
            this.id = id;
            this.title = title;
        }

        /** The next posts are of this time, and each further one is a second later. */
        public Channel at(Instant time) {
            at = time;
            return this;
        }

        /** The pages do not tell the id any more. */
        public void hideId() {
            tellsId = false;
        }

        /** Telegram uses no number twice. */
        private long next() {
            return last + 1;
        }

        /** @param html the content of the bubble */
        public long post(String html) {
            long number = next();
            put(number, List.of(number), html);
            return number;
        }

        private void put(long number, List<Long> ids, String html) {
            blocks.put(number, new Block(ids, html, at, "", false));
            last = Collections.max(ids);
            at = at.plusSeconds(1);
        }

        public long text(String html) {
            return post(PreviewStandIn.text(html));
        }

        public long service(String words) {
            long number = next();
            blocks.put(number, new Block(List.of(number), PreviewStandIn.text(words), at, "", true));
            last = number;
            return number;
        }

        /** An album of photos; the page shows its text once. */
        public List<Long> album(String caption, byte[]... photos) {
            long first = next();
            List<Long> ids =
                    IntStream.range(0, photos.length).mapToObj(i -> first + i).toList();
            String items = ids.stream()
                    .map(number -> PreviewStandIn.this.photo(
                            "https://t.me/" + name + "/" + number + "?single", photos[(int) (number - first)]))
                    .collect(Collectors.joining());
            put(
                    first,
                    ids,
                    "<div class=\"media_supported_cont\"><div class=\"" + CLASS
                            + "one_media\"><div class=\"media_supported_cont\">"
                            + "<div class=\"" + CLASS + "grouped_wrap js-message_grouped_wrap\"><div class=\"" + CLASS
                            + "grouped\"><div class=\"" + CLASS + "grouped_layer\">" + items + "</div></div></div>"
                            + (caption.isEmpty() ? "" : PreviewStandIn.text(caption)) + "</div></div></div>"
                            + hidden());
            return ids;
        }

        public long photo(String caption, byte[] photo) {
            return post(PreviewStandIn.this.photo("https://t.me/" + name + "/" + next(), photo)
                    + (caption.isEmpty() ? "" : PreviewStandIn.text(caption)));
        }

        /** Another content, with the mark of an edit. */
        public void edit(long number, String html) {
            blocks.computeIfPresent(number, (key, old) -> new Block(old.ids, html, old.at, "edited &nbsp;", false));
        }

        public void editText(long number, String html) {
            edit(number, PreviewStandIn.text(html));
        }

        public void delete(long number) {
            blocks.remove(number);
        }

        public Set<Long> ids() {
            return blocks.values().stream()
                    .filter(block -> !block.service)
                    .flatMap(block -> block.ids.stream())
                    .collect(Collectors.toCollection(LinkedHashSet::new));
        }

        /** The page with the posts before this one. */
        public String page(long before) {
            List<Map.Entry<Long, Block>> shown =
                    new ArrayList<>(blocks.headMap(before).descendingMap().entrySet().stream()
                            .limit(PAGE)
                            .toList());
            Collections.reverse(shown);
            StringBuilder html = new StringBuilder("<!DOCTYPE html><html><head><meta property=\"og:title\" content=\""
                    + title
                    + "\"></head><body><header class=\"tgme_header\"></header><main><div class=\"tgme_channel_info\">"
                    + "<div class=\"tgme_channel_info_header_title\"><span dir=\"auto\">" + title + "</span></div>"
                    + "<div class=\"tgme_channel_info_header_username\"><a href=\"https://t.me/" + name + "\">@" + name
                    + "</a></div></div><section class=\"tgme_channel_history js-message_history\">");
            shown.forEach(block -> html.append(block.getValue().html(this, block.getKey())));
            return html + "</section></main></body></html>";
        }
    }

    private record Block(List<Long> ids, String html, Instant at, String meta, boolean service) {
        String html(Channel channel, long number) {
            String view = "{\"c\":-" + channel.id + ",\"p\":" + (ids.size() > 1 ? "\"" + number + "g\"" : number)
                    + ",\"t\":1790000000,\"h\":\"81b694a4aa70bf7601\"}";
            String attributes = channel.tellsId
                    ? " data-view=\"" + Base64.getUrlEncoder().withoutPadding().encodeToString(view.getBytes(UTF_8))
                            + "\""
                    : "";
            return "<div class=\"tgme_widget_message_wrap js-widget_message_wrap\"><div class=\"tgme_widget_message text_not_supported_wrap "
                    + (service ? "service_message " : "") + "js-widget_message\" data-post=\"" + channel.name + "/"
                    + number + "\""
                    + attributes + "><div class=\"" + CLASS + "user\"><a href=\"https://t.me/" + channel.name
                    + "\"><i class=\"" + CLASS
                    + "user_photo\"><img src=\"https://cdn.example/avatar.jpg\"></i></a></div>"
                    + "<div class=\"" + CLASS + "bubble\"><i class=\"" + CLASS + "bubble_tail\"></i><div class=\""
                    + CLASS
                    + "author accent_color\"><a class=\"" + CLASS + "owner_name\" href=\"https://t.me/" + channel.name
                    + "\"><span dir=\"auto\">" + channel.title + "</span></a></div>" + html
                    + "<div class=\"" + CLASS + "footer compact js-message_footer\"><div class=\"" + CLASS
                    + "info short js-message_info\"><span class=\"" + CLASS
                    + "views\">4.02K</span><span class=\"copyonly\"> views</span>"
                    + "<span class=\"" + CLASS + "meta\">" + meta + "<a class=\"" + CLASS
                    + "date\" href=\"https://t.me/" + channel.name
                    + "/" + number + "\"><time datetime=\""
                    + DateTimeFormatter.ISO_OFFSET_DATE_TIME
                            .format(at.atOffset(ZoneOffset.ofHours(0)))
                            .replace("Z", "+00:00")
                    + "\" class=\"time\">10:40</time></a></span></div></div></div></div></div>";
        }
    }

    public Channel channel(String name, long id, String title) {
        Channel channel = new Channel(name, id, title);
        channels.put(name.toLowerCase(Locale.ROOT), channel);
        return channel;
    }

    public String url() {
        return server.url("");
    }

    public static String text(String html) {
        return "<div class=\"" + CLASS + "text js-message_text\" dir=\"auto\">" + html + "</div>";
    }

    /** What browsers see that cannot show a post: it is in every post, and hidden. */
    public static String hidden() {
        return "<div class=\"media_not_supported_cont\"><div class=\"message_media_not_supported_wrap\"><div class=\"message_media_not_supported\">"
                + "<div class=\"message_media_not_supported_label\">Please open Telegram to view this post</div></div></div></div>";
    }

    /** The address of a file. */
    public String file(String name, byte[] bytes) {
        files.put("/file/" + name, bytes);
        return server.url("/file/" + name);
    }

    private String photo(String href, byte[] bytes) {
        String url = file("p" + Integer.toHexString(Arrays.hashCode(bytes)) + ".jpg", bytes);
        return "<a class=\"" + CLASS
                + "photo_wrap grouped_media_wrap blured js-message_photo\" style=\"left:0px;width:453px;"
                + "background-image:url('" + url + "')\" data-ratio=\"1.5\" href=\"" + href + "\"><div class=\"" + CLASS
                + "photo\" style=\"padding-top:66.6%\"></div></a>";
    }

    /** The next request for a page meets this fault. */
    public PreviewStandIn fault(Fault fault) {
        faults.add(fault);
        return this;
    }

    /** No further faults. */
    public void heal() {
        faults.clear();
    }

    /** Answers have an ETag, and unchanged pages are confirmed. */
    public PreviewStandIn validators() {
        validators = true;
        return this;
    }

    /** Paths of the requested pages. */
    public List<String> pages() {
        return server.pages().stream().filter(path -> path.startsWith("/s/")).toList();
    }

    public List<String> fileRequests() {
        return server.pages().stream().filter(path -> path.startsWith("/file/")).toList();
    }

    public int mostAtOnce() {
        return server.mostAtOnce();
    }

    private void answer(WebServer.Request request, OutputStream out) throws Exception {
        String path = request.path();
        if (path.startsWith("/file/")) {
            byte[] bytes = files.get(path);
            String type = path.endsWith(".mp4") ? "video/mp4" : "image/jpeg";
            WebServer.send(out, bytes == null ? 404 : 200, type, bytes == null ? new byte[0] : bytes);
            return;
        }
        String name = path.replaceFirst("^/(s/)?", "").replaceFirst("\\?.*", "").toLowerCase(Locale.ROOT);
        Channel channel = channels.get(name);
        if (path.startsWith("/s/") && channel == null) {
            WebServer.redirect(out, "/" + name);
        } else if (path.startsWith("/s/")) {
            String before = path.contains("before=") ? path.replaceFirst(".*before=", "") : "";
            String html = channel.page(before.isEmpty() ? Long.MAX_VALUE : Long.parseLong(before));
            Fault fault = faults.poll();
            if (fault != null) {
                fault.answer(html, out);
            } else {
                page(request, out, html);
            }
        } else {
            landing(out, name);
        }
    }

    private void page(WebServer.Request request, OutputStream out, String html) throws IOException {
        String tag = "\"" + Integer.toHexString(html.hashCode()) + "\"";
        if (validators && request.header("If-None-Match").equals(tag)) {
            WebServer.send(out, 304, "text/html", "");
        } else if (validators) {
            WebServer.send(out, 200, "text/html; charset=utf-8", html, "ETag: " + tag);
        } else {
            WebServer.html(out, html);
        }
    }

    /** A group, a person and an unknown name: their pages differ in their head only. */
    private static void landing(OutputStream out, String name) throws IOException {
        String head = name.startsWith("group")
                ? "<div class=\"tgme_page_title\"><span>A group</span></div><div class=\"tgme_page_extra\">1 234 members, 56 online</div>"
                : name.startsWith("person")
                        ? "<div class=\"tgme_page_title\"><span>Anna</span></div><div class=\"tgme_page_extra\">@"
                                + name + "</div>"
                        : "";
        WebServer.html(out, "<html><body><div class=\"tgme_page\">" + head + "</div></body></html>");
    }

    /** An answer with this status. */
    public static Fault status(int status, String... headers) {
        return (page, out) -> WebServer.send(out, status, "text/html", "<html><body>No</body></html>", headers);
    }

    /** The first part of the page, as if it were all of it. */
    public static Fault cut() {
        return (page, out) -> WebServer.html(out, page.substring(0, page.length() / 2));
    }

    /** The page without this post. */
    public static Fault without(String channel, long number) {
        return (page, out) -> WebServer.html(
                out,
                Arrays.stream(page.split("(?=<div class=\"tgme_widget_message_wrap )"))
                        .map(part -> part.contains("data-post=\"" + channel + "/" + number + "\"")
                                ? part.replaceFirst(
                                        "(?s)<div class=\"tgme_widget_message_wrap .*?</time></a></span></div></div></div></div></div>",
                                        "")
                                : part)
                        .collect(Collectors.joining()));
    }

    public static Fault slow(Duration time) {
        return (page, out) -> {
            WebServer.dawdle(time);
            WebServer.html(out, page);
        };
    }

    /** The page with other classes. */
    public static Fault changed() {
        return (page, out) -> WebServer.html(out, page.replace("tgme_", "new_"));
    }

    @Override
    public void close() throws IOException {
        server.close();
    }

    /** A picture, other bytes for each number. */
    public static byte[] picture(int number) {
        byte[] jpeg = new byte[64];
        jpeg[0] = (byte) 0xFF;
        jpeg[1] = (byte) 0xD8;
        jpeg[2] = (byte) 0xFF;
        jpeg[20] = (byte) number;
        jpeg[21] = (byte) (number >> 8);
        return jpeg;
    }
}
