package routes.tagging.local;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.springframework.jdbc.core.simple.JdbcClient;
import routes.events.Examples;
import routes.events.PostParsed;
import routes.tagging.TaggingTask;
import routes.testing.EmbeddedDatabase;
import routes.text.SearchWords;
import routes.text.TextAnalysis;

class CorpusSnapshotIT {
    @RegisterExtension
    static final EmbeddedDatabase DATABASE = new EmbeddedDatabase();

    private static final UUID TENANT = UUID.fromString("00000000-0000-0000-0000-000000000001");
    private static final UUID CHANNEL = UUID.fromString("00000000-0000-0000-0000-0000000000c1");

    private final TextAnalysis analysis = new TextAnalysis(new SearchWords());
    private final TestClock clock = new TestClock();
    private JdbcClient jdbc;
    private CorpusSnapshots snapshots;
    private int messages;

    @BeforeEach
    void noPosts() {
        jdbc = DATABASE.jdbc();
        jdbc.sql("TRUNCATE posts, corpus_snapshots CASCADE").update();
        jdbc.sql("INSERT INTO channels (id) VALUES (?) ON CONFLICT DO NOTHING")
                .param(CHANNEL)
                .update();
        snapshots = process(10, 50_000);
    }

    @AfterEach
    void interruptedNoMore() {
        Thread.interrupted();
    }

    @Test
    void words_of_stored_posts_are_counted_by_post() throws Exception {
        insert("Дайджест: Дайджест про Kafka", 12);
        insert("Дайджест о погоде", 8);
        insert("одиночка", 1);
        insert("", 5);
        insert("удалено", 5);
        jdbc.sql("UPDATE posts SET is_deleted = true WHERE content = 'удалено'").update();

        snapshots.run();

        CorpusSnapshot recorded = snapshots.current();
        assertThat(recorded.id()).isNotNull();
        assertThat(recorded)
                .isEqualTo(new CorpusSnapshot(recorded.id(), 21, Map.of("дайджест", 20L, "kafka", 12L, "погод", 8L)));
    }

    @Test
    void nothing_is_recorded_below_the_least_number_of_posts() throws Exception {
        insert("Дайджест", 9);

        snapshots.run();

        assertThat(count()).isZero();
        assertThat(snapshots.current()).isEqualTo(CorpusSnapshot.EMPTY);
    }

    @Test
    void a_new_one_is_recorded_only_when_the_corpus_has_grown_by_a_tenth_and_by_the_least_number() throws Exception {
        insert("Дайджест", 200);
        snapshots.run();
        snapshots.run();
        assertThat(count()).isEqualTo(1);

        insert("Дайджест", 19);
        snapshots.run();
        assertThat(count()).isEqualTo(1);

        insert("Дайджест", 1);
        snapshots.run();
        assertThat(count()).isEqualTo(2);
        assertThat(snapshots.current().documents()).isEqualTo(220);
    }

    @Test
    void of_many_posts_the_newest_are_counted_and_growth_goes_on_beyond_them() throws Exception {
        insert("старое", 300);
        insert("новое", 700);
        snapshots = process(10, 600);
        snapshots.run();
        assertThat(snapshots.current())
                .extracting(CorpusSnapshot::documents, CorpusSnapshot::frequencies)
                .containsExactly(600L, Map.of("нов", 600L));

        insert("свежее", 60);
        snapshots.run();

        assertThat(snapshots.current().frequencies()).containsEntry("нов", 540L);
    }

    @Test
    void only_the_newest_few_are_kept() throws Exception {
        for (int i = 0; i < 8; i++) {
            insert("Дайджест", 30);
            snapshots.run();
        }

        assertThat(count()).isEqualTo(5);
        assertThat(snapshots.current().documents()).isEqualTo(240);
    }

    @Test
    void an_interrupted_run_records_nothing() {
        insert("Дайджест", 20);
        Thread.currentThread().interrupt();

        assertThatThrownBy(() -> snapshots.run()).isInstanceOf(InterruptedException.class);

        assertThat(count()).isZero();
    }

    @Test
    void what_another_process_recorded_is_used_a_minute_later() {
        assertThat(snapshots.current()).isEqualTo(CorpusSnapshot.EMPTY);
        long id = process(10, 50_000).record(counted(Map.of("kafka", 299L)), 1);

        clock.now = clock.now.plusSeconds(59);
        assertThat(snapshots.current()).isEqualTo(CorpusSnapshot.EMPTY);
        clock.now = clock.now.plusSeconds(1);
        assertThat(snapshots.current()).isEqualTo(new CorpusSnapshot(id, 300, Map.of("kafka", 299L)));
    }

    @Test
    void between_two_looks_no_post_asks_the_database() {
        long id = snapshots.record(counted(Map.of("kafka", 299L)), 1);
        CorpusSnapshot first = snapshots.current();

        jdbc.sql("TRUNCATE corpus_snapshots").update();

        assertThat(first.id()).isEqualTo(id);
        assertThat(snapshots.current()).isSameAs(first);
    }

    @Test
    void tags_are_chosen_with_the_newest_snapshot_and_say_which_one_that_was() {
        LocalTagging tagging = new LocalTagging(analysis, snapshots, 5);
        PostParsed post = Examples.parsed("Дайджест: наш бот присылает погоду, курс и пробки");
        assertThat(tagging.tags(List.of(post))).satisfies(result -> {
            assertThat(result.metadata()).isEmpty();
            assertThat(TaggingTask.tags(result, post).orElseThrow().accepted()).startsWith("Дайджест");
        });

        long id = snapshots.record(counted(Map.of("дайджест", 300L, "бот", 300L)), 1);

        assertThat(tagging.tags(List.of(post))).satisfies(result -> {
            assertThat(result.metadata()).containsEntry("corpus_snapshot", id);
            assertThat(TaggingTask.tags(result, post).orElseThrow().accepted())
                    .contains("погоду")
                    .doesNotContain("Дайджест", "бот");
        });
    }

    private static CorpusSnapshot counted(Map<String, Long> frequencies) {
        return new CorpusSnapshot(null, 300, frequencies);
    }

    private CorpusSnapshots process(int minPosts, int maxPosts) {
        return new CorpusSnapshots(
                jdbc, analysis, new CorpusProperties(Duration.ofHours(1), minPosts, maxPosts), clock);
    }

    private void insert(String text, int times) {
        jdbc.sql(
                        """
                        INSERT INTO posts (id, tenant_id, channel_id, telegram_message_id, content, posted_at)
                        SELECT gen_random_uuid(), :tenant, :channel, :first + i, :text, now() FROM generate_series(1, :times) AS i
                        """)
                .param("tenant", TENANT)
                .param("channel", CHANNEL)
                .param("first", messages)
                .param("text", text)
                .param("times", times)
                .update();
        messages += times;
    }

    private long count() {
        return jdbc.sql("SELECT count(*) FROM corpus_snapshots")
                .query(Long.class)
                .single();
    }

    private static final class TestClock extends Clock {
        private Instant now = Instant.parse("2030-01-01T00:00:00Z");

        @Override
        public Instant instant() {
            return now;
        }

        @Override
        public ZoneId getZone() {
            return ZoneOffset.UTC;
        }

        @Override
        public Clock withZone(ZoneId zone) {
            return this;
        }
    }
}
