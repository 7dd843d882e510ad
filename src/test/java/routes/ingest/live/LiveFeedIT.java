package routes.ingest.live;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static routes.tdlib.standin.Contents.entity;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.UUID;
import java.util.function.BooleanSupplier;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.springframework.jdbc.core.simple.JdbcClient;
import routes.ingest.ImportProperties;
import routes.ingest.ImportService;
import routes.ingest.export.ExportSource;
import routes.tdlib.Tdlib;
import routes.tdlib.standin.Contents;
import routes.tdlib.standin.StandInChannel;
import routes.tdlib.standin.StandInFile;
import routes.tdlib.standin.TelegramStandIn;
import routes.telegram.TelegramAccount.State;
import routes.testing.EmbeddedDatabase;

/** Channels are read through the routes of the product, from a stand-in for TDLib and Telegram into a real database. */
@Timeout(300)
class LiveFeedIT {
    private static final UUID TENANT = LiveProcess.TENANT;
    private static final long GROUP = 1_234_567_890L;
    private static final Duration TIME = LiveProcess.TIME;

    @RegisterExtension
    static final EmbeddedDatabase DATABASE = new EmbeddedDatabase();

    @TempDir
    Path folder;

    private final TelegramStandIn telegram =
            new TelegramStandIn().user(LiveProcess.PHONE, LiveProcess.CODE, "", "Anna");
    private final Tdlib tdlib = new Tdlib(telegram, Duration.ZERO);
    private final StandInChannel channel = telegram.channel(GROUP, "news", "News");
    private final List<LiveProcess> processes = new ArrayList<>();
    private JdbcClient jdbc;

    @BeforeEach
    void emptyTables() {
        jdbc = DATABASE.jdbc();
        jdbc.sql("TRUNCATE posts, media_objects, media_groups, channels, outbox, imports, telegram_files CASCADE")
                .update();
    }

    @AfterEach
    void close() throws Exception {
        for (LiveProcess process : processes) {
            process.close();
        }
    }

    private LiveProcess start(ParserProperties parser) throws Exception {
        return start(parser, () -> false);
    }

    private LiveProcess start(ParserProperties parser, BooleanSupplier dies) throws Exception {
        var process = new LiveProcess(DATABASE.dataSource(), folder, tdlib, parser, 1_000_000, null, dies);
        processes.add(process);
        return process;
    }

    private LiveProcess start() throws Exception {
        return start(LiveProcess.ALL);
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

    private Map<Long, String> posts() {
        return jdbc
                .sql("SELECT telegram_message_id, content FROM posts WHERE NOT is_deleted ORDER BY 1")
                .query((row, n) -> Map.entry(row.getLong(1), row.getString(2)))
                .list()
                .stream()
                .collect(Collectors.toMap(Map.Entry::getKey, Map.Entry::getValue));
    }

    private Map<Long, String> truth() {
        return channel.messages().values().stream()
                .filter(message -> !message.at("/content/@type").asText().equals("messageChatChangeTitle"))
                .collect(Collectors.toMap(
                        message -> message.path("id").asLong() >> 20,
                        message -> Contents.words(message.path("content"))));
    }

    private long count(String sql) {
        return jdbc.sql("SELECT count(*) FROM " + sql).query(Long.class).single();
    }

    private String one(String sql) {
        return jdbc.sql(sql).query(String.class).single();
    }

    private void assertNothingIsPublishedTwice() {
        assertThat(jdbc.sql(
                                """
                                SELECT event ->> 'idempotency_key' FROM outbox WHERE stream = 'posts.parsed'
                                GROUP BY 1 HAVING count(*) > 1""")
                        .query(String.class)
                        .list())
                .isEmpty();
    }

    private StandInFile picture(int number) {
        byte[] png = new byte[64 + number % 50];
        System.arraycopy(new byte[] {(byte) 0x89, 'P', 'N', 'G', '\r', '\n', 0x1A, '\n'}, 0, png, 0, 8);
        png[20] = (byte) number;
        png[21] = (byte) (number >> 8);
        return telegram.file(png);
    }

    private ObjectNode photo(String caption, int number) {
        return Contents.photo(caption, picture(100_000 + number), picture(number));
    }

    @Test
    void a_channel_is_found_by_its_name_and_read_back_for_the_configured_hours() throws Exception {
        int now = (int) Instant.now().getEpochSecond();
        channel.at(now - 26 * 3600);
        IntStream.range(0, 30).forEach(i -> channel.postUnannounced(Contents.text("too old " + i)));
        channel.at(now - 3600);
        IntStream.range(0, 250).forEach(i -> channel.postUnannounced(Contents.text("post " + i)));
        telegram.shortPages(3);
        subscribe();
        start(LiveProcess.parser(24, 1)).awaitRead();
        assertThat(posts()).hasSize(250);
        assertThat(posts().values()).allMatch(text -> text.startsWith("post "));
        assertThat(one("SELECT title || ' ' || tg_channel_id || ' ' || username FROM channels"))
                .isEqualTo("News " + GROUP + " news");
        assertThat(one("SELECT telegram_post_url FROM posts WHERE telegram_message_id = 100"))
                .isEqualTo("https://t.me/news/100");
        assertThat(
                        one(
                                "SELECT account || ' ' || (history_done_at IS NOT NULL) || ' ' || (error IS NULL) FROM live_channels"))
                .isEqualTo("main true true");
        assertThat(telegram.requests("searchPublicChat"))
                .as("costly look-ups are made once")
                .hasSize(1);
    }

    @Test
    void a_private_channel_is_found_by_its_id_and_an_unknown_name_is_looked_up_once() throws Exception {
        start();
        StandInChannel secret = telegram.channel(77L, "", "Secret");
        telegram.join(secret);
        secret.postUnannounced(Contents.text("inside"));
        subscribe("tg_channel_id", 77L);
        subscribe("username", "nobody");
        await().atMost(TIME).until(() -> count("posts WHERE content = 'inside'") == 1);
        await().atMost(TIME).until(() -> count("live_channels WHERE error = 'Telegram has no channel @nobody'") == 1);
        await().during(Duration.ofSeconds(1))
                .until(() -> telegram.requests("searchPublicChat").size() == 1);
        assertThat(one("SELECT telegram_post_url FROM posts")).isEqualTo("https://t.me/c/77/1");
    }

    @Test
    void new_posts_edits_counters_and_deletions_arrive_as_they_happen() throws Exception {
        subscribe();
        LiveProcess process = start(LiveProcess.parser(87_600, 3_600));
        process.awaitRead();
        telegram.join(channel);
        long kept = channel.post(Contents.text("first version", entity(0, 5, "textEntityTypeBold")));
        long gone = channel.post(Contents.text("soon gone"));
        long shown = channel.post(Contents.text("stays"));
        await().atMost(TIME).until(() -> posts().size() == 3);
        channel.edit(kept, Contents.text("second version https://example.com/a", entity(15, 21, "textEntityTypeUrl")));
        channel.counters(shown, 500, 20);
        channel.unload(true, shown);
        channel.unload(false, shown);
        channel.delete(gone);
        await().atMost(TIME).until(() -> posts().equals(truth()));
        await().atMost(TIME).until(() -> count("posts WHERE views_count = 500 AND forwards_count = 20") == 1);
        assertThat(
                        one(
                                "SELECT content || ' ' || is_edited || ' ' || (urls ->> 0) FROM posts WHERE telegram_message_id = 1"))
                .isEqualTo("second version https://example.com/a true https://example.com/a");
        assertThat(one("SELECT content FROM post_edits")).isEqualTo("first version");
        assertThat(count("outbox WHERE stream = 'posts.parsed'")).isEqualTo(4);
        assertThat(count("outbox WHERE stream = 'posts.deleted'")).isEqualTo(1);
        assertThat(one("SELECT (last_update_at IS NOT NULL) || ' ' || (last_post_at IS NOT NULL) FROM live_channels"))
                .isEqualTo("true true");
        assertNothingIsPublishedTwice();
    }

    @Test
    void members_of_an_album_become_one_album_and_a_late_one_joins_it() throws Exception {
        subscribe();
        start(LiveProcess.parser(87_600, 3_600)).awaitRead();
        telegram.join(channel);
        List<Long> ids = channel.album(photo("caption", 1), photo("", 2), photo("", 3));
        await().atMost(TIME).until(() -> count("media_group_items") == 3);
        assertThat(one("SELECT revision || ' ' || inferred FROM media_groups")).isEqualTo("1 false");
        channel.joinAlbum(ids.get(0), photo("", 4));
        await().atMost(TIME).until(() -> count("media_group_items") == 4);
        assertThat(one("SELECT string_agg(p.telegram_message_id::text, ' ' ORDER BY i.position)"
                        + " FROM media_group_items i JOIN posts p ON p.id = i.post_id"))
                .isEqualTo("1 2 3 4");
        assertThat(one("SELECT revision || ' ' || caption_text FROM media_groups"))
                .isEqualTo("2 caption");
        assertThat(count("outbox WHERE stream = 'albums.parsed'")).isEqualTo(2);
    }

    @Test
    void files_are_stored_once_and_what_is_not_stored_says_why() throws Exception {
        StandInFile picture = picture(1);
        channel.postUnannounced(Contents.photo("small", picture, picture));
        channel.postUnannounced(Contents.photo("again", picture, picture));
        channel.postUnannounced(
                Contents.document("big", "big.pdf", "application/pdf", telegram.file(new byte[2_000_000])));
        channel.postUnannounced(Contents.voiceNote("sound", telegram.file(new byte[10])));
        channel.postUnannounced(Contents.paidMedia("paid", 50));
        subscribe();
        LiveProcess process = start();
        process.awaitRead();
        process.awaitRead();
        assertThat(count("media_objects")).isEqualTo(1);
        assertThat(count("post_media_map")).isEqualTo(2);
        assertThat(telegram.requests("downloadFile").size())
                .as("the rest is refused before")
                .isLessThanOrEqualTo(2);
        assertThat(reason("big")).isEqualTo("file has 2000000 bytes; the limit is 1000000");
        assertThat(reason("sound")).isEqualTo("type audio/ogg is not accepted");
        assertThat(reason("paid")).isEqualTo("paid media, which only buyers can see (50 stars)");
        await().atMost(TIME).until(() -> !telegram.requests("deleteFile").isEmpty());
    }

    private String reason(String content) {
        return one("SELECT details #>> '{media,0,missing}' FROM posts WHERE content = '" + content + "'");
    }

    @Test
    void a_file_that_comes_late_is_stored_by_the_next_reading() throws Exception {
        telegram.ignore("downloadFile", 1);
        channel.postUnannounced(photo("late", 1));
        subscribe();
        LiveProcess process = start(LiveProcess.parser(87_600, 3_600, Duration.ofSeconds(2)));
        await().atMost(TIME).until(() -> count("posts") == 1);
        assertThat(reason("late")).startsWith("not downloaded within 2 s");
        process.awaitRead();
        await().atMost(TIME).until(() -> count("post_media_map") == 1);
        assertThat(count("outbox WHERE stream = 'posts.parsed'")).isEqualTo(1);
    }

    @Test
    void a_silent_channel_is_opened_and_what_no_update_told_is_found_by_the_next_reading() throws Exception {
        channel.silent();
        subscribe();
        start(LiveProcess.parser(87_600, 3_600)).awaitRead();
        await().atMost(TIME).until(() -> !telegram.requests("openChat").isEmpty());
        channel.post(Contents.text("heard, since the chat is open"));
        await().atMost(TIME).until(() -> posts().size() == 1);
    }

    @Test
    void what_updates_did_not_tell_is_found_by_the_next_reading() throws Exception {
        subscribe();
        start().awaitRead();
        telegram.join(channel);
        long edited = channel.post(Contents.text("before"));
        long deleted = channel.post(Contents.text("gone"));
        await().atMost(TIME).until(() -> posts().size() == 2);
        telegram.lose("updateNewMessage", 1)
                .lose("updateMessageContent", 1)
                .lose("updateMessageEdited", 1)
                .lose("updateDeleteMessages", 1);
        channel.post(Contents.text("unheard"));
        channel.edit(edited, Contents.text("after"));
        channel.delete(deleted);
        await().atMost(TIME).until(() -> posts().equals(truth()));
        assertNothingIsPublishedTwice();
    }

    @Test
    void telegrams_pause_is_kept_and_shown_with_its_end() throws Exception {
        IntStream.range(0, 120).forEach(i -> channel.postUnannounced(Contents.text("post " + i)));
        telegram.flood("getChatHistory", 6, 1);
        subscribe();
        start();
        // one query, because the state lasts only as long as the pause
        await().atMost(TIME)
                .until(() -> count("live_channels WHERE flood_until BETWEEN now() AND now() + interval '6 seconds'"
                                + " AND error LIKE '%retry after 6%'")
                        == 1);
        await().atMost(TIME).until(() -> posts().size() == 120);
        List<TelegramStandIn.Request> requests = telegram.requests("getChatHistory");
        assertThat(requests.get(1).nanoTime() - requests.get(0).nanoTime())
                .isGreaterThan(Duration.ofMillis(5_900).toNanos());
        assertThat(count("live_channels WHERE flood_until IS NULL AND error IS NULL"))
                .isEqualTo(1);
    }

    @Test
    void a_paused_channel_is_not_read_and_then_read_from_where_it_was() throws Exception {
        subscribe();
        LiveProcess process = start();
        process.awaitRead();
        telegram.join(channel);
        jdbc.sql("UPDATE live_channels SET paused_at = now()").update();
        await().atMost(TIME).until(process.feed::isIdle);
        long first = channel.post(Contents.text("while paused"));
        await().during(Duration.ofMillis(1_500)).until(() -> posts().isEmpty());
        jdbc.sql("UPDATE live_channels SET paused_at = NULL, wanted = 'deep'").update();
        await().atMost(TIME).until(() -> posts().size() == 1);
        jdbc.sql("UPDATE user_channel SET is_active = false").update();
        await().atMost(TIME).until(() -> count("live_channels") == 0 && process.feed.isIdle());
        channel.edit(first, Contents.text("after the end"));
        await().during(Duration.ofMillis(1_500)).until(() -> posts().containsValue("while paused"));
    }

    @Test
    void an_import_and_the_live_feed_meet_in_the_same_posts_whichever_comes_first() throws Exception {
        channel.postUnannounced(Contents.text("plain https://example.com/a", entity(6, 21, "textEntityTypeUrl")));
        channel.postUnannounced(Contents.poll("Who?", "Me", "You"));
        StandInFile[] pictures = {picture(1), picture(2), picture(3)};
        ObjectNode[] members = new ObjectNode[3];
        for (int i = 0; i < 3; i++) {
            members[i] = Contents.photo(i == 0 ? "album" : "", pictures[i], pictures[i]);
        }
        channel.album(members[0], members[1], members[2]);
        channel.at(1_790_001_000);
        channel.postUnannounced(
                Contents.document("paper", "report.pdf", "application/pdf", telegram.file("%PDF-1.4 x".getBytes())));
        Path export = export(pictures);
        LiveProcess process = start();
        importExport(process, export);
        long published = count("outbox");
        assertThat(count("posts")).isEqualTo(6);

        subscribe();
        process.awaitRead();
        process.awaitRead();
        importExport(process, export);

        assertThat(count("posts")).isEqualTo(6);
        assertThat(count("media_groups")).isEqualTo(1);
        assertThat(count("channels WHERE is_active")).isEqualTo(1);
        assertThat(count("outbox")).as("neither publishes what the other did").isEqualTo(published);

        // the tables must not be emptied while a process reads into them
        kill(process);
        emptyTables();
        subscribe();
        process = start();
        process.awaitRead();
        published = count("outbox");
        importExport(process, export);
        process.awaitRead();
        assertThat(count("posts")).isEqualTo(6);
        assertThat(count("media_groups")).isEqualTo(1);
        assertThat(count("outbox")).isEqualTo(published);
    }

    private void importExport(LiveProcess process, Path export) throws Exception {
        try (var imports = new ImportService(
                DATABASE.dataSource(),
                path -> ExportSource.open(path, ZoneOffset.UTC),
                process.intake,
                process.removal,
                new ImportProperties(null, 5, Duration.ofSeconds(20), false),
                progress -> {})) {
            UUID id = imports.submit(1, TENANT, export);
            await().atMost(TIME).until(() -> imports.find(id).orElseThrow().isOver());
            assertThat(one("SELECT status FROM imports WHERE id = '" + id + "'"))
                    .isEqualTo("done");
        }
    }

    /** The channel as Telegram Desktop exports it. */
    private Path export(StandInFile[] pictures) throws Exception {
        Path target = Files.createDirectories(folder.resolve("export"));
        ObjectNode result = JsonNodeFactory.instance
                .objectNode()
                .put("name", "News")
                .put("type", "public_channel")
                .put("id", GROUP);
        ArrayNode messages = result.putArray("messages");
        int picture = 0;
        for (JsonNode message : channel.messages().values()) {
            JsonNode content = message.path("content");
            ObjectNode json = messages.addObject()
                    .put("id", message.path("id").asLong() >> 20)
                    .put("type", "message")
                    .put("date_unixtime", message.path("date").asText())
                    .put("from", "News")
                    .put("from_id", "channel" + GROUP);
            json.putArray("text_entities");
            String words = Contents.words(content);
            json.put("text", words);
            switch (content.path("@type").asText()) {
                case "messageText" ->
                    json.putArray("text_entities")
                            .add(part("plain", "plain "))
                            .add(part("link", "https://example.com/a"));
                case "messagePoll" -> {
                    ObjectNode poll =
                            json.putObject("poll").put("question", "Who?").put("total_voters", 12);
                    poll.putArray("answers")
                            .add(part("", "Me").put("voters", 4))
                            .add(part("", "You").put("voters", 4));
                }
                case "messagePhoto" -> {
                    String name = "photo_" + ++picture + ".png";
                    Files.write(target.resolve(name), bytes(picture, pictures));
                    json.put("photo", name);
                }
                default -> {
                    Files.writeString(target.resolve("report.pdf"), "%PDF-1.4 x");
                    json.put("file", "report.pdf")
                            .put("file_name", "report.pdf")
                            .put("mime_type", "application/pdf");
                }
            }
        }
        return Files.writeString(target.resolve("result.json"), new ObjectMapper().writeValueAsString(result));
    }

    private static byte[] bytes(int number, StandInFile[] pictures) {
        return pictures[number - 1].bytes();
    }

    private static ObjectNode part(String type, String text) {
        return JsonNodeFactory.instance.objectNode().put("type", type).put("text", text);
    }

    /** With 10,000 posts by -Dlive.posts=10000. */
    @Test
    void a_back_fill_that_is_killed_three_times_is_complete_and_keeps_the_limits() throws Exception {
        int posts = Integer.getInteger("live.posts", 2_000);
        IntStream.range(0, posts).forEach(i -> channel.postUnannounced(Contents.text("post " + i)));
        telegram.limit("getChatHistory", 31, Duration.ofSeconds(1));
        subscribe();
        long begun = System.nanoTime();
        for (int kills = 1; kills <= 3; kills++) {
            long enough = (long) posts * kills / 4;
            LiveProcess process = start(LiveProcess.parser(87_600, 3_600), () -> count("posts") >= enough);
            await().atMost(TIME).pollInterval(Duration.ofMillis(20)).until(process::isDead);
            kill(process);
            assertThat(count("posts")).as("killed in the middle").isBetween(enough, posts - 1L);
            // a program needs longer to start than the limit's second, which only its own process counts
            await().pollDelay(Duration.ofSeconds(1)).until(() -> true);
        }
        LiveProcess last = start(LiveProcess.parser(87_600, 3_600));
        last.awaitRead();
        System.out.printf(
                "back-fill of %d posts, killed 3 times: %d ms, %d pages%n",
                posts,
                Duration.ofNanos(System.nanoTime() - begun).toMillis(),
                telegram.requests("getChatHistory").size());
        assertThat(posts()).hasSize(posts).isEqualTo(truth());
        assertThat(count("outbox WHERE stream = 'posts.parsed'")).isEqualTo(posts);
        assertNothingIsPublishedTwice();
        assertThat(telegram.exceeded()).isZero();
    }

    @Test
    void a_burst_of_updates_is_stored_completely() throws Exception {
        subscribe();
        start(LiveProcess.parser(87_600, 3_600)).awaitRead();
        telegram.join(channel);
        long begun = System.nanoTime();
        IntStream.range(0, 2_000).forEach(i -> channel.post(Contents.text("burst " + i)));
        await().atMost(TIME).until(() -> count("posts") == 2_000);
        System.out.printf(
                "burst of 2000 updates: %d ms%n",
                Duration.ofNanos(System.nanoTime() - begun).toMillis());
        assertThat(posts()).isEqualTo(truth());
        assertThat(count("outbox WHERE stream = 'posts.parsed'")).isEqualTo(2_000);
    }

    static LongStream seeds() {
        return LongStream.rangeClosed(1, Integer.getInteger("live.seeds", 4));
    }

    /**
     * Whatever happens on the way, in the end the database holds what the channel is, and each version of a post was published once. With more
     * seeds by -Dlive.seeds=20.
     */
    @ParameterizedTest
    @MethodSource("seeds")
    void the_database_ends_up_as_the_channel_is(long seed) throws Exception {
        System.out.println("seed " + seed);
        Random random = new Random(seed);
        telegram.join(channel);
        subscribe();
        LiveProcess process = start();
        List<Long> ids = new ArrayList<>();
        for (int step = 0; step < 150; step++) {
            switch (random.nextInt(16)) {
                case 0, 1, 2, 3 -> ids.add(channel.post(Contents.text("text " + step)));
                case 4 -> ids.add(channel.post(photo("photo " + step, step)));
                case 5 ->
                    ids.addAll(channel.album(
                            photo("album " + step, step * 3), photo("", step * 3 + 1), photo("", step * 3 + 2)));
                case 6 -> ids.add(channel.postUnannounced(Contents.text("unannounced " + step)));
                case 7, 8 -> some(ids, random, id -> edit(id, "edited " + step(ids, id)));
                case 9 -> some(ids, random, id -> channel.delete(id));
                case 10 -> some(ids, random, id -> channel.counters(id, random.nextInt(1_000), random.nextInt(50)));
                case 11 -> {
                    String update = random.nextBoolean() ? "updateNewMessage" : "updateMessageContent";
                    switch (random.nextInt(3)) {
                        case 0 -> telegram.lose(update, 1 + random.nextInt(3));
                        case 1 -> telegram.repeat(update, 1 + random.nextInt(3));
                        default -> telegram.hold(update, 1 + random.nextInt(3));
                    }
                }
                case 12 -> telegram.release(random.nextLong());
                case 13 -> {
                    switch (random.nextInt(5)) {
                        case 3 -> DATABASE.terminateConnections();
                        case 0 -> telegram.lose("updateDeleteMessages", 1);
                        case 1 -> telegram.fail("getMessages", 500, "Request aborted", 1);
                        case 2 -> telegram.flood("getChatHistory", 1, 1);
                        default -> telegram.delay("getMessages", Duration.ofMillis(random.nextInt(300)), 1);
                    }
                }
                case 14 -> some(ids, random, id -> joinAlbum(ids, id, step(ids, id)));
                default -> {
                    switch (random.nextInt(4)) {
                        case 0, 1 -> {
                            kill(process);
                            process = start();
                        }
                        case 2 -> process.awaitRead();
                        default -> {}
                    }
                }
            }
        }
        telegram.release(seed);
        process.awaitRead();
        process.awaitRead();
        assertThat(posts()).isEqualTo(truth());
        assertThat(storedAlbums()).isEqualTo(trueAlbums());
        assertThat(count("posts p WHERE has_media AND NOT is_deleted"
                        + " AND NOT EXISTS (SELECT 1 FROM post_media_map m WHERE m.post_id = p.id)"))
                .as("posts without their file")
                .isZero();
        assertNothingIsPublishedTwice();
    }

    private interface OnOne {
        void run(long id);
    }

    private void some(List<Long> ids, Random random, OnOne work) {
        List<Long> there = ids.stream().filter(channel.messages()::containsKey).toList();
        if (!there.isEmpty()) {
            work.run(there.get(random.nextInt(there.size())));
        }
    }

    private static int step(List<Long> ids, long id) {
        return ids.size() * 1_000 + ids.indexOf(id);
    }

    private void edit(long id, String text) {
        ObjectNode content = (ObjectNode) channel.messages().get(id).path("content");
        if (content.has("caption")) {
            content.set("caption", Contents.formatted(text));
        } else {
            content = Contents.text(text);
        }
        channel.edit(id, content);
    }

    private void joinAlbum(List<Long> ids, long id, int number) {
        if (album(channel.messages().get(id)) != 0) {
            ids.add(channel.joinAlbum(id, photo("", 50_000 + number % 10_000)));
        }
    }

    private static long album(JsonNode message) {
        return message.path("media_album_id").asLong();
    }

    private List<List<Long>> trueAlbums() {
        return channel.messages().values().stream()
                .filter(message -> album(message) != 0)
                .collect(Collectors.groupingBy(
                        LiveFeedIT::album,
                        Collectors.mapping(message -> message.path("id").asLong() >> 20, Collectors.toList())))
                .values()
                .stream()
                .sorted((one, other) -> Long.compare(one.get(0), other.get(0)))
                .toList();
    }

    private List<List<Long>> storedAlbums() {
        return jdbc
                .sql(
                        """
                        SELECT string_agg(p.telegram_message_id::text, ' ' ORDER BY i.position)
                        FROM media_group_items i JOIN posts p ON p.id = i.post_id GROUP BY i.group_id
                        ORDER BY min(p.telegram_message_id)""")
                .query(String.class)
                .list()
                .stream()
                .map(album -> java.util.Arrays.stream(album.split(" "))
                        .map(Long::valueOf)
                        .toList())
                .toList();
    }

    @Test
    void tenants_have_their_own_posts_of_a_channel_that_both_read() throws Exception {
        UUID other = UUID.randomUUID();
        jdbc.sql("INSERT INTO tenants (id, name) VALUES (?, ?)")
                .params(other, "tenant " + other)
                .update();
        subscribe();
        jdbc.sql(
                        """
                        WITH reader AS (INSERT INTO users (tenant_id) VALUES (?) RETURNING id)
                        INSERT INTO user_channel (user_id, channel_id) SELECT reader.id, c.id FROM reader, channels c""")
                .param(other)
                .update();
        LiveProcess process = start(LiveProcess.parser(87_600, 3_600));
        process.awaitRead();
        telegram.join(channel);
        long first = channel.post(photo("both", 1));
        await().atMost(TIME).until(() -> count("posts WHERE content = 'both'") == 2);
        assertThat(count("media_objects")).as("each has its own file").isEqualTo(2);
        jdbc.sql("UPDATE live_channels SET paused_at = now() WHERE tenant_id = ?")
                .param(other)
                .update();
        channel.edit(first, Contents.text("one"));
        await().atMost(TIME).until(() -> count("posts WHERE content = 'one'") == 1);
        channel.delete(first);
        await().atMost(TIME).until(() -> count("posts WHERE is_deleted") == 1);
        assertThat(one("SELECT content FROM posts WHERE NOT is_deleted")).isEqualTo("both");
        assertThat(telegram.requests("searchPublicChat")).hasSize(1);
        jdbc.sql("DELETE FROM user_channel WHERE user_id <> 1").update();
    }

    @Test
    void a_private_channel_is_read_for_the_tenant_of_its_account_only() throws Exception {
        UUID other = UUID.randomUUID();
        jdbc.sql("INSERT INTO tenants (id, name) VALUES (?, ?)")
                .params(other, "tenant " + other)
                .update();
        StandInChannel secret = telegram.channel(4_242, "", "Secret");
        start(LiveProcess.parser(87_600, 3_600));
        telegram.join(secret);
        UUID id = subscribe("tg_channel_id", 4_242L);
        jdbc.sql(
                        """
                        WITH reader AS (INSERT INTO users (tenant_id) VALUES (?) RETURNING id)
                        INSERT INTO user_channel (user_id, channel_id) SELECT reader.id, ? FROM reader""")
                .params(other, id)
                .update();
        secret.post(Contents.text("for members"));

        await().atMost(TIME).until(() -> count("posts WHERE content = 'for members'") == 1);
        await().atMost(TIME).untilAsserted(() -> assertThat(
                        one("SELECT coalesce(error, '') FROM live_channels WHERE tenant_id = '" + other + "'"))
                .contains("no signed-in account has access to the channel"));
        assertThat(one("SELECT tenant_id::text FROM posts WHERE content = 'for members'"))
                .isEqualTo(TENANT.toString());
        jdbc.sql("DELETE FROM user_channel WHERE user_id <> 1").update();
    }

    @Test
    void posts_are_complete_after_the_database_was_away() throws Exception {
        subscribe();
        start(LiveProcess.parser(87_600, 3_600)).awaitRead();
        telegram.join(channel);
        for (int round = 0; round < 5; round++) {
            int number = round;
            IntStream.range(0, 100).forEach(i -> channel.post(Contents.text("round " + number + " post " + i)));
            DATABASE.terminateConnections();
        }
        await().atMost(TIME).ignoreExceptions().until(() -> posts().size() == 500);
        assertThat(posts()).isEqualTo(truth());
        assertNothingIsPublishedTwice();
    }

    @Test
    void a_channel_of_an_account_that_is_signed_out_says_so_and_is_read_by_another_one() throws Exception {
        telegram.user("+79990000002", "2", "", "Boris");
        subscribe();
        LiveProcess process = start(LiveProcess.parser(87_600, 3_600));
        process.awaitRead();
        telegram.endSessions(LiveProcess.PHONE);
        channel.postUnannounced(Contents.text("while nobody reads"));
        var second = process.accounts.open("second");
        second.await(next -> next.state() == State.NEEDS_PHONE_NUMBER, TIME);
        second.answer(State.NEEDS_PHONE_NUMBER, "+79990000002");
        second.await(next -> next.state() == State.NEEDS_CODE, TIME);
        second.answer(State.NEEDS_CODE, "2");
        await().atMost(TIME).until(() -> count("live_channels WHERE account = 'second' AND error IS NULL") == 1);
        await().atMost(TIME).until(() -> posts().equals(truth()));
        channel.post(Contents.text("heard by the second"));
        await().atMost(TIME).until(() -> posts().size() == 2);
    }

    @Test
    void a_message_that_came_cut_is_stored_whole() throws Exception {
        subscribe();
        start(LiveProcess.parser(87_600, 3_600)).awaitRead();
        telegram.join(channel);
        channel.postRich(Contents.richMessage(false, "First"), Contents.richMessage(true, "First", "Second"));
        await().atMost(TIME).until(() -> posts().size() == 1);
        assertThat(posts()).containsValue("First\nSecond");
    }

    @Test
    void a_message_that_telegram_refuses_does_not_hold_up_the_others() throws Exception {
        subscribe();
        start(LiveProcess.parser(87_600, 3_600)).awaitRead();
        telegram.join(channel);
        telegram.fail("getMessages", 400, "Message identifier is not allowed", 1);
        channel.post(Contents.text("first"));
        channel.post(Contents.text("second"));
        await().atMost(TIME).until(() -> posts().size() == 2);
    }

    @Test
    void updates_that_the_queue_left_out_are_made_up_for() throws Exception {
        subscribe();
        LiveProcess process = start(LiveProcess.parser(87_600, 3_600));
        process.awaitRead();
        telegram.lose("updateNewMessage", 5);
        telegram.join(channel);
        IntStream.range(0, 5).forEach(i -> channel.post(Contents.text("left out " + i)));
        ObjectNode lost = JsonNodeFactory.instance
                .objectNode()
                .put("@type", "updatesLost")
                .put("count", 5)
                .put("all_chats", false);
        lost.putArray("chat_ids").add(channel.chatId());
        process.feed.note(List.of(lost), "main");
        await().atMost(TIME).until(() -> posts().equals(truth()) && posts().size() == 5);
    }
}
