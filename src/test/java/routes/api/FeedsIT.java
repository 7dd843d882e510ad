package routes.api;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.rometools.rome.feed.synd.SyndEntry;
import com.rometools.rome.feed.synd.SyndFeed;
import com.rometools.rome.io.SyndFeedInput;
import java.io.StringReader;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import routes.api.access.NewApiKey;
import routes.digests.DigestBody;
import routes.digests.DigestBody.Group;
import routes.digests.DigestBody.Item;
import routes.digests.DigestBody.Sentence;
import routes.digests.DigestBody.Source;
import routes.digests.DigestsOfTests;
import routes.vectorindex.VectorIndex;
import routes.vectorindex.VectorIndex.IndexedPoint;
import routes.vectorindex.VectorIndex.PostPayload;

/** Feeds, read as feed readers do: without an API key. */
class FeedsIT {
    private static final UUID TENANT = UUID.fromString("7e4a0000-0000-4000-8000-0000000000f1");
    private static final NewApiKey OPERATOR = NewApiKey.make("operator", TENANT.toString(), "operator");
    private static final NewApiKey FOREIGN = NewApiKey.make("foreign", "others", "operator");

    @RegisterExtension
    static final RunningApi api = new RunningApi()
            .with("api.keys", OPERATOR.entry() + "," + FOREIGN.entry())
            .with("telegram.bot.token", "1:AAE-feeds_do_not_need_it_01");

    private final HttpClient http =
            HttpClient.newBuilder().connectTimeout(Duration.ofSeconds(10)).build();
    private final ApiClient client = api.client(OPERATOR.key());
    private final Fixtures fixtures = api.fixtures();
    private long user;
    private UUID channel;
    private UUID post;

    @BeforeEach
    void aReader() {
        api.jdbc()
                .sql("INSERT INTO tenants (id, name) VALUES (?, 'feeds') ON CONFLICT DO NOTHING")
                .param(TENANT)
                .update();
        user = fixtures.user(TENANT);
        channel = fixtures.channelOf(user);
        post = post("Телескоп <script>alert(1)</script> & \u0001\u000b]]> увидел «галактику»");
    }

    private UUID post(String text) {
        UUID id = fixtures.post(TENANT, channel, Instant.parse("2026-01-31T12:00:00Z"), text);
        api.bean(VectorIndex.class)
                .upsert(new IndexedPoint(
                        new PostPayload(
                                id,
                                TENANT,
                                channel,
                                number(id),
                                List.of(),
                                Instant.parse("2026-01-31T12:00:00Z"),
                                null,
                                null,
                                "",
                                false,
                                null,
                                false,
                                Set.of()),
                        new float[0],
                        text,
                        1,
                        ""));
        return id;
    }

    private long number(UUID id) {
        return api.jdbc()
                .sql("SELECT number FROM posts WHERE id = ?")
                .param(id)
                .query(Long.class)
                .single();
    }

    private long digest(String sentence) {
        DigestBody body = DigestsOfTests.body(
                "ru",
                List.of(new Group(
                        "космос & <b>",
                        List.of(new Item(
                                List.of(new Sentence(sentence, List.of(1), "words")), List.of(1), List.of())))),
                List.of(new Source(
                        1,
                        post,
                        number(post),
                        channel,
                        "Новости <i>",
                        "https://t.me/news/1",
                        Instant.parse("2026-01-31T12:00:00Z"),
                        5)));
        return DigestsOfTests.ready(api.jdbc(), user, body, Instant.parse("2026-01-31T13:00:00.750Z"));
    }

    private JsonNode make(String body) {
        ApiClient.Answer made = client.post("/users/" + user + "/feeds", body);
        assertThat(made.status()).isEqualTo(201);
        return made.json();
    }

    private HttpResponse<String> read(String url, String... headers) throws Exception {
        HttpRequest.Builder request = HttpRequest.newBuilder(URI.create(url)).timeout(Duration.ofSeconds(30));
        if (headers.length > 0) {
            request.headers(headers);
        }
        return http.send(request.build(), HttpResponse.BodyHandlers.ofString());
    }

    private static SyndFeed atom(String xml) throws Exception {
        return new SyndFeedInput().build(new StringReader(xml));
    }

    @Test
    void digests_are_an_atom_feed_that_rome_reads_back() throws Exception {
        long digest = digest("Аппарат <img src=x onerror=alert(1)> сел на Луну.\u0002");
        String url = make("{}").path("atom_url").asText();

        HttpResponse<String> answer = read(url);

        assertThat(answer.statusCode()).isEqualTo(200);
        assertThat(answer.headers().firstValue("Content-Type")).hasValue("application/atom+xml");
        SyndFeed feed = atom(answer.body());
        assertThat(feed.getFeedType()).isEqualTo("atom_1.0");
        assertThat(feed.getLinks())
                .filteredOn(link -> link.getRel().equals("self"))
                .singleElement()
                .extracting(link -> link.getHref())
                .isEqualTo(url);
        assertThat(feed.getEntries()).singleElement().satisfies(entry -> {
            assertThat(entry.getTitle()).isEqualTo("Дайджест за 2026-01-31");
            assertThat(entry.getLink()).contains("digest=" + digest);
            assertThat(entry.getUri()).startsWith("urn:uuid:");
            assertThat(entry.getPublishedDate().toInstant()).isEqualTo(Instant.parse("2026-01-31T13:00:00Z"));
            String html = entry.getContents().get(0).getValue();
            assertThat(html)
                    .contains(
                            "<h2>космос &amp; &lt;b&gt;</h2>",
                            "Аппарат &lt;img src=x",
                            "<a href=\"https://t.me/news/1\">Новости &lt;i&gt;</a>")
                    .doesNotContain("<img", "\u0002");
        });
    }

    @Test
    void a_saved_search_is_a_feed_of_its_posts_whose_markup_stays_text() throws Exception {
        UUID search = UUID.fromString(
                client.post("/users/" + user + "/searches", "{\"name\": \"Космос & <b>\", \"query\": \"телескопы\"}")
                        .text("id"));
        post("О другом, без того слова.");
        JsonNode made = make("{\"search_id\": \"" + search + "\"}");
        assertThat(made.path("kind").asText()).isEqualTo("search");

        SyndFeed feed = atom(read(made.path("atom_url").asText()).body());
        JsonNode json =
                new ObjectMapper().readTree(read(made.path("json_url").asText()).body());

        assertThat(feed.getTitle()).contains("Космос & <b>");
        SyndEntry entry = feed.getEntries().get(0);
        assertThat(feed.getEntries()).hasSize(1);
        assertThat(entry.getContents().get(0).getType()).isEqualTo("text");
        assertThat(entry.getContents().get(0).getValue())
                .isEqualTo("Телескоп <script>alert(1)</script> & ]]> увидел «галактику»");
        assertThat(json.path("version").asText()).isEqualTo("https://jsonfeed.org/version/1.1");
        assertThat(json.path("feed_url").asText())
                .isEqualTo(made.path("json_url").asText());
        assertThat(json.path("items")).hasSize(1);
        assertThat(json.at("/items/0/content_text").asText()).contains("<script>");
        assertThat(json.at("/items/0/content_html").isMissingNode()).isTrue();
        assertThat(json.at("/items/0/id").asText()).isEqualTo(entry.getUri());
    }

    @Test
    void every_form_of_a_feed_is_well_formed_and_has_the_same_entries_with_the_same_ids_each_time() throws Exception {
        digest("Аппарат <img src=x onerror=alert(1)> сел & «улетел» ]]>\u0002.");
        digest("Вторая 👩‍👩‍👧 новость.");
        UUID search = UUID.fromString(
                client.post("/users/" + user + "/searches", "{\"name\": \"Телескоп\", \"query\": \"телескопы\"}")
                        .text("id"));
        for (String wanted : List.of("{}", "{\"search_id\": \"" + search + "\"}")) {
            JsonNode made = make(wanted);
            HttpResponse<String> rss = read(made.path("rss_url").asText());
            SyndFeed asRss = atom(rss.body());
            SyndFeed asAtom = atom(read(made.path("atom_url").asText()).body());
            JsonNode asJson = new ObjectMapper()
                    .readTree(read(made.path("json_url").asText()).body())
                    .path("items");

            assertThat(rss.headers().firstValue("Content-Type")).hasValue("application/rss+xml");
            assertThat(asRss.getFeedType()).isEqualTo("rss_2.0");
            assertThat(asRss.getTitle()).isEqualTo(asAtom.getTitle());
            assertThat(asRss.getEntries()).hasSameSizeAs(asAtom.getEntries()).isNotEmpty();
            assertThat(asJson).hasSameSizeAs(asAtom.getEntries());
            for (int i = 0; i < asJson.size(); i++) {
                SyndEntry entry = asRss.getEntries().get(i);
                SyndEntry other = asAtom.getEntries().get(i);
                assertThat(List.of(entry.getUri(), asJson.get(i).path("id").asText()))
                        .containsOnly(other.getUri());
                assertThat(entry.getLink()).isEqualTo(other.getLink());
                assertThat(entry.getPublishedDate()).isEqualTo(other.getPublishedDate());
                assertThat(Instant.parse(asJson.get(i).path("date_published").asText())
                                .truncatedTo(ChronoUnit.SECONDS))
                        .isEqualTo(other.getPublishedDate().toInstant());
                assertThat(entry.getDescription().getValue()).isNotBlank().doesNotContain("<img", "<script", "\u0002");
            }
            assertThat(atom(read(made.path("rss_url").asText()).body()).getEntries())
                    .extracting(SyndEntry::getUri)
                    .isEqualTo(
                            asAtom.getEntries().stream().map(SyndEntry::getUri).toList());
        }
    }

    @Test
    void what_has_not_changed_is_not_sent_again() throws Exception {
        digest("Первая новость.");
        String url = make("{}").path("atom_url").asText();
        HttpResponse<String> first = read(url);
        String tag = first.headers().firstValue("ETag").orElseThrow();
        String time = first.headers().firstValue("Last-Modified").orElseThrow();
        assertThat(time).isEqualTo("Sat, 31 Jan 2026 13:00:00 GMT");

        assertThat(read(url, "If-None-Match", tag).statusCode()).isEqualTo(304);
        assertThat(read(url, "If-Modified-Since", time).statusCode()).isEqualTo(304);
        api.jdbc()
                .sql("UPDATE posts SET is_deleted = true WHERE id = ?")
                .param(post)
                .update();
        HttpResponse<String> changed = read(url, "If-None-Match", tag);
        assertThat(changed.statusCode()).isEqualTo(200);
        assertThat(atom(changed.body()).getEntries())
                .as("a deleted post is told no more")
                .isEmpty();
    }

    @Test
    void a_key_opens_its_feed_alone_and_is_not_told_again() throws Exception {
        JsonNode made = make("{}");
        String url = made.path("atom_url").asText();
        String key = url.replaceAll(".*/feeds/([^/]+)/.*", "$1");
        assertThat(read(url).statusCode()).isEqualTo(200);

        assertThat(client.get("/users/" + user + "/feeds").http().body())
                .doesNotContain(key)
                .contains(made.path("id").asText());
        assertThat(api.jdbc()
                        .sql("SELECT feeds::text FROM feeds")
                        .query(String.class)
                        .list())
                .noneMatch(row -> row.contains(key));
        assertThat(api.client(key).get("/users/" + user).status())
                .as("no API key")
                .isEqualTo(401);
        for (String wrong :
                List.of("x", "a".repeat(43), OPERATOR.key(), made.path("id").asText())) {
            HttpResponse<String> answer = read(url.replace(key, wrong));
            assertThat(answer.statusCode()).isEqualTo(404);
            assertThat(answer.headers().firstValue("Content-Type")).hasValue("application/problem+json");
        }
        assertThat(read(url.replace("atom.xml", "other.xml")).statusCode()).isEqualTo(404);

        String path = "/users/" + user + "/feeds/" + made.path("id").asText();
        assertThat(api.client(FOREIGN.key()).delete(path).status()).isEqualTo(404);
        assertThat(client.delete(path).status()).isEqualTo(204);
        assertThat(read(url).statusCode()).isEqualTo(404);
    }

    @Test
    void a_search_of_another_user_is_no_feed() {
        UUID foreign = fixtures.savedSearch(fixtures.user(TENANT));

        assertThat(client.post("/users/" + user + "/feeds", "{\"search_id\": \"" + foreign + "\"}")
                        .status())
                .isEqualTo(409);
    }

    @Test
    void a_feed_that_is_read_too_often_is_refused_for_a_minute() throws Exception {
        String url = make("{}").path("json_url").asText();
        HttpResponse<String> answer = read(url);
        for (int i = 0; i < 200 && answer.statusCode() == 200; i++) {
            answer = read(url);
        }

        assertThat(answer.statusCode()).isEqualTo(429);
        assertThat(answer.headers().firstValue("Retry-After")).hasValue("60");
    }

    @Test
    void a_code_links_the_chat_of_a_user() {
        String path = "/users/" + user + "/telegram_link";
        assertThat(client.get(path).json().path("state").asText()).isEqualTo("none");

        ApiClient.Answer code = client.post(path);

        assertThat(code.status()).isEqualTo(201);
        assertThat(client.get(path).json().path("state").asText()).isEqualTo("pending");
        assertThat(client.get(path).http().body()).doesNotContain(code.text("code"));
        assertThat(api.jdbc()
                        .sql("SELECT telegram_link_codes::text FROM telegram_link_codes")
                        .query(String.class)
                        .list())
                .noneMatch(row -> row.contains(code.text("code")));
        assertThat(client.delete(path).status()).isEqualTo(204);
        assertThat(client.get(path).json().path("state").asText()).isEqualTo("none");
    }
}
