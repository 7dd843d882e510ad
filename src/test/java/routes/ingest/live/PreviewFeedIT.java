package routes.ingest.live;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static routes.ingest.preview.PreviewStandIn.picture;

import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.TreeSet;
import java.util.UUID;
import java.util.function.BooleanSupplier;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.springframework.jdbc.core.simple.JdbcClient;
import routes.ingest.preview.PreviewStandIn;
import routes.redis.RedisLink;
import routes.tdlib.Tdlib;
import routes.tdlib.standin.Contents;
import routes.tdlib.standin.TelegramStandIn;
import routes.testing.EmbeddedDatabase;
import routes.testing.EmbeddedRedis;
import routes.testing.WebServer;

/** Channels are read from their previews through the routes of the product, from a stand-in server into a real database. */
@Timeout(300)
class PreviewFeedIT {
    private static final long ID = 1_234_567_890L;
    private static final Duration TIME = LiveProcess.TIME;

    @RegisterExtension
    static final EmbeddedDatabase DATABASE = new EmbeddedDatabase();

    @RegisterExtension
    static final EmbeddedRedis REDIS = new EmbeddedRedis();

    @TempDir
    Path folder;

    private final PreviewStandIn previews = new PreviewStandIn();
    private final PreviewStandIn.Channel channel = previews.channel("news", ID, "News");
    private final TelegramStandIn telegram =
            new TelegramStandIn().user(LiveProcess.PHONE, LiveProcess.CODE, "", "Anna");
    private final Tdlib tdlib = new Tdlib(telegram, Duration.ZERO);
    private final List<LiveProcess> processes = new ArrayList<>();
    private RedisLink redis;
    private JdbcClient jdbc;

    @BeforeEach
    void emptyStores() {
        REDIS.commands().flushall();
        redis = new RedisLink(REDIS.newClient(), Duration.ofSeconds(10));
        jdbc = DATABASE.jdbc();
        jdbc.sql("TRUNCATE posts, media_objects, media_groups, channels, outbox, imports, telegram_files,"
                        + " telegram_accounts CASCADE")
                .update();
    }

    @AfterEach
    void close() throws Exception {
        for (LiveProcess process : processes) {
            process.close();
        }
        previews.close();
        redis.close();
    }

    private LiveProcess start(ParserProperties parser, Duration requestDelay) throws Exception {
        return start(parser, requestDelay, LiveProcess.FETCH_TIMEOUT, () -> false);
    }

    private LiveProcess start(ParserProperties parser, Duration requestDelay, Duration timeout, BooleanSupplier dies)
            throws Exception {
        var preview = new LiveProcess.Preview(previews.url(), redis, requestDelay, false, timeout);
        var process = new LiveProcess(DATABASE.dataSource(), folder, tdlib, parser, 1_000_000, preview, dies);
        processes.add(process);
        return process;
    }

    private LiveProcess start() throws Exception {
        return start(LiveProcess.ALL, Duration.ZERO);
    }

    private void kill(LiveProcess process) throws Exception {
        processes.remove(process);
        process.kill();
    }

    private UUID subscribe(String column, Object value) {
        UUID id = UUID.randomUUID();
        jdbc.sql("INSERT INTO channels (id, " + column + ") VALUES (?, ?)")
                .params(id, value)
                .update();
        jdbc.sql("INSERT INTO user_channel (user_id, channel_id) VALUES (1, ?)")
                .param(id)
                .update();
        return id;
    }

    private void subscribe() {
        subscribe("username", "news");
    }

    private TreeSet<Long> stored() {
        return new TreeSet<>(jdbc.sql("SELECT telegram_message_id FROM posts WHERE NOT is_deleted")
                .query(Long.class)
                .list());
    }

    private long count(String sql) {
        return jdbc.sql("SELECT count(*) FROM " + sql).query(Long.class).single();
    }

    private String one(String sql) {
        return jdbc.sql(sql).query(String.class).single();
    }

    private long published() {
        return count("outbox WHERE stream = 'posts.parsed'");
    }

    private void texts(int number) {
        IntStream.range(0, number).forEach(i -> channel.text("post " + i));
    }

    private void assertNothingIsPublishedTwice() {
        assertThat(
                        count(
                                "(SELECT 1 FROM outbox WHERE stream = 'posts.parsed' GROUP BY event ->> 'idempotency_key' HAVING count(*) > 1) x"))
                .isZero();
    }

    @Test
    void a_channel_is_read_back_for_the_configured_hours_without_an_account() throws Exception {
        channel.at(Instant.now().minus(Duration.ofHours(30)));
        texts(30);
        channel.at(Instant.now().minus(Duration.ofHours(1)));
        channel.service("News changed its photo");
        IntStream.range(0, 70).forEach(i -> channel.text("new " + i));
        subscribe();
        start(LiveProcess.parser(24, 1), Duration.ZERO).awaitRead();
        assertThat(count("posts WHERE content LIKE 'new %'")).isEqualTo(70);
        assertThat(count("posts")).isEqualTo(70);
        assertThat(one("SELECT title || ' ' || tg_channel_id || ' ' || username FROM channels"))
                .isEqualTo("News " + ID + " news");
        assertThat(one("SELECT telegram_post_url FROM posts WHERE telegram_message_id = 50"))
                .isEqualTo("https://t.me/news/50");
        assertThat(
                        one(
                                "SELECT source || ' ' || live_state(l) || ' ' || (reached_at < now() - interval '20 hours') FROM live_channels l"))
                .isIn("preview live true", "preview live false");
        assertThat(previews.mostAtOnce()).isEqualTo(1);
        assertThat(count("posts WHERE views_count = 4020")).isEqualTo(70);
    }

    @Test
    void the_metrics_show_the_channels_by_source_and_state_and_what_was_read() throws Exception {
        texts(25);
        subscribe();
        subscribe("username", "nothere");
        LiveProcess process = start(LiveProcess.parser(87_600, 3_600), Duration.ZERO);
        await().atMost(TIME)
                .until(() -> count("live_channels WHERE history_done_at IS NOT NULL OR error IS NOT NULL") == 2);
        assertThat(gauge(process, "live.channels", "preview", "state", "live")).isEqualTo(1);
        assertThat(gauge(process, "live.channels", "preview", "state", "not_found"))
                .isEqualTo(1);
        assertThat(gauge(process, "live.channels", "telegram", "state", "live")).isZero();
        assertThat(process.registry
                        .get("live.posts")
                        .tags("source", "preview", "kind", "created")
                        .counter()
                        .count())
                .isEqualTo(25);
        assertThat(process.registry
                        .get("live.update.age.seconds")
                        .tag("source", "preview")
                        .gauge()
                        .value())
                .isBetween(0.0, 60.0);
        assertThat(process.registry
                        .get("live.flood.wait.seconds")
                        .tag("source", "preview")
                        .gauge()
                        .value())
                .isZero();
    }

    private static double gauge(LiveProcess process, String name, String source, String tag, String value) {
        return process.registry
                .get(name)
                .tags("source", source, tag, value)
                .gauge()
                .value();
    }

    @Test
    void edits_are_found_by_reading_again_and_deletions_are_confirmed_by_a_second_reading() throws Exception {
        texts(30);
        subscribe();
        LiveProcess process = start();
        process.awaitRead();
        long published = published();
        channel.editText(25, "other <a href=\"https://example.com/x\">words</a>");
        channel.delete(27);
        channel.delete(30);
        long latest = channel.text("latest");
        await().atMost(TIME).until(() -> stored().equals(new TreeSet<>(channel.ids())));
        assertThat(
                        one(
                                "SELECT content || ' ' || is_edited || ' ' || (urls ->> 0) FROM posts WHERE telegram_message_id = 25"))
                .isEqualTo("other words true https://example.com/x");
        assertThat(one("SELECT content FROM post_edits")).isEqualTo("post 24");
        assertThat(stored()).contains(latest).doesNotContain(27L, 30L);
        assertThat(count("outbox WHERE stream = 'posts.deleted'")).isEqualTo(2);
        assertThat(published()).isEqualTo(published + 2);
        process.awaitRead();
        process.awaitRead();
        assertThat(published()).as("reading again publishes nothing").isEqualTo(published + 2);
        assertNothingIsPublishedTwice();
    }

    @Test
    void the_oldest_posts_of_a_channel_are_deleted_too() throws Exception {
        texts(30);
        subscribe();
        LiveProcess process = start();
        process.awaitRead();
        channel.delete(1);
        channel.delete(2);
        await().atMost(TIME).untilAsserted(() -> assertThat(stored()).isEqualTo(new TreeSet<>(channel.ids())));
    }

    @Test
    void a_post_that_is_missing_on_one_page_only_is_not_deleted() throws Exception {
        texts(30);
        subscribe();
        LiveProcess process = start(LiveProcess.parser(87_600, 3_600), Duration.ZERO);
        process.awaitRead();
        previews.fault(PreviewStandIn.without("news", 20));
        process.awaitRead();
        await().atMost(TIME).until(() -> count("preview_posts WHERE missing_since IS NOT NULL") > 0);
        process.awaitRead();
        await().atMost(TIME).until(() -> count("preview_posts WHERE missing_since IS NOT NULL") == 0);
        assertThat(stored()).hasSize(30);
    }

    @Test
    void posts_that_the_preview_never_showed_are_not_deleted() throws Exception {
        texts(30);
        subscribe();
        LiveProcess process = start();
        process.awaitRead();
        jdbc.sql("DELETE FROM preview_posts WHERE message_id = 25").update();
        channel.delete(25);
        process.awaitRead();
        process.awaitRead();
        process.awaitRead();
        assertThat(stored()).as("an export or an account stored it").contains(25L);
    }

    @Test
    void albums_and_files_are_stored_once() throws Exception {
        channel.album("caption", picture(1), picture(2), picture(3));
        channel.photo("again", picture(1));
        channel.post("<a class=\"tgme_widget_message_video_player\" href=\"https://t.me/news/5\"><video src=\""
                + previews.file("big.mp4", new byte[2_000_000])
                + "\"></video><time class=\"message_video_duration\">1:00</time></a>"
                + PreviewStandIn.text("big"));
        channel.post("<a class=\"tgme_widget_message_voice_player\"><audio src=\"" + previews.file("v.ogg", new byte[9])
                + "\"></audio></a>" + PreviewStandIn.text("voice"));
        channel.post(
                "<a class=\"tgme_widget_message_video_player not_supported\"></a>" + PreviewStandIn.text("hidden"));
        subscribe();
        LiveProcess process = start();
        process.awaitRead();
        process.awaitRead();
        assertThat(count("media_objects")).isEqualTo(3);
        assertThat(count("post_media_map")).isEqualTo(4);
        assertThat(count("media_group_items")).isEqualTo(3);
        assertThat(one("SELECT caption_text || ' ' || inferred FROM media_groups"))
                .isEqualTo("caption false");
        assertThat(previews.fileRequests()).as("each is fetched once").hasSize(5);
        assertThat(missing("big")).contains("too_large");
        assertThat(missing("voice")).isEqualTo("type audio/ogg is not accepted");
        assertThat(missing("hidden")).contains("too big");
        assertThat(published()).isEqualTo(7);
    }

    private String missing(String content) {
        return one("SELECT details #>> '{media,0,missing}' FROM posts WHERE content = '" + content + "'");
    }

    @Test
    void a_file_that_is_not_there_yet_is_fetched_by_a_later_reading() throws Exception {
        byte[] bytes = picture(9);
        channel.post("<a class=\"tgme_widget_message_photo_wrap\" style=\"background-image:url('" + previews.url()
                + "/file/late.jpg')\" href=\"https://t.me/news/1\"></a>" + PreviewStandIn.text("late"));
        subscribe();
        LiveProcess process = start();
        process.awaitRead();
        assertThat(missing("late")).contains("http_404", "is retried");
        previews.file("late.jpg", bytes);
        await().atMost(TIME).until(() -> count("post_media_map") == 1);
        assertThat(published()).isEqualTo(1);
    }

    static Stream<Arguments> faults() {
        return Stream.of(
                Arguments.of("500", PreviewStandIn.status(500), "http_500"),
                Arguments.of("403", PreviewStandIn.status(403), "http_403"),
                Arguments.of("slow", PreviewStandIn.slow(Duration.ofSeconds(3)), "timeout"),
                Arguments.of("cut", PreviewStandIn.cut(), "truncated"),
                Arguments.of("changed", PreviewStandIn.changed(), "Telegram may have changed it"),
                Arguments.of(
                        "empty",
                        (PreviewStandIn.Fault) (page, out) ->
                                WebServer.html(out, page.replaceAll("(?s)<section.*</section>", "<section></section>")),
                        "no longer shows posts"),
                Arguments.of(
                        "connection lost",
                        (PreviewStandIn.Fault) (page, out) -> WebServer.raw(
                                out,
                                "HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: 99999\r\n\r\n<html>"),
                        "reset"),
                Arguments.of(
                        "no html",
                        (PreviewStandIn.Fault) (page, out) -> WebServer.send(out, 200, "application/json", "{}"),
                        "content_type"));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("faults")
    void a_fault_is_shown_and_reading_goes_on_after_it(String name, PreviewStandIn.Fault fault, String reason)
            throws Exception {
        texts(45);
        subscribe();
        Duration timeout = name.equals("slow") ? Duration.ofSeconds(1) : LiveProcess.FETCH_TIMEOUT;
        LiveProcess process = start(LiveProcess.ALL, Duration.ZERO, timeout, () -> false);
        process.awaitRead();
        // the fault lasts until its error has been seen, because the first page without a fault removes the error
        IntStream.range(0, 20).forEach(i -> previews.fault(fault));
        await().atMost(TIME)
                .pollInterval(Duration.ofMillis(20))
                .until(() -> count("live_channels WHERE error LIKE '%" + reason + "%' AND retry_at IS NOT NULL") == 1);
        assertThat(one("SELECT live_state(l) FROM live_channels l")).isEqualTo("failed");
        previews.heal();
        channel.text("after the fault");
        await().atMost(TIME).until(() -> stored().size() == 46);
        await().atMost(TIME).until(() -> count("live_channels WHERE error IS NULL AND failures = 0") == 1);
        assertThat(published()).isEqualTo(46);
        assertThat(count("outbox WHERE stream = 'posts.deleted'")).isZero();
    }

    @ParameterizedTest
    @CsvSource({"429", "503"})
    void a_pause_that_telegram_wants_is_kept_and_shown(int status) throws Exception {
        texts(50);
        subscribe();
        previews.fault(PreviewStandIn.status(status, "Retry-After: 60"));
        LiveProcess process = start();
        await().atMost(TIME)
                .pollInterval(Duration.ofMillis(20))
                .until(() -> count("live_channels WHERE flood_until > now()") == 1);
        assertThat(count("live_channels WHERE flood_until BETWEEN now() + interval '30 seconds'"
                        + " AND now() + interval '60 seconds'"))
                .isEqualTo(1);
        assertThat(one("SELECT live_state(l) FROM live_channels l")).isEqualTo("waiting");
        assertThat(process.registry
                        .get("live.floods")
                        .tag("source", "preview")
                        .counter()
                        .count())
                .isEqualTo(1);
        int requests = previews.pages().size();
        await().during(Duration.ofMillis(1_500)).until(() -> previews.pages().size() == requests);
        // the pause ends now: first in Redis, because a process that may read again waits for the delay it finds there
        assertThat(REDIS.commands().del("crawl:host-delay:127.0.0.1")).isEqualTo(1);
        jdbc.sql("UPDATE live_channels SET retry_at = now(), flood_until = now()")
                .update();
        await().atMost(TIME).until(() -> stored().size() == 50);
        assertThat(count("live_channels WHERE flood_until IS NULL AND error IS NULL"))
                .isEqualTo(1);
    }

    @ParameterizedTest
    @CsvSource({
        "nothere, Telegram has no channel @nothere",
        "groupchat, @groupchat has no public preview",
        "person1, @person1 is a user or a bot"
    })
    void a_channel_without_a_preview_says_why_and_is_not_asked_for_again(String name, String reason) throws Exception {
        subscribe("username", name);
        start();
        await().atMost(TIME).until(() -> count("live_channels WHERE error LIKE '" + reason + "%'") == 1);
        assertThat(count("live_channels WHERE retry_at > now() + interval '20 hours'"))
                .isEqualTo(1);
        await().during(Duration.ofSeconds(1)).until(() -> previews.pages().size() == 1);
    }

    @Test
    void nothing_is_read_while_an_account_is_signed_in_in_another_process() throws Exception {
        texts(3);
        subscribe();
        jdbc.sql("INSERT INTO telegram_accounts (name, tenant_id, process, state, seen_at)"
                        + " SELECT 'main', id, 'other', 'ready', now() FROM tenants LIMIT 1")
                .update();
        LiveProcess process = start();
        await().during(Duration.ofSeconds(2)).atMost(TIME).until(() -> previews.pages()
                .isEmpty());

        // that process died
        jdbc.sql("UPDATE telegram_accounts SET seen_at = now() - interval '2 minutes'")
                .update();
        process.awaitRead();
        assertThat(stored()).hasSize(3);
    }

    @Test
    void a_private_channel_needs_an_account() throws Exception {
        subscribe("tg_channel_id", 77L);
        start();
        await().atMost(TIME)
                .until(() -> count("live_channels WHERE error LIKE '%A private channel has no public preview%'") == 1);
    }

    @Test
    void a_name_that_moved_to_another_channel_brings_no_posts_of_it() throws Exception {
        texts(3);
        subscribe();
        LiveProcess process = start();
        process.awaitRead();
        PreviewStandIn.Channel other = previews.channel("news", 555L, "Other");
        other.at(Instant.ofEpochSecond(1_790_100_000));
        other.text("of another channel");
        await().atMost(TIME).until(() -> count("live_channels WHERE error LIKE '%belongs to another channel%'") == 1);
        assertThat(stored()).hasSize(3);
    }

    @Test
    void without_the_id_of_the_channel_nothing_is_stored_until_it_is_known() throws Exception {
        channel.hideId();
        texts(3);
        subscribe();
        LiveProcess process = start();
        await().atMost(TIME).until(() -> count("live_channels WHERE error LIKE '%does not contain the id%'") == 1);
        assertThat(stored()).isEmpty();
        // as an import or an account tells it
        jdbc.sql("UPDATE channels SET tg_channel_id = ?").param(ID).update();
        await().atMost(TIME).until(() -> stored().size() == 3);
        process.awaitRead();
    }

    @Test
    void an_unchanged_page_is_confirmed_without_reading_it() throws Exception {
        previews.validators();
        texts(5);
        subscribe();
        LiveProcess process = start();
        process.awaitRead();
        process.awaitRead();
        double read = process.registry
                .get("live.history.pages")
                .tag("source", "preview")
                .counter()
                .count();
        process.awaitRead();
        process.awaitRead();
        assertThat(process.registry
                        .get("live.history.pages")
                        .tag("source", "preview")
                        .counter()
                        .count())
                .isEqualTo(read);
        channel.text("new");
        await().atMost(TIME).until(() -> stored().size() == 6);
    }

    /** With 10,000 posts by -Dpreview.posts=10000. */
    @Test
    void a_back_fill_that_is_killed_three_times_is_complete() throws Exception {
        int posts = Integer.getInteger("preview.posts", 1_000);
        texts(posts);
        subscribe();
        long begun = System.nanoTime();
        for (int kills = 1; kills <= 3; kills++) {
            long enough = (long) posts * kills / 4;
            LiveProcess process = start(
                    LiveProcess.parser(87_600, 3_600),
                    Duration.ZERO,
                    LiveProcess.FETCH_TIMEOUT,
                    () -> count("posts") >= enough);
            await().atMost(TIME).pollInterval(Duration.ofMillis(10)).until(process::isDead);
            kill(process);
            assertThat(count("posts")).as("killed in the middle").isBetween(enough, posts - 1L);
            // the lease of a process that is dead expires
            REDIS.commands().flushall();
        }
        start(LiveProcess.parser(87_600, 3_600), Duration.ZERO).awaitRead();
        System.out.printf(
                "preview of %d posts, killed 3 times: %d ms, %d pages%n",
                posts,
                Duration.ofNanos(System.nanoTime() - begun).toMillis(),
                previews.pages().size());
        assertThat(stored()).isEqualTo(new TreeSet<>(channel.ids()));
        assertThat(published()).isEqualTo(posts);
        assertNothingIsPublishedTwice();
        assertThat(previews.pages().size()).as("pages are not read twice").isLessThan(posts / 20 + 10);
    }

    @Test
    void two_processes_ask_one_at_a_time_and_with_the_delay_between() throws Exception {
        PreviewStandIn.Channel other = previews.channel("other", 77L, "Other");
        texts(100);
        IntStream.range(0, 100).forEach(i -> other.text("other " + i));
        subscribe();
        subscribe("username", "other");
        long begun = System.nanoTime();
        LiveProcess one = start(LiveProcess.parser(87_600, 3_600), Duration.ofMillis(200));
        LiveProcess two = start(LiveProcess.parser(87_600, 3_600), Duration.ofMillis(200));
        await().atMost(TIME)
                .until(() -> count("posts") == 200 && count("live_channels WHERE history_done_at IS NOT NULL") == 2);
        long millis = Duration.ofNanos(System.nanoTime() - begun).toMillis();
        assertThat(millis).isGreaterThan(200L * (previews.pages().size() - 1));
        assertThat(previews.mostAtOnce()).isEqualTo(1);
        assertThat(published()).isEqualTo(200);
        assertThat(List.of(one, two)).hasSize(2);
    }

    @Test
    void a_paused_channel_is_not_read_and_one_without_readers_is_forgotten() throws Exception {
        texts(3);
        subscribe();
        LiveProcess process = start(LiveProcess.parser(87_600, 3_600), Duration.ZERO);
        process.awaitRead();
        // a reading is due, but the channel is paused
        jdbc.sql("UPDATE live_channels SET paused_at = now(), passed_at = passed_at - interval '2 hours'")
                .update();
        channel.text("while paused");
        await().during(Duration.ofMillis(2_500)).until(() -> stored().size() == 3);
        jdbc.sql("UPDATE live_channels SET paused_at = NULL, wanted = 'deep'").update();
        await().atMost(TIME).until(() -> stored().size() == 4);
        jdbc.sql("UPDATE user_channel SET is_active = false").update();
        await().atMost(TIME).until(() -> count("live_channels") == 0);
    }

    @Test
    void with_an_account_the_channel_moves_to_it_and_publishes_nothing_again() throws Exception {
        var group = telegram.channel(ID, "news", "News");
        group.at(1_790_000_000);
        for (int i = 0; i < 25; i++) {
            group.postUnannounced(Contents.text("post " + i));
        }
        texts(25);
        subscribe();
        LiveProcess alone = start();
        alone.awaitRead();
        assertThat(one("SELECT source FROM live_channels")).isEqualTo("preview");
        long published = count("outbox");
        processes.remove(alone);
        alone.close();

        var both = new LiveProcess.Preview(previews.url(), redis, Duration.ZERO, true);
        LiveProcess process = new LiveProcess(DATABASE.dataSource(), folder, tdlib, LiveProcess.ALL, 1_000_000, both);
        processes.add(process);
        await().atMost(TIME).until(() -> count("live_channels WHERE source = 'telegram' AND account = 'main'") == 1);
        process.awaitRead();
        int requests = previews.pages().size();
        process.awaitRead();
        assertThat(previews.pages()).hasSize(requests);
        assertThat(count("outbox")).isEqualTo(published);
        assertThat(count("posts")).isEqualTo(25);
    }

    @Test
    void what_a_reader_changed_stays_until_the_channel_changes_it() throws Exception {
        texts(3);
        subscribe();
        LiveProcess process = start();
        process.awaitRead();
        jdbc.sql("UPDATE posts SET content = 'corrected', content_version = 1890000000 WHERE telegram_message_id = 2")
                .update();
        process.awaitRead();
        process.awaitRead();
        assertThat(one("SELECT content FROM posts WHERE telegram_message_id = 2"))
                .isEqualTo("corrected");
        channel.editText(2, "edited in the channel");
        await().atMost(TIME).until(() -> one("SELECT content FROM posts WHERE telegram_message_id = 2")
                .equals("edited in the channel"));
    }

    @Test
    void without_redis_nothing_is_asked_and_no_channel_is_blamed() throws Exception {
        texts(3);
        subscribe();
        LiveProcess process = start(LiveProcess.parser(87_600, 3_600), Duration.ZERO);
        process.awaitRead();
        int requests = previews.pages().size();
        REDIS.kill();
        try {
            channel.text("while Redis is out");
            // the next reading is due now
            jdbc.sql("UPDATE live_channels SET passed_at = passed_at - interval '2 hours'")
                    .update();
            await().during(Duration.ofSeconds(2)).until(() -> previews.pages().size() == requests);
            assertThat(stored()).hasSize(3);
            assertThat(count("live_channels WHERE error IS NULL")).isEqualTo(1);
        } finally {
            REDIS.start();
        }
        await().atMost(TIME).until(() -> stored().size() == 4);
        assertThat(count("live_channels WHERE error IS NULL")).isEqualTo(1);
    }

    static LongStream seeds() {
        return LongStream.rangeClosed(1, Integer.getInteger("preview.seeds", 3));
    }

    /** Whatever happens on the way, in the end the database holds what the channel is. With more seeds by -Dpreview.seeds=20. */
    @ParameterizedTest
    @MethodSource("seeds")
    void the_database_ends_up_as_the_channel_is(long seed) throws Exception {
        System.out.println("seed " + seed);
        Random random = new Random(seed);
        subscribe();
        LiveProcess process = start();
        for (int step = 0; step < 60; step++) {
            List<Long> ids = List.copyOf(channel.ids());
            Long some = ids.isEmpty() ? null : ids.get(Math.max(0, ids.size() - 1 - random.nextInt(15)));
            switch (random.nextInt(9)) {
                case 0, 1, 2 -> channel.text("text " + step);
                case 3 -> channel.photo("photo " + step, picture(step));
                case 4 -> channel.album("album " + step, picture(step), picture(step + 1_000));
                case 5 -> {
                    if (some != null
                            && count("posts WHERE grouped_id IS NULL AND telegram_message_id = " + some) == 1) {
                        channel.editText(some, "edited " + step);
                    }
                }
                case 6 -> {
                    if (some != null) {
                        channel.delete(some);
                    }
                }
                case 7 ->
                    previews.fault(List.of(
                                    PreviewStandIn.status(500),
                                    PreviewStandIn.cut(),
                                    PreviewStandIn.changed(),
                                    PreviewStandIn.status(429, "Retry-After: 1"))
                            .get(random.nextInt(4)));
                default -> {
                    if (random.nextInt(4) == 0) {
                        kill(process);
                        REDIS.commands().flushall();
                        process = start();
                    }
                }
            }
            long pause = random.nextInt(60);
            await().pollDelay(Duration.ofMillis(pause)).atMost(TIME).until(() -> true);
        }
        previews.heal();
        jdbc.sql("UPDATE live_channels SET retry_at = NULL").update();
        await().atMost(TIME).untilAsserted(() -> assertThat(stored()).isEqualTo(new TreeSet<>(channel.ids())));
        assertNothingIsPublishedTwice();
    }
}
