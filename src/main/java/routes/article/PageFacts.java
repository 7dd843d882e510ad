package routes.article;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.json.JsonReadFeature;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.time.DateTimeException;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.OffsetDateTime;
import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeFormatterBuilder;
import java.time.temporal.TemporalAccessor;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jsoup.Jsoup;
import org.jsoup.nodes.Document;
import org.jsoup.nodes.Element;
import org.jsoup.parser.Parser;
import routes.web.WebAddress;

/**
 * The metadata of a page from JSON-LD (schema.org), Open Graph and HTML elements, in this order. Any value can be missing or wrong.
 */
final class PageFacts {
    private static final int MAX_FIELD = 300;
    private static final int MAX_DATE = 80;
    private static final int MAX_JSON = 2_000_000;
    private static final int MAX_NODES = 2_000;
    private static final Set<String> ARTICLES = Set.of(
            ("Article NewsArticle BlogPosting TechArticle ReportageNewsArticle AnalysisNewsArticle OpinionNewsArticle "
                            + "ScholarlyArticle SocialMediaPosting DiscussionForumPosting LiveBlogPosting Report Review Recipe "
                            + "QAPage Question")
                    .split(" "));
    private static final Pattern DAY = Pattern.compile("(\\d{4})-(\\d{2})-(\\d{2})");
    private static final Pattern GERMAN_DAY = Pattern.compile("\\b(\\d{1,2})\\.(\\d{1,2})\\.(\\d{4})\\b");
    private static final Pattern DAY_IN_WORDS =
            Pattern.compile("\\d{1,2} \\p{L}{3,10}\\.? \\d{4}|\\p{L}{3,10}\\.? \\d{1,2}, \\d{4}");
    private static final List<DateTimeFormatter> IN_WORDS = Stream.of(
                    "d MMMM yyyy", "d MMM yyyy", "MMMM d, yyyy", "MMM d, yyyy")
            .flatMap(pattern -> Stream.of(Locale.ENGLISH, new Locale("ru")).map(locale -> new DateTimeFormatterBuilder()
                    .parseCaseInsensitive()
                    .appendPattern(pattern)
                    .toFormatter(locale)))
            .toList();
    /** Parses {@code 2026-11-28T10:00:00+03:00} and common variants, also with missing parts. */
    private static final DateTimeFormatter TIME = new DateTimeFormatterBuilder()
            .append(DateTimeFormatter.ISO_LOCAL_DATE)
            .appendPattern("['T'][' ']")
            .append(DateTimeFormatter.ISO_LOCAL_TIME)
            .appendPattern("[XXX][XX][X]")
            .toFormatter(Locale.ROOT);

    private static final ObjectMapper JSON = JsonMapper.builder()
            .enable(JsonReadFeature.ALLOW_UNESCAPED_CONTROL_CHARS)
            .enable(JsonReadFeature.ALLOW_TRAILING_COMMA)
            .disable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
            .build();

    private final Document page;
    private final WebAddress address;
    private final JsonNode article;
    private final Map<String, String> metas = new HashMap<>();

    PageFacts(Document page, WebAddress address) {
        this.page = page;
        this.address = address;
        this.article = linkedData();
        for (Element meta : page.select("meta[content]")) {
            for (String name : List.of("property", "name", "itemprop")) {
                metas.putIfAbsent(
                        meta.attr(name).toLowerCase(Locale.ROOT),
                        meta.attr("content").strip());
            }
        }
    }

    /** Returns the first article in the page's JSON-LD, or a missing node. */
    private JsonNode linkedData() {
        JsonNode best = JSON.missingNode();
        for (Element script : page.select("script[type*=ld+json]")) {
            String data = script.data().strip();
            if (data.length() > MAX_JSON) {
                continue;
            }
            for (JsonNode node : nodes(parsed(data))) {
                boolean isArticle = types(node).anyMatch(ARTICLES::contains);
                if (isArticle
                        && (best.isMissingNode()
                                || body(node).length() > body(best).length())) {
                    best = node;
                }
            }
        }
        return best;
    }

    private static JsonNode parsed(String data) {
        // some pages wrap the JSON as in XHTML
        String json = data.replaceFirst("^\\s*(?:<!--|//<!\\[CDATA\\[|<!\\[CDATA\\[)", "")
                .replaceFirst("(?:-->|//\\]\\]>|\\]\\]>)\\s*$", "");
        try {
            return JSON.readTree(json);
        } catch (JsonProcessingException e) {
            return JSON.missingNode();
        }
    }

    private static List<JsonNode> nodes(JsonNode root) {
        List<JsonNode> found = new ArrayList<>();
        Deque<JsonNode> open = new ArrayDeque<>(List.of(root));
        while (!open.isEmpty() && found.size() < MAX_NODES) {
            JsonNode node = open.removeFirst();
            if (node.isObject()) {
                found.add(node);
                Stream.of("@graph", "mainEntity", "mainEntityOfPage", "hasPart", "itemListElement")
                        .map(node::path)
                        .filter(JsonNode::isContainerNode)
                        .forEach(open::add);
            } else if (node.isArray()) {
                node.forEach(open::add);
            }
        }
        return found;
    }

    private static Stream<String> types(JsonNode node) {
        return texts(node.path("@type")).stream().map(type -> type.replaceFirst("^.*[/#:]", ""));
    }

    /** Returns a text, or the texts of a list. */
    private static List<String> texts(JsonNode node) {
        List<String> texts = new ArrayList<>();
        if (node.isTextual()) {
            texts.add(node.asText());
        }
        node.forEach(element -> {
            if (element.isTextual()) {
                texts.add(element.asText());
            }
        });
        return texts;
    }

    private static String body(JsonNode node) {
        return node.path("articleBody").asText("");
    }

    /** Returns the article text in the metadata, as plain text; empty if there is none. */
    String body() {
        String body = body(article);
        if (body.isEmpty()) {
            body = article.path("acceptedAnswer").path("text").asText("");
        }
        if (body.contains("</") || body.contains("<br") || body.contains("&nbsp;") || body.contains("&lt;")) {
            return body.contains("&lt;") && !body.contains("</") ? Parser.unescapeEntities(body, false) : body;
        }
        return Parser.unescapeEntities(body, false);
    }

    String title() {
        String heading = page.select("h1").stream()
                .map(element -> element.text().replaceFirst("[\\s¶#]+$", ""))
                .filter(text -> !text.isBlank())
                .findFirst()
                .orElse("");
        String given = first(
                field(article.path("headline")), meta("og:title"), meta("twitter:title"), field(article.path("name")));
        if (given.isEmpty()) {
            given = page.title();
            // the title consists of the heading and the name of the site
            if (heading.length() > 3 && given.toLowerCase(Locale.ROOT).contains(heading.toLowerCase(Locale.ROOT))) {
                return cut(heading);
            }
            String[] parts = given.split("\\s+[|—–•»·]\\s+|\\s+-\\s+(?=[^-]*$)");
            String longest = Stream.of(parts)
                    .max((a, b) -> Integer.compare(a.length(), b.length()))
                    .orElse("");
            return cut(first(longest, heading));
        }
        String site = site();
        if (!site.isEmpty()) {
            given = given.replaceFirst("\\s*[|—–•»·/:-]+\\s*" + Pattern.quote(site) + "\\s*$", "");
        }
        return cut(given);
    }

    String author() {
        Set<String> names = new LinkedHashSet<>();
        for (JsonNode person : list(article.path("author"))) {
            names.add(field(person.isTextual() ? person : person.path("name")));
        }
        if (names.stream().allMatch(String::isBlank)) {
            Stream.of("author", "article:author", "parsely-author", "dc.creator")
                    .map(this::meta)
                    .forEach(names::add);
        }
        names.removeIf(PageFacts::isNoName);
        if (names.isEmpty()) {
            page
                    .select(
                            "[itemprop=author] [itemprop=name], [itemprop=author], [rel=author], [class*=byline], [class*=author]")
                    .stream()
                    .map(Element::text)
                    .map(text -> text.replaceFirst("(?iU)^(?:by|от|автор(?:ы)?|текст)[:\\s]+", "")
                            .strip())
                    .filter(text -> !isNoName(text) && text.length() < 60)
                    .limit(1)
                    .forEach(names::add);
        }
        return cut(String.join(", ", names));
    }

    private static boolean isNoName(String name) {
        return name.isBlank() || name.startsWith("http") || name.startsWith("@") || name.equalsIgnoreCase("admin");
    }

    private static List<JsonNode> list(JsonNode node) {
        List<JsonNode> list = new ArrayList<>();
        if (node.isArray()) {
            node.forEach(list::add);
        } else if (!node.isMissingNode()) {
            list.add(node);
        }
        return list;
    }

    /** Returns the date in ISO 8601, as in {@link Article#published}. */
    String published() {
        Stream<String> given = Stream.of(
                article.path("datePublished").asText(""),
                meta("article:published_time"),
                meta("og:published_time"),
                meta("datepublished"),
                meta("pubdate"),
                meta("publishdate"),
                meta("parsely-pub-date"),
                meta("dc.date"),
                meta("date"),
                attribute("time[itemprop=datePublished]", "datetime"),
                attribute("[itemprop=datePublished]", "content"),
                attribute("time[pubdate], article time[datetime], time[datetime]", "datetime"),
                article.path("dateCreated").asText(""));
        return given.map(PageFacts::date)
                .filter(date -> !date.isEmpty())
                .findFirst()
                .orElseGet(() -> page.select("time, [class*=date], [class*=publish], [class*=posted]").stream()
                        .filter(element -> element.text().length() < MAX_DATE)
                        .map(element -> date(element.text()))
                        .filter(date -> !date.isEmpty())
                        .findFirst()
                        .orElse(""));
    }

    static String date(String text) {
        String value = text.strip();
        try {
            TemporalAccessor time = TIME.parseBest(value, OffsetDateTime::from, LocalDateTime::from);
            return time instanceof OffsetDateTime
                    ? time.toString()
                    : LocalDate.from(time).toString();
        } catch (DateTimeException e) {
            // the date without time is sufficient
        }
        Matcher day = DAY.matcher(value);
        Matcher german = GERMAN_DAY.matcher(value);
        try {
            if (day.find()) {
                return LocalDate.parse(day.group()).toString();
            }
            if (german.find()) {
                return LocalDate.of(number(german.group(3)), number(german.group(2)), number(german.group(1)))
                        .toString();
            }
            Matcher words = DAY_IN_WORDS.matcher(value);
            return words.find() ? inWords(words.group()) : "";
        } catch (DateTimeException e) {
            return "";
        }
    }

    private static String inWords(String day) {
        for (DateTimeFormatter format : IN_WORDS) {
            try {
                return LocalDate.parse(day, format).toString();
            } catch (DateTimeException e) {
                // the next pattern may match
            }
        }
        return "";
    }

    private static int number(String digits) {
        return Integer.parseInt(digits);
    }

    /** Returns the declared language; empty if the page declares none. */
    String language() {
        Element root = page.selectFirst("html");
        String given = first(
                root == null ? "" : first(root.attr("lang"), root.attr("xml:lang")),
                article.path("inLanguage").asText(""),
                meta("og:locale"),
                attribute("meta[http-equiv=content-language]", "content"));
        String code = given.strip().toLowerCase(Locale.ROOT).split("[-_,;]", 2)[0];
        return code.matches("[a-z]{2,3}") ? code : "";
    }

    String picture() {
        List<String> given = new ArrayList<>();
        given.add(meta("og:image"));
        for (JsonNode image : list(article.path("image"))) {
            given.add(image.isTextual() ? image.asText() : image.path("url").asText(""));
        }
        given.add(meta("twitter:image"));
        given.add(attribute("link[rel=image_src]", "href"));
        return given.stream()
                .filter(link -> !link.isBlank())
                .flatMap(link -> address.resolve(link).stream())
                .filter(link -> link.userInfo().isEmpty())
                .map(WebAddress::toString)
                .findFirst()
                .orElse("");
    }

    String site() {
        return cut(first(
                meta("og:site_name"),
                field(article.path("publisher").path("name")),
                meta("application-name"),
                address.host().replaceFirst("^www\\.", "")));
    }

    String description() {
        return first(meta("og:description"), meta("description"), field(article.path("description")));
    }

    private String meta(String name) {
        return metas.getOrDefault(name, "");
    }

    private String attribute(String query, String name) {
        return page.select(query).stream()
                .map(element -> element.attr(name).strip())
                .filter(value -> !value.isEmpty())
                .findFirst()
                .orElse("");
    }

    /** Returns a text field, which may contain entities or elements. */
    private static String field(JsonNode node) {
        String text = node.asText("");
        return text.indexOf('<') >= 0 || text.indexOf('&') >= 0
                ? Jsoup.parse(text).text()
                : text.strip();
    }

    private static String first(String... texts) {
        return Stream.of(texts).filter(text -> !text.isBlank()).findFirst().orElse("");
    }

    private static String cut(String text) {
        String line = text.replaceAll("\\s+", " ").strip();
        return line.length() > MAX_FIELD ? line.substring(0, MAX_FIELD) : line;
    }
}
