package routes.api;

import java.awt.Color;
import java.awt.Graphics2D;
import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.sql.Timestamp;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import javax.imageio.ImageIO;
import org.springframework.jdbc.core.simple.JdbcClient;
import routes.embeddings.EmbeddingProvider;
import routes.posts.PostFeature;
import routes.vectorindex.VectorIndex;
import routes.vectorindex.VectorIndex.IndexedPoint;
import routes.vectorindex.VectorIndex.PostPayload;

/** A channel as a reader finds it after some work of the pipeline, read by user 1. */
final class ReaderFixtures {

    static final String HOSTILE =
            """
            <img src=x onerror="window.attacked=1"><script>window.attacked=1</script>
            javascript:window.attacked=1 и https://example.org/"onmouseover="window.attacked=1 и [ссылка](javascript:alert(1))
            <a href="javascript:window.attacked=1">нажми</a>""";

    private static final Instant NOON = Instant.parse("2026-01-31T12:00:00Z");
    private static final UUID TENANT = Fixtures.DEFAULT_TENANT;

    private final RunningApi api;
    private final Fixtures fixtures;
    private final JdbcClient jdbc;
    private final UUID channel;

    ReaderFixtures(RunningApi api) {
        this.api = api;
        this.fixtures = api.fixtures();
        this.jdbc = api.jdbc();
        this.channel = fixtures.channelOf(1);
    }

    UUID channel() {
        return channel;
    }

    /** Posts of the days before; without pictures. */
    void notes(int count) {
        for (int i = 0; i < count; i++) {
            UUID post = fixtures.post(
                    TENANT,
                    channel,
                    NOON.minusSeconds(86_400L * (i + 1)),
                    "Заметка %d\nО погоде и не только.".formatted(i));
            fixtures.tags(post, "погода");
        }
    }

    /** A post that arrives now. */
    void note(String text) {
        fixtures.tags(fixtures.post(TENANT, channel, Instant.now(), text), "погода");
    }

    /** Three posts with a picture each, the first with text; tagged, seen, crawled, and with a past. */
    UUID album() {
        String text = "Марсоход прислал снимки\nНа них кратер и следы колёс. Подробности: https://example.org/mars.";
        UUID first = fixtures.post(TENANT, channel, NOON, text);
        List<UUID> posts = List.of(
                first,
                fixtures.post(TENANT, channel, NOON.plusSeconds(1), ""),
                fixtures.post(TENANT, channel, NOON.plusSeconds(1), ""));
        long album = fixtures.album(TENANT, channel, posts, "{}");
        List<Color> colors = List.of(Color.ORANGE, Color.RED, Color.GRAY);
        for (int i = 0; i < posts.size(); i++) {
            String sha256 = fixtures.storedMedia(TENANT, posts.get(i), "image/png", picture(colors.get(i)));
            jdbc.sql("UPDATE media_group_items SET media_sha256 = ? WHERE group_id = ? AND post_id = ?")
                    .params(sha256, album, posts.get(i))
                    .update();
        }
        fixtures.tags(first, "марсоход", "кратер");
        UUID again = fixtures.post(TENANT, channel, NOON.minusSeconds(90L * 86_400), "Снова эта картинка");
        fixtures.storedMedia(TENANT, again, "image/png", picture(Color.ORANGE));
        jdbc.sql(
                        """
                        UPDATE post_enrichment SET data = data || '{"trigger": "initial", "model": "snapshot 7"}',
                            metadata = '{"rejected_tags": ["космос"]}' WHERE post_id = ?
                        """)
                .param(first)
                .update();
        fixtures.set(first, "telegram_post_url", "https://t.me/news/7");
        enrich(
                first,
                "vision",
                "{\"description\": \"Каменистая равнина\", \"labels\": [\"камни\"],"
                        + " \"classification\": {\"type\": \"photo\"}, \"ocr\": \"SOL 42\"}");
        enrich(
                first,
                "crawl",
                "{\"urls\": [{\"url\": \"https://example.org/mars\", \"status\": 200, \"title\": \"Mars\","
                        + " \"markdown\": \"# Mars\\n<b>red</b>\", \"word_count\": 1200, \"language\": \"en\"},"
                        + " {\"url\": \"javascript:window.attacked=1\", \"status\": 0, \"title\": \"no page\"}]}");
        fixtures.textOnImage(first, "SOL 42");
        stage(first, "ingest", "done", "stored", null);
        stage(first, "tagging", "retrying", "the model did not answer", "gigachat");
        stage(first, "tagging", "done", null, "local");
        stage(first, "crawl-trigger", "skipped", "no_trigger_tag", null);
        stage(first, "a-stage-of-an-integrator", "dead_lettered", "something else", null);
        index(first, text, List.of("марсоход", "кратер"));
        return first;
    }

    /** A post that tries to be more than text, in every place where text of it is shown. */
    UUID hostile() {
        UUID post = fixtures.post(TENANT, channel, NOON.plusSeconds(60), HOSTILE);
        fixtures.tags(post, "<img src=x onerror=window.attacked=1>");
        fixtures.set(post, "telegram_post_url", "javascript:window.attacked=1");
        fixtures.set(post, "edited_at", Timestamp.from(NOON.plusSeconds(90)));
        fixtures.storedMedia(
                TENANT,
                post,
                "image/svg+xml",
                "<svg xmlns='http://www.w3.org/2000/svg' onload='window.attacked=1'/>"
                        .getBytes(StandardCharsets.UTF_8));
        stage(post, "ingest", "done", "<b onclick=window.attacked=1>x</b>", null);
        index(post, HOSTILE, List.of());
        return post;
    }

    /** A post with formatting and all that Telegram shows beside it. */
    UUID formatted() {
        UUID answered = fixtures.post(TENANT, channel, NOON.minusSeconds(4000), "Загадка дня: ответ — эхо");
        fixtures.set(answered, "entities", Fixtures.jsonb("[{\"type\": \"spoiler\", \"offset\": 21, \"length\": 3}]"));
        String text =
                """
                Загадка: ответ ромашка, смотри
                код:
                def f(x):
                    return x
                и цитата
                раз
                два
                три
                четыре
                пять
                конец здесь #викторина @durov и \u202Eabc\u202C""";
        UUID post = fixtures.post(TENANT, channel, NOON.minusSeconds(3600), text);
        fixtures.tags(post, "ромашка", "загадка");
        List<String> entities = List.of(
                entity(text, "spoiler", "ромашка", ""),
                entity(text, "bold", "Загадка", ""),
                entity(text, "pre", "def f(x):\n    return x", ", \"language\": \"python\""),
                entity(text, "blockquote", "раз\nдва\nтри\nчетыре\nпять", ", \"collapsed\": true"),
                entity(text, "text_link", "здесь", ", \"url\": \"https://example.org/behind\""),
                entity(text, "hashtag", "#викторина", ""),
                entity(text, "mention", "@durov", ""));
        fixtures.set(post, "entities", Fixtures.jsonb(entities.toString()));
        fixtures.set(post, "forward_from_name", "Чужой канал");
        fixtures.set(post, "is_edited", true);
        fixtures.set(post, "views_count", 12_345);
        fixtures.set(post, "author_name", "Анна");
        fixtures.set(
                post,
                "reply_to_message_id",
                jdbc.sql("SELECT telegram_message_id FROM posts WHERE id = ?")
                        .param(answered)
                        .query(Long.class)
                        .single());
        fixtures.set(
                post,
                "details",
                Fixtures.jsonb(
                        """
                        {"topic": "Загадки", "quote": "Загадка дня",
                         "reactions": [{"type": "emoji", "emoji": "🔥", "count": 17}, {"type": "paid", "count": 2},
                                       {"type": "custom_emoji", "custom_emoji_id": "5", "count": 1}],
                         "media": [{"kind": "video", "name": "clip.mp4", "missing": "File not included"},
                                   {"kind": "photo", "missing": "file is not in the export folder"}]}
                        """));
        index(post, text, List.of("ромашка", "загадка"));
        return post;
    }

    private static String entity(String text, String type, String part, String more) {
        return "{\"type\": \"%s\", \"offset\": %d, \"length\": %d%s}"
                .formatted(type, text.indexOf(part), part.length(), more);
    }

    /**
     * A post whose links are in each state.
     *
     * @param picture address of a picture of the first article
     */
    UUID linked(String picture) {
        UUID post = fixtures.post(TENANT, channel, NOON.minusSeconds(5000), "Пять ссылок, и все разные");
        fixtures.tags(post, "ссылки");
        fixtures.setJson(
                post,
                "urls",
                "[\"" + Fixtures.LINK
                        + "\", \"https://gone.example/old\", \"https://slow.example/\", \"https://last.example/\","
                        + " \"https://other.example/dead\"]");
        fixtures.page(
                TENANT,
                post,
                """
                ## Что нашли

                Первый абзац с **жирным** словом и [ссылкой](https://example.org/further?utm_source=x).

                | Прибор | Вес |
                | --- | --- |
                | Камера | 2 кг |

                > Цитата

                ![Камера марсохода](%s)

                <script>window.attacked=1</script> <img src=x onerror="window.attacked=1">
                [нажми](javascript:window.attacked=1) [и сюда](data:text/html,<script>window.attacked=1</script>)
                ![x](javascript:window.attacked=1) <div style="position:fixed;inset:0" onclick="window.attacked=1">поверх</div>
                """
                        .formatted(picture),
                ", \"title\": \"Камера <b onclick=window.attacked=1>марсохода</b>\", \"site\": \"Журнал\", \"author\": \"Анна Котова\","
                        + " \"published_at\": \"2026-01-30\", \"language\": \"ru\", \"word_count\": 1200, \"excerpt\": \"Как она видит\"");
        jdbc.sql(
                        """
                        UPDATE post_enrichment SET data = jsonb_set(data, '{urls}', data -> 'urls' || '[
                            {"url": "https://gone.example/old", "title": "Её уже нет", "markdown": "Текст остался", "word_count": 2,
                             "fetched_at": "2025-12-24T10:00:00Z", "failure": "http_404", "failed_at": "2026-01-31T10:00:00Z"},
                            {"url": "https://slow.example/", "reason": "timeout", "fetched_at": "2026-01-31T10:00:00Z"},
                            {"url": "https://other.example/dead", "reason": "http_410", "fetched_at": "2026-01-31T10:00:00Z"}]')
                        WHERE post_id = ? AND kind = 'crawl'
                        """)
                .param(post)
                .update();
        return post;
    }

    /** A post with a page of which only the title is known, so that it shares no stored article with other posts. */
    UUID oneLink() {
        UUID post = fixtures.post(TENANT, channel, NOON.minusSeconds(5100), "Одна ссылка");
        fixtures.setJson(post, "urls", "[\"" + Fixtures.LINK + "\"]");
        fixtures.page(TENANT, post, null, ", \"title\": \"Старый заголовок\"");
        return post;
    }

    UUID poll() {
        UUID post = fixtures.post(TENANT, channel, NOON.minusSeconds(7200), "");
        fixtures.set(post, "attachment_text", "Чай или кофе?\nЧай\nКофе");
        fixtures.set(
                post,
                "details",
                Fixtures.jsonb(
                        """
                        {"poll": {"question": "Чай или кофе?", "closed": true, "total_voters": 4, "options": [
                            {"text": "Чай", "voters": 1, "chosen": false}, {"text": "Кофе", "voters": 3, "chosen": true}]}}
                        """));
        return post;
    }

    UUID file() {
        UUID post = fixtures.post(TENANT, channel, NOON.minusSeconds(7300), "");
        fixtures.set(post, "attachment_text", "отчёт.pdf");
        fixtures.set(
                post,
                "details",
                Fixtures.jsonb(
                        "{\"media\": [{\"kind\": \"document\", \"name\": \"отчёт.pdf\", \"missing\": \"File exceeds"
                                + " maximum size\"}]}"));
        return post;
    }

    /** Posts that one word finds, each with a picture, one a minute. */
    void findable(int count) {
        List<IndexedPoint> points = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            String text = "Маяк на берегу, запись %d\n%s".formatted(i, "Ветер и волны. ".repeat(30));
            Instant time = NOON.minusSeconds(400L * 86_400 - 60L * i);
            UUID post = fixtures.post(TENANT, channel, time, text);
            fixtures.tags(post, "море");
            fixtures.storedMedia(TENANT, post, "image/png", picture(new Color(i, 120, 200)));
            points.add(point(post, text, List.of("море"), time));
        }
        api.bean(VectorIndex.class).upsertAll(points);
    }

    UUID failed() {
        UUID post = fixtures.post(TENANT, channel, NOON.plusSeconds(30), "Этот пост никто не разметил");
        fixtures.set(post, "tagging_status", "failed");
        fixtures.set(post, "tagging_attempts", 5);
        fixtures.set(post, "tagging_error", "gigachat: HTTP 500");
        return post;
    }

    UUID runningImport() {
        UUID job = fixtures.importJob(
                TENANT, 1, "running", "[{\"name\": \"photo.jpg\", \"reason\": \"not in the export\"}]");
        jdbc.sql("UPDATE imports SET bytes_total = 1000, bytes_done = 400, posts_total = 50, posts_done = 20"
                        + " WHERE id = ?")
                .param(job)
                .update();
        return job;
    }

    private void enrich(UUID post, String kind, String data) {
        jdbc.sql("INSERT INTO post_enrichment (post_id, kind, provider, data) VALUES (?, ?, 'local', ?::jsonb)")
                .params(post, kind, data)
                .update();
    }

    private void stage(UUID post, String stage, String outcome, String reason, String provider) {
        jdbc.sql(
                        """
                        INSERT INTO post_timeline (post_id, stage, outcome, reason, provider, entry_id, delivery, started_at, duration_ms)
                        VALUES (?, ?, ?, ?, ?, '1-0', 1, now(), 12)
                        """)
                .params(post, stage, outcome, reason, provider)
                .update();
    }

    private void index(UUID post, String text, List<String> tags) {
        api.bean(VectorIndex.class).upsert(point(post, text, tags, NOON));
    }

    private IndexedPoint point(UUID post, String text, List<String> tags, Instant time) {
        Set<String> has = jdbc.sql("SELECT unnest(" + PostFeature.CODES + ") FROM posts p WHERE p.id = ?")
                .param(post)
                .query(String.class)
                .set();
        var payload = new PostPayload(post, TENANT, channel, 1, tags, time, null, null, text, false, null, false, has);
        float[] vector = api.bean(EmbeddingProvider.class).embed(List.of(text)).get(0);
        return new IndexedPoint(payload, vector, text, 1, "hash");
    }

    static byte[] picture(Color color) {
        var image = new BufferedImage(320, 240, BufferedImage.TYPE_INT_RGB);
        Graphics2D graphics = image.createGraphics();
        graphics.setColor(color);
        graphics.fillRect(0, 0, 320, 240);
        graphics.dispose();
        var bytes = new ByteArrayOutputStream();
        try {
            ImageIO.write(image, "png", bytes);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return bytes.toByteArray();
    }
}
