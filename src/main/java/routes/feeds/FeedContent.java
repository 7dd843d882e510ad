package routes.feeds;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.rometools.rome.feed.WireFeed;
import com.rometools.rome.feed.atom.Content;
import com.rometools.rome.feed.atom.Entry;
import com.rometools.rome.feed.atom.Feed;
import com.rometools.rome.feed.atom.Link;
import com.rometools.rome.feed.atom.Person;
import com.rometools.rome.feed.rss.Channel;
import com.rometools.rome.feed.rss.Description;
import com.rometools.rome.feed.rss.Guid;
import com.rometools.rome.feed.synd.SyndPerson;
import com.rometools.rome.io.FeedException;
import com.rometools.rome.io.WireFeedOutput;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Date;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.springframework.stereotype.Component;
import org.springframework.web.util.HtmlUtils;
import routes.digests.DigestBody;
import routes.digests.DigestBody.Source;
import routes.digests.DigestTable;
import routes.digests.DigestTable.Digest;
import routes.events.Json;
import routes.feeds.Feeds.UserFeed;
import routes.search.HybridSearch.PostQuery;
import routes.search.QueryLanguage.UnclearQueryException;
import routes.search.ReaderSearch;

/** The content of a feed as Atom (RFC 4287), RSS 2.0 and JSON Feed 1.1. Markup in the texts of posts is escaped. */
@Component
public record FeedContent(DigestTable digests, ReaderSearch search) {
    private static final int DIGESTS = 20;
    private static final int POSTS = 30;
    private static final int MOST_TITLE = 120;
    private static final String TITLE = "Telegram Assistant";
    private static final ObjectMapper JSON = Json.newMapper();

    /**
     * @param isHtml whether {@code content} is HTML, generated here; otherwise it is plain text
     * @param author title of the channel; null for digests
     */
    private record Item(
            String id,
            String title,
            String link,
            Instant publishedAt,
            Instant updatedAt,
            String content,
            boolean isHtml,
            String author) {}

    /**
     * A feed document.
     *
     * @param updatedAt with a precision of one second
     */
    public record Sent(String text, Instant updatedAt) {}

    private record Items(String title, Instant updatedAt, List<Item> items) {}

    /**
     * @param self address of the feed, with its key
     * @param page address of the reader's page, with a trailing slash
     */
    public Sent atom(UserFeed feed, String self, String page) {
        Items items = items(feed, page);
        Feed atom = new Feed("atom_1.0");
        atom.setId("urn:uuid:" + feed.id());
        atom.setTitle(items.title());
        atom.setUpdated(Date.from(items.updatedAt()));
        atom.setOtherLinks(List.of(link("self", self, "application/atom+xml")));
        atom.setAlternateLinks(List.of(link("alternate", page, "text/html")));
        atom.setAuthors(authors(TITLE));
        atom.setEntries(items.items().stream().map(FeedContent::entry).toList());
        return written(feed, atom, items);
    }

    private static Sent written(UserFeed feed, WireFeed content, Items items) {
        try {
            return new Sent(new WireFeedOutput().outputString(content), items.updatedAt());
        } catch (FeedException e) {
            throw new IllegalStateException("Cannot write the feed " + feed.id(), e);
        }
    }

    private static Entry entry(Item item) {
        Entry entry = new Entry();
        entry.setId(item.id());
        entry.setTitle(item.title());
        entry.setPublished(Date.from(item.publishedAt()));
        entry.setUpdated(Date.from(item.updatedAt()));
        if (item.link() != null) {
            entry.setAlternateLinks(List.of(link("alternate", item.link(), "text/html")));
        }
        if (item.author() != null && !item.author().isBlank()) {
            entry.setAuthors(authors(item.author()));
        }
        Content content = new Content();
        content.setType(item.isHtml() ? "html" : "text");
        content.setValue(item.content());
        entry.setContents(List.of(content));
        return entry;
    }

    private static List<SyndPerson> authors(String name) {
        Person person = new Person();
        person.setName(name);
        return List.of(person);
    }

    private static Link link(String relation, String address, String type) {
        Link link = new Link();
        link.setRel(relation);
        link.setHref(address);
        link.setType(type);
        return link;
    }

    /**
     * Like {@link #atom}, for feed readers without Atom support. Descriptions in RSS are HTML, so text of posts is escaped.
     *
     * @param page address of the reader's page, with a trailing slash
     */
    public Sent rss(UserFeed feed, String page) {
        Items items = items(feed, page);
        Channel rss = new Channel("rss_2.0");
        rss.setTitle(items.title());
        rss.setLink(page);
        rss.setDescription(items.title());
        rss.setLastBuildDate(Date.from(items.updatedAt()));
        rss.setItems(items.items().stream().map(FeedContent::rssItem).toList());
        return written(feed, rss, items);
    }

    private static com.rometools.rome.feed.rss.Item rssItem(Item item) {
        var rss = new com.rometools.rome.feed.rss.Item();
        Guid id = new Guid();
        id.setValue(item.id());
        id.setPermaLink(false);
        rss.setGuid(id);
        rss.setTitle(item.title());
        rss.setLink(item.link());
        rss.setPubDate(Date.from(item.publishedAt()));
        Description description = new Description();
        description.setType("text/html");
        description.setValue(
                item.isHtml() ? item.content() : escaped(item.content()).replace("\n", "<br>\n"));
        rss.setDescription(description);
        return rss;
    }

    /** Like {@link #atom}. */
    public Sent json(UserFeed feed, String self, String page) {
        Items items = items(feed, page);
        ObjectNode json = JSON.createObjectNode()
                .put("version", "https://jsonfeed.org/version/1.1")
                .put("title", items.title())
                .put("home_page_url", page)
                .put("feed_url", self);
        ArrayNode list = json.putArray("items");
        items.items().forEach(item -> {
            ObjectNode one = list.addObject().put("id", item.id()).put("title", item.title());
            if (item.link() != null) {
                one.put("url", item.link());
            }
            one.put(item.isHtml() ? "content_html" : "content_text", item.content())
                    .put("date_published", item.publishedAt().toString())
                    .put("date_modified", item.updatedAt().toString());
            if (item.author() != null && !item.author().isBlank()) {
                one.putArray("authors").addObject().put("name", item.author());
            }
        });
        return new Sent(json.toString(), items.updatedAt());
    }

    private Items items(UserFeed feed, String page) {
        List<Item> items = feed.searchId() == null ? digests(feed, page) : posts(feed);
        Instant updated =
                items.stream().map(Item::updatedAt).max(Instant::compareTo).orElse(feed.createdAt());
        String title = feed.searchId() == null ? TITLE : TITLE + ": " + feed.name();
        return new Items(clean(title), updated.truncatedTo(ChronoUnit.SECONDS), items);
    }

    private List<Item> digests(UserFeed feed, String page) {
        return digests.list(feed.userId(), null, DIGESTS).stream()
                .filter(digest ->
                        digest.body() != null && !digest.body().groups().isEmpty())
                .map(digest -> item(digest, page + "?view=digest&digest=" + digest.id() + "&user=" + feed.userId()))
                .toList();
    }

    private static Item item(Digest digest, String link) {
        DigestBody body = digest.body();
        boolean isRussian = body.language().equals("ru");
        return new Item(
                id("digest:" + digest.id()),
                (isRussian ? "Дайджест за " : "Digest of ") + digest.digestDate(),
                link,
                digest.madeAt(),
                digest.madeAt(),
                clean(html(body)),
                true,
                null);
    }

    private static String html(DigestBody body) {
        Map<Integer, Source> sources =
                body.sources().stream().collect(Collectors.toMap(Source::n, Function.identity()));
        StringBuilder html = new StringBuilder();
        for (DigestBody.Group group : body.groups()) {
            if (group.topic() != null) {
                html.append("<h2>").append(escaped(group.topic())).append("</h2>\n");
            }
            html.append("<ul>\n");
            for (DigestBody.Item item : group.items()) {
                html.append("<li>");
                item.sentences().forEach(sentence -> html.append(escaped(sentence.text()))
                        .append(' '));
                List<String> links = new ArrayList<>();
                item.sources().forEach(n -> links.add(link(sources.get(n))));
                html.append('(').append(String.join(", ", links)).append(")</li>\n");
            }
            html.append("</ul>\n");
        }
        return html.toString();
    }

    private static String link(Source source) {
        boolean isPost = source.link() != null && source.link().startsWith("https://t.me/");
        String name = escaped(source.channel());
        return isPost ? "<a href=\"" + escaped(source.link()) + "\">" + name + "</a>" : name;
    }

    private static String escaped(String text) {
        return HtmlUtils.htmlEscape(text, StandardCharsets.UTF_8.name());
    }

    private List<Item> posts(UserFeed feed) {
        try {
            return search
                    .find(feed.tenantId(), feed.userId(), feed.query(), PostQuery.Order.DATE, POSTS)
                    .posts()
                    .stream()
                    .map(post -> new Item(
                            "urn:uuid:" + post.postId(),
                            clean(title(post.text(), post.channel())),
                            post.link(),
                            post.postedAt(),
                            post.changedAt(),
                            clean(post.text()),
                            false,
                            clean(post.channel())))
                    .toList();
        } catch (UnclearQueryException e) {
            // searches are validated when they are saved; the search syntax may have changed since then
            return List.of();
        }
    }

    private static String title(String text, String channel) {
        String line = text.lines()
                .filter(one -> !one.isBlank())
                .findFirst()
                .orElse(channel)
                .strip();
        return line.codePointCount(0, line.length()) <= MOST_TITLE
                ? line
                : line.substring(0, line.offsetByCodePoints(0, MOST_TITLE)) + "…";
    }

    private static String id(String name) {
        return "urn:uuid:" + UUID.nameUUIDFromBytes(name.getBytes(StandardCharsets.UTF_8));
    }

    /** Removes characters that XML 1.0 does not allow. */
    static String clean(String text) {
        return text.codePoints()
                .filter(c -> c == '\t'
                        || c == '\n'
                        || c == '\r'
                        || c >= 0x20 && c <= 0xD7FF
                        || c >= 0xE000 && c <= 0xFFFD
                        || c >= 0x10000)
                .collect(StringBuilder::new, StringBuilder::appendCodePoint, StringBuilder::append)
                .toString();
    }
}
