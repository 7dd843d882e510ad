package routes.ingest.live;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static routes.ingest.preview.PreviewStandIn.picture;
import static routes.tdlib.standin.Contents.entity;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.ZoneOffset;
import java.util.Arrays;
import java.util.List;
import java.util.UUID;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.springframework.jdbc.core.simple.JdbcClient;
import routes.ingest.ImportProperties;
import routes.ingest.ImportService;
import routes.ingest.export.ExportSource;
import routes.ingest.preview.PreviewStandIn;
import routes.redis.RedisLink;
import routes.tdlib.Tdlib;
import routes.tdlib.standin.Contents;
import routes.tdlib.standin.StandInFile;
import routes.tdlib.standin.TelegramStandIn;
import routes.testing.EmbeddedDatabase;
import routes.testing.EmbeddedRedis;

/** One channel as an export, through an account, and as a public preview: each pair, in both orders, meets in the same posts. */
@Timeout(300)
class ThreeSourcesIT {
    private static final long ID = 1_234_567_890L;
    private static final long POSTS = 8;
    private static final int FIRST_SECOND = 1_790_000_000;

    @RegisterExtension
    static final EmbeddedDatabase DATABASE = new EmbeddedDatabase();

    @RegisterExtension
    static final EmbeddedRedis REDIS = new EmbeddedRedis();

    @TempDir
    Path folder;

    private final PreviewStandIn previews = new PreviewStandIn();
    private final TelegramStandIn telegram =
            new TelegramStandIn().user(LiveProcess.PHONE, LiveProcess.CODE, "", "Anna");
    private final Tdlib tdlib = new Tdlib(telegram, Duration.ZERO);
    private RedisLink redis;
    private JdbcClient jdbc;
    private Path export;

    private enum Origin {
        EXPORT,
        ACCOUNT,
        PREVIEW
    }

    @BeforeEach
    void sameChannelThreeTimes() throws Exception {
        REDIS.commands().flushall();
        redis = new RedisLink(REDIS.newClient(), Duration.ofSeconds(10));
        jdbc = DATABASE.jdbc();
        jdbc.sql("TRUNCATE posts, media_objects, media_groups, channels, outbox, imports, telegram_files CASCADE")
                .update();
        account();
        preview();
        export = export();
        UUID channel = UUID.randomUUID();
        jdbc.sql("INSERT INTO channels (id, username) VALUES (?, 'news')")
                .param(channel)
                .update();
        jdbc.sql("INSERT INTO user_channel (user_id, channel_id) VALUES (1, ?)")
                .param(channel)
                .update();
    }

    @AfterEach
    void close() throws Exception {
        previews.close();
        redis.close();
    }

    private void account() {
        var channel = telegram.channel(ID, "news", "News");
        channel.at(FIRST_SECOND);
        channel.postUnannounced(Contents.text(
                "Read https://example.com/a now\n#tag and 👍 here",
                entity(5, 21, "textEntityTypeUrl"),
                entity(27, 3, "textEntityTypeBold"),
                entity(31, 4, "textEntityTypeHashtag")));
        channel.postUnannounced(Contents.poll("Who?", "Me", "You"));
        ObjectNode[] members = new ObjectNode[3];
        for (int i = 0; i < members.length; i++) {
            StandInFile file = telegram.file(picture(i));
            members[i] = Contents.photo(i == 0 ? "album" : "", file, file);
        }
        channel.album(members);
        channel.at(FIRST_SECOND + 10);
        long edited = channel.postUnannounced(Contents.text("first words"));
        channel.at(FIRST_SECOND + 3_600);
        channel.edit(edited, Contents.text("other words"));
        channel.at(FIRST_SECOND + 11);
        channel.postUnannounced(Contents.text(
                "see this page",
                entity(4, 9, Contents.object("textEntityTypeTextUrl").put("url", "https://example.com/page"))));
        StandInFile file = telegram.file(picture(9));
        channel.postUnannounced(Contents.photo("one photo", file, file));
    }

    private void preview() {
        var channel = previews.channel("news", ID, "News");
        channel.text(
                "Read <a href=\"https://example.com/a\" target=\"_blank\">https://example.com/a</a> <b>now</b><br/>"
                        + "<a href=\"?q=%23tag\">#tag</a> and <i class=\"emoji\"><b>👍</b></i> here");
        channel.post(
                "<div class=\"tgme_widget_message_poll\"><div class=\"tgme_widget_message_poll_question\">Who?</div>"
                        + "<div class=\"tgme_widget_message_poll_option\"><div class=\"tgme_widget_message_poll_option_text\">Me</div></div>"
                        + "<div class=\"tgme_widget_message_poll_option\"><div class=\"tgme_widget_message_poll_option_text\">You</div></div>"
                        + "<div class=\"tgme_widget_message_voters\">12 voters</div></div>");
        channel.album("album", picture(0), picture(1), picture(2));
        channel.at(java.time.Instant.ofEpochSecond(FIRST_SECOND + 10));
        long edited = channel.text("first words");
        channel.editText(edited, "other words");
        channel.text("see <a href=\"https://example.com/page\" onclick=\"return confirm('Open?')\">this page</a>");
        channel.photo("one photo", picture(9));
    }

    private Path export() throws Exception {
        Path target = Files.createDirectories(folder.resolve("export"));
        for (int number : new int[] {0, 1, 2, 9}) {
            Files.write(target.resolve("photo_" + number + ".jpg"), picture(number));
        }
        String[] messages = {
            message(
                    1,
                    FIRST_SECOND,
                    "",
                    "[\"Read \",{\"type\":\"link\",\"text\":\"https://example.com/a\"},\" \","
                            + "{\"type\":\"bold\",\"text\":\"now\"},\"\\n\",{\"type\":\"hashtag\",\"text\":\"#tag\"},\" and 👍 here\"]"),
            message(
                    2,
                    FIRST_SECOND + 1,
                    "\"poll\":{\"question\":\"Who?\",\"total_voters\":12,\"answers\":"
                            + "[{\"text\":\"Me\",\"voters\":4},{\"text\":\"You\",\"voters\":4}]},",
                    "\"\""),
            message(3, FIRST_SECOND + 2, "\"photo\":\"photo_0.jpg\",", "\"album\""),
            message(4, FIRST_SECOND + 2, "\"photo\":\"photo_1.jpg\",", "\"\""),
            message(5, FIRST_SECOND + 2, "\"photo\":\"photo_2.jpg\",", "\"\""),
            message(6, FIRST_SECOND + 10, "\"edited_unixtime\":\"" + (FIRST_SECOND + 3_600) + "\",", "\"other words\""),
            message(
                    7,
                    FIRST_SECOND + 11,
                    "",
                    "[\"see \",{\"type\":\"text_link\",\"text\":\"this page\",\"href\":\"https://example.com/page\"}]"),
            message(8, FIRST_SECOND + 12, "\"photo\":\"photo_9.jpg\",", "\"one photo\"")
        };
        return Files.writeString(
                target.resolve("result.json"),
                "{\"name\":\"News\",\"type\":\"public_channel\",\"id\":" + ID + ",\"messages\":["
                        + String.join(",", messages) + "]}");
    }

    private static String message(int id, int time, String fields, String text) {
        return "{\"id\":" + id + ",\"type\":\"message\",\"date_unixtime\":\"" + time
                + "\",\"from\":\"News\",\"from_id\":\"channel" + ID + "\"," + fields + "\"text\":" + text
                + ",\"text_entities\":[]}";
    }

    private void read(Origin origin) throws Exception {
        // as an hour after --telegram-logout, so that the preview takes over at once
        jdbc.sql("UPDATE live_channels SET account = NULL, chat_id = NULL, source_since = now() - interval '1 hour';"
                        + " UPDATE telegram_accounts SET seen_at = now() - interval '1 hour'")
                .update();
        String url = origin == Origin.EXPORT ? null : previews.url();
        var preview = new LiveProcess.Preview(url, redis, Duration.ZERO, origin == Origin.ACCOUNT);
        try (var process = new LiveProcess(DATABASE.dataSource(), folder, tdlib, LiveProcess.ALL, 1_000_000, preview)) {
            if (origin == Origin.EXPORT) {
                importExport(process);
            } else {
                process.awaitRead();
                process.awaitRead();
            }
        }
    }

    private void importExport(LiveProcess process) throws Exception {
        try (var imports = new ImportService(
                DATABASE.dataSource(),
                path -> ExportSource.open(path, ZoneOffset.UTC),
                process.intake,
                process.removal,
                new ImportProperties(null, 5, Duration.ofSeconds(20), false),
                progress -> {})) {
            UUID id = imports.submit(1, LiveProcess.TENANT, export);
            await().atMost(LiveProcess.TIME)
                    .until(() -> imports.find(id).orElseThrow().isOver());
        }
    }

    private long count(String sql) {
        return jdbc.sql("SELECT count(*) FROM " + sql).query(Long.class).single();
    }

    private List<String> contents() {
        return jdbc.sql(
                        """
                        SELECT telegram_message_id || ' ' || content_hash || ' ' || coalesce(attachment_text, '') || ' ' || urls
                        FROM posts ORDER BY telegram_message_id""")
                .query(String.class)
                .list();
    }

    static Stream<Arguments> pairs() {
        return Arrays.stream(Origin.values())
                .flatMap(one -> Arrays.stream(Origin.values()).map(other -> Arguments.of(one, other)))
                .filter(pair -> pair.get()[0] != pair.get()[1]);
    }

    @ParameterizedTest(name = "{0}, then {1}")
    @MethodSource("pairs")
    void two_sources_of_a_channel_meet_in_the_same_posts(Origin first, Origin second) throws Exception {
        read(first);
        List<String> contents = contents();
        long outbox = count("outbox");
        assertThat(count("posts")).isEqualTo(POSTS);
        assertThat(count("media_objects")).isEqualTo(4);

        read(second);
        read(first);

        assertThat(count("posts WHERE NOT is_deleted")).isEqualTo(POSTS);
        assertThat(contents()).isEqualTo(contents);
        assertThat(count("media_objects")).isEqualTo(4);
        assertThat(count("media_groups")).isEqualTo(1);
        assertThat(count("media_group_items")).isEqualTo(3);
        assertThat(count("channels WHERE is_active")).isEqualTo(1);
        assertThat(count("post_edits")).isZero();
        assertThat(count("outbox")).as("neither publishes what the other did").isEqualTo(outbox);
    }
}
