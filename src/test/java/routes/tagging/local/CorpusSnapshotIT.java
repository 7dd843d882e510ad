package routes.tagging.local;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.springframework.jdbc.core.simple.JdbcClient;
import routes.testing.EmbeddedDatabase;
import routes.text.TextAnalysis;

class CorpusSnapshotIT {
    @RegisterExtension
    static final EmbeddedDatabase DATABASE = new EmbeddedDatabase();

    private static final UUID TENANT = UUID.fromString("00000000-0000-0000-0000-000000000001");
    private static final UUID CHANNEL = UUID.fromString("00000000-0000-0000-0000-0000000000c1");

    private final TextAnalysis analysis = new TextAnalysis();
    private final TestClock clock = new TestClock();
    private JdbcClient jdbc;
    private CorpusSnapshotTable table;
    private CorpusSnapshots snapshots;
    private int messages;

    @BeforeEach
    void noPosts() {
        jdbc = DATABASE.jdbc();
        jdbc.sql("TRUNCATE posts, corpus_snapshots CASCADE").update();
        jdbc.sql("INSERT INTO channels (id) VALUES (?) ON CONFLICT DO NOTHING")
                .param(CHANNEL)
                .update();
        table = new CorpusSnapshotTable(jdbc);
        snapshots = new CorpusSnapshots(table, clock);
    }

    @AfterEach
    void interruptedNoMore() {
        Thread.interrupted();
    }

    @Test
    void wordsOfStoredPostsAreCountedByPost() throws Exception {
        insert("Дайджест: Дайджест про Kafka", 12);
        insert("Дайджест о погоде", 8);
        insert("одиночка", 1);
        insert("", 5);
        insert("удалено", 5);
        jdbc.sql("UPDATE posts SET is_deleted = true WHERE content = 'удалено'").update();

        job(10, 50_000).run();

        RecordedSnapshot recorded = snapshots.current();
        assertThat(recorded.id()).isNotNull();
        assertThat(recorded.snapshot())
                .isEqualTo(new CorpusSnapshot(21, Map.of("дайджест", 20L, "kafka", 12L, "погод", 8L)));
    }

    @Test
    void nothingIsRecordedBelowTheLeastNumberOfPosts() throws Exception {
        insert("Дайджест", 9);

        job(10, 50_000).run();

        assertThat(count()).isZero();
        assertThat(snapshots.current()).isEqualTo(RecordedSnapshot.NONE);
    }

    @Test
    void aNewOneIsRecordedOnlyWhenTheCorpusHasGrownByATenthAndByTheLeastNumber() throws Exception {
        CorpusSnapshotJob job = job(10, 50_000);
        insert("Дайджест", 200);
        job.run();
        job.run();
        assertThat(count()).isEqualTo(1);

        insert("Дайджест", 19);
        job.run();
        assertThat(count()).isEqualTo(1);

        insert("Дайджест", 1);
        job.run();
        assertThat(count()).isEqualTo(2);
        assertThat(snapshots.current().snapshot().documents()).isEqualTo(220);
    }

    @Test
    void ofManyPostsTheNewestAreCountedAndGrowthGoesOnBeyondThem() throws Exception {
        insert("старое", 300);
        insert("новое", 700);
        CorpusSnapshotJob job = job(10, 600);
        job.run();
        assertThat(snapshots.current().snapshot()).isEqualTo(new CorpusSnapshot(600, Map.of("нов", 600L)));

        insert("свежее", 60);
        job.run();

        assertThat(snapshots.current().snapshot().frequencies()).containsEntry("нов", 540L);
    }

    @Test
    void onlyTheNewestFewAreKept() throws Exception {
        CorpusSnapshotJob job = job(10, 50_000);
        for (int i = 0; i < 8; i++) {
            insert("Дайджест", 30);
            job.run();
        }

        assertThat(count()).isEqualTo(5);
        assertThat(snapshots.current().snapshot().documents()).isEqualTo(240);
    }

    @Test
    void anInterruptedRunRecordsNothing() {
        insert("Дайджест", 20);
        Thread.currentThread().interrupt();

        assertThatThrownBy(() -> job(10, 50_000).run()).isInstanceOf(InterruptedException.class);

        assertThat(count()).isZero();
    }

    @Test
    void whatAnotherProcessRecordedIsUsedAMinuteLater() {
        assertThat(snapshots.current()).isEqualTo(RecordedSnapshot.NONE);
        CorpusSnapshot counted = new CorpusSnapshot(300, Map.of("kafka", 299L));
        long id = new CorpusSnapshotTable(jdbc).record(counted, 1);

        clock.now = clock.now.plusSeconds(59);
        assertThat(snapshots.current()).isEqualTo(RecordedSnapshot.NONE);
        clock.now = clock.now.plusSeconds(1);
        assertThat(snapshots.current()).isEqualTo(new RecordedSnapshot(id, counted));
    }

    @Test
    void betweenTwoLooksNoPostAsksTheDatabase() {
        long id = table.record(new CorpusSnapshot(300, Map.of("kafka", 299L)), 1);
        RecordedSnapshot first = snapshots.current();

        jdbc.sql("TRUNCATE corpus_snapshots").update();

        assertThat(first.id()).isEqualTo(id);
        assertThat(snapshots.current()).isSameAs(first);
    }

    @Test
    void tagsAreChosenWithTheNewestSnapshotAndSayWhichOneThatWas() {
        LocalTagging tagging = new LocalTagging(new LocalTagger(analysis), snapshots, 5);
        String text = "Дайджест: наш бот присылает погоду, курс и пробки";
        assertThat(tagging.propose(text, snapshots.current())).satisfies(tags -> {
            assertThat(tags.metadata()).isEmpty();
            assertThat(tags.accepted()).startsWith("Дайджест");
        });

        long id = table.record(new CorpusSnapshot(300, Map.of("дайджест", 300L, "бот", 300L)), 1);
        snapshots.recorded();

        assertThat(tagging.propose(text, snapshots.current())).satisfies(tags -> {
            assertThat(tags.metadata()).containsEntry("corpus_snapshot", id);
            assertThat(tags.accepted()).contains("погоду").doesNotContain("Дайджест", "бот");
        });
    }

    private CorpusSnapshotJob job(int minPosts, int maxPosts) {
        return new CorpusSnapshotJob(
                table, snapshots, analysis, new CorpusProperties(Duration.ofHours(1), minPosts, maxPosts));
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
