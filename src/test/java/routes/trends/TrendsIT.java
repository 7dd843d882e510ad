package routes.trends;

import static org.assertj.core.api.Assertions.assertThat;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.jdbc.support.JdbcTransactionManager;
import routes.answers.AnswerArchive;
import routes.events.EventCodec;
import routes.events.Json;
import routes.events.StreamCatalog;
import routes.outbox.Outbox;
import routes.testing.DrivenClock;
import routes.testing.EmbeddedDatabase;
import routes.text.SearchWords;
import routes.trends.Trends.Window;

class TrendsIT {
    private static final Instant NOW = Instant.parse("2026-11-29T12:00:00Z");

    @RegisterExtension
    static final EmbeddedDatabase DATABASE = new EmbeddedDatabase();

    @TempDir
    Path folder;

    private final DrivenClock clock = new DrivenClock(NOW);
    private AnswerArchive archive;
    private Trends trends;
    private UUID tenant;
    private long user;
    private List<UUID> channels;

    @BeforeEach
    void threeChannelsWithUsualPosts() throws IOException {
        archive = new AnswerArchive(DATABASE, folder);
        archive.jdbc.sql("DELETE FROM outbox").update();
        archive.jdbc.sql("DELETE FROM trends").update();
        archive.jdbc.sql("DELETE FROM post_enrichment").update();
        archive.jdbc.sql("DELETE FROM posts").update();
        trends = new Trends(
                archive.jdbc,
                new JdbcTransactionManager(DATABASE.dataSource()),
                new Outbox(DATABASE.dataSource(), new EventCodec(Json.newMapper(), new StreamCatalog())),
                new SearchWords(),
                new TrendsProperties("-", Duration.ofHours(1), 5, 2, 100, 15.1),
                new SimpleMeterRegistry(),
                clock);
        tenant = archive.tenant();
        user = archive.user(tenant);
        channels = List.of(
                archive.channel("Первый", user), archive.channel("Второй", user), archive.channel("Третий", user));
        usual(NOW.minus(Duration.ofHours(25)), 600);
        usual(NOW, 24);
    }

    /** A post each hour before that time, without an index: it would take most of the time. */
    private void usual(Instant end, int posts) {
        for (int c = 0; c < 3; c++) {
            archive.jdbc
                    .sql(
                            """
                            INSERT INTO posts (id, tenant_id, channel_id, telegram_message_id, content, posted_at)
                            SELECT gen_random_uuid(), :tenant, :channel, :start + n, 'Обычный день в городе, сообщение ' || n,
                                CAST(:end AS timestamptz) - make_interval(hours => n)
                            FROM generate_series(1, :posts) AS n WHERE n % 3 = :c
                            """)
                    .param("tenant", tenant)
                    .param("channel", channels.get(c))
                    .param("start", end.getEpochSecond())
                    .param("end", end.toString())
                    .param("posts", posts)
                    .param("c", c)
                    .update();
        }
    }

    @AfterEach
    void close() {
        archive.close();
    }

    private void post(Instant at, int channel, String text, String... tags) {
        archive.post(tenant, channels.get(channel % channels.size()), at, text, tags);
    }

    private void eclipse(Instant at) {
        for (int i = 0; i < 6; i++) {
            post(at.minusSeconds(600L * i), i, "Солнечное затмение над городом, снимок " + i, "затмение");
        }
    }

    private List<String> announced() {
        return archive.jdbc
                .sql("SELECT event ->> 'keyword' FROM outbox WHERE stream = 'trends.emerging' ORDER BY id")
                .query(String.class)
                .list();
    }

    private List<Trends.Trend> seen(Window window) {
        return trends.list(tenant, user, window);
    }

    @Test
    void a_trend_is_stored_with_examples_of_several_channels_and_announced_once_in_whatever_window() {
        eclipse(NOW.minus(Duration.ofHours(2)));
        trends.detect(Window.DAY);

        assertThat(seen(Window.DAY)).singleElement().satisfies(trend -> {
            assertThat(trend.frequency()).isEqualTo(6);
            assertThat(trend.channels()).isEqualTo(3);
            assertThat(trend.burstScore()).isGreaterThan(2);
            assertThat(trend.examples()).hasSize(5);
            assertThat(trend.examples().stream().map(Trends.Example::channel).distinct())
                    .hasSize(3);
            assertThat(trend.topics()).isNotEmpty();
            assertThat(trend.series().stream().mapToInt(n -> n)).hasSize(12);
        });
        assertThat(announced()).hasSize(1);

        clock.advance(Duration.ofHours(1));
        eclipse(clock.instant());
        trends.detect(Window.DAY);
        trends.detect(Window.WEEK);
        trends.detect(Window.WEEK);

        assertThat(seen(Window.DAY)).singleElement().satisfies(trend -> assertThat(trend.frequency())
                .isEqualTo(12));
        assertThat(seen(Window.WEEK)).hasSize(1);
        assertThat(announced()).hasSize(1);
    }

    @Test
    void a_trend_that_is_over_is_not_shown_and_one_that_returns_within_a_week_is_not_announced_again() {
        eclipse(NOW.minus(Duration.ofHours(2)));
        trends.detect(Window.DAY);
        clock.advance(Duration.ofHours(30));
        trends.detect(Window.DAY);
        assertThat(seen(Window.DAY)).isEmpty();

        eclipse(clock.instant());
        eclipse(clock.instant().minusSeconds(30));
        usual(clock.instant(), 24);
        trends.detect(Window.DAY);
        assertThat(seen(Window.DAY)).hasSize(1);
        assertThat(announced()).hasSize(1);
    }

    @Test
    void usual_posts_are_no_trend_and_other_tenants_and_unread_channels_see_nothing() {
        trends.detect(Window.DAY);
        assertThat(seen(Window.DAY)).isEmpty();

        eclipse(NOW.minus(Duration.ofHours(2)));
        trends.detect(Window.DAY);
        UUID otherTenant = archive.tenant();
        long other = archive.user(otherTenant);
        long withoutChannels = archive.user(tenant);
        assertThat(trends.list(otherTenant, other, Window.DAY)).isEmpty();
        assertThat(trends.list(tenant, withoutChannels, Window.DAY)).isEmpty();
        assertThat(seen(Window.DAY)).hasSize(1);
    }

    @Test
    void a_story_around_midnight_is_one_trend_that_is_announced_once() {
        Instant midnight = Instant.parse("2026-11-29T00:00:00Z");
        for (int i = 0; i < 8; i++) {
            post(midnight.plusSeconds(300L * (i - 4)), i, "Солнечное затмение над городом, снимок " + i, "затмение");
        }
        for (Instant at : List.of(midnight.plusSeconds(1), midnight.plusSeconds(1_800), midnight.plusSeconds(3_600))) {
            clock.set(at);
            trends.detect(Window.DAY);
            trends.detect(Window.WEEK);
        }

        assertThat(seen(Window.DAY)).singleElement().satisfies(trend -> assertThat(trend.frequency())
                .isEqualTo(8));
        assertThat(announced()).hasSize(1);
    }

    @Test
    void what_the_channels_write_on_the_same_day_of_each_week_is_no_trend() {
        for (int week = 0; week <= 4; week++) {
            for (int hours = 2; hours <= 4; hours++) {
                eclipse(NOW.minus(Duration.ofDays(7L * week)).minus(Duration.ofHours(hours)));
            }
        }
        trends.detect(Window.DAY);
        assertThat(seen(Window.DAY)).isEmpty();
        assertThat(announced()).isEmpty();

        // on another day the same is one
        clock.advance(Duration.ofDays(2));
        for (int hours = 2; hours <= 4; hours++) {
            eclipse(clock.instant().minus(Duration.ofHours(hours)));
        }
        usual(clock.instant(), 24);
        trends.detect(Window.DAY);
        assertThat(seen(Window.DAY)).hasSize(1);
    }

    @Test
    void on_the_first_day_of_an_installation_nothing_is_a_trend() {
        archive.jdbc
                .sql("DELETE FROM posts WHERE posted_at < CAST(? AS timestamptz)")
                .param(NOW.minus(Duration.ofHours(24)).toString())
                .update();
        eclipse(NOW.minus(Duration.ofHours(2)));

        trends.detect(Window.DAY);
        trends.detect(Window.WEEK);

        assertThat(seen(Window.DAY)).isEmpty();
        assertThat(seen(Window.WEEK)).isEmpty();
        assertThat(announced()).isEmpty();
    }

    @Test
    void a_trend_whose_posts_were_erased_while_the_run_went_on_does_not_stay() {
        eclipse(NOW.minus(Duration.ofHours(2)));
        trends.detect(Window.DAY);
        archive.jdbc
                .sql(
                        "UPDATE posts SET is_deleted = true, deleted_at = now(), cleaned_at = now(), content = '' WHERE content LIKE 'Солнечное%'")
                .update();

        trends.detect(Window.DAY);

        assertThat(archive.jdbc
                        .sql("SELECT count(*) FROM trends")
                        .query(Long.class)
                        .single())
                .isZero();
        assertThat(archive.jdbc
                        .sql("SELECT count(*) FROM trend_posts")
                        .query(Long.class)
                        .single())
                .isZero();
    }
}
