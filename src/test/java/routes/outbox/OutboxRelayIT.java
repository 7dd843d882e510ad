package routes.outbox;

import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.lettuce.core.Consumer;
import io.lettuce.core.Range;
import io.lettuce.core.RedisCommandExecutionException;
import io.lettuce.core.XGroupCreateArgs;
import io.lettuce.core.XReadArgs;
import io.lettuce.core.XReadArgs.StreamOffset;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.jdbc.support.JdbcTransactionManager;
import org.springframework.transaction.support.TransactionTemplate;
import routes.events.DigestsGenerate;
import routes.events.Event;
import routes.events.EventCodec;
import routes.events.Json;
import routes.events.PostDeleted;
import routes.events.StreamCatalog;
import routes.outbox.OutboxRelay.OutboxRow;
import routes.redis.RedisLink;
import routes.redis.StreamAdmin;
import routes.testing.EmbeddedDatabase;
import routes.testing.EmbeddedRedis;
import routes.tracing.EntryTraces;

class OutboxRelayIT {
    private static final UUID TENANT = UUID.fromString("00000000-0000-0000-0000-000000000001");

    @RegisterExtension
    static final EmbeddedDatabase database = new EmbeddedDatabase();

    @RegisterExtension
    static final EmbeddedRedis redis = new EmbeddedRedis();

    private static final String KEY = "stream:posts:deleted";
    private static final String DIGESTS = "stream:digests:generate";

    private final StreamCatalog catalog = new StreamCatalog();
    private final EventCodec codec = new EventCodec(Json.newMapper(), catalog);
    private Outbox outbox;
    private OutboxRelay relay;
    private TransactionTemplate transaction;

    @BeforeEach
    void emptyOutbox() {
        database.jdbc().sql("DELETE FROM outbox").update();
        database.jdbc().sql("DELETE FROM outbox_quarantine").update();
        redis.commands().flushall();
        outbox = new Outbox(database.dataSource(), codec);
        relay = relay(10_000);
        transaction = new TransactionTemplate(new JdbcTransactionManager(database.dataSource()));
    }

    @Test
    void rows_are_claimed_in_order_with_the_fields_of_their_entry_and_only_until_they_are_marked() {
        outbox.append(List.of(deleted("a"), deleted("b"), deleted("c")));
        assertThat(relay.unpublished()).isEqualTo(3);

        transaction.executeWithoutResult(status -> {
            List<OutboxRow> rows = relay.claim(2);
            assertThat(rows).extracting(OutboxRow::stream).containsOnly("posts.deleted");
            assertThat(rows).extracting(row -> row.fields().get("trace_id")).containsExactly("a", "b");
            assertThat(rows.get(0).fields())
                    .containsEntry("event", "posts.deleted")
                    .containsKeys("data", "traceparent");
            assertThat(codec.read("posts.deleted", rows.get(0).fields())).isEqualTo(deleted("a"));
            relay.markPublished(rows);
        });

        assertThat(claimed()).containsExactly("c");
        assertThat(relay.unpublished()).isZero();
    }

    @Test
    void streams_take_turns_and_each_keeps_its_order() {
        outbox.append(List.of(deleted("a"), digest("b"), deleted("c"), digest("d")));

        assertThat(claimed()).containsExactly("a", "c");
        assertThat(claimed()).containsExactly("b", "d");
        assertThat(claimed()).isEmpty();
    }

    @Test
    void rows_of_a_failed_publication_are_claimed_again() {
        outbox.append(List.of(deleted("a")));

        assertThatThrownBy(() -> transaction.executeWithoutResult(status -> {
                    relay.markPublished(relay.claim(10));
                    throw new IllegalStateException("Redis is away");
                }))
                .hasMessage("Redis is away");

        assertThat(claimed()).containsExactly("a");
    }

    @Test
    void two_relays_publish_every_row_once_and_in_order() throws Exception {
        var expected = new ArrayList<String>();
        for (int i = 0; i < 300; i++) {
            expected.add("t" + i);
        }
        outbox.append(expected.stream().map(OutboxRelayIT::deleted).toList());
        var published = new ArrayList<String>();
        Callable<Void> work = () -> {
            while (relay.unpublished() > 0) {
                transaction.executeWithoutResult(status -> {
                    List<OutboxRow> rows = relay.claim(7);
                    synchronized (published) {
                        rows.forEach(row -> published.add(row.fields().get("trace_id")));
                    }
                    relay.markPublished(rows);
                });
            }
            return null;
        };
        var pool = Executors.newFixedThreadPool(2);
        try {
            for (var done : pool.invokeAll(List.of(work, work))) {
                done.get(30, SECONDS);
            }
        } finally {
            pool.shutdownNow();
        }

        assertThat(published).containsExactlyElementsOf(expected);
    }

    @Test
    void without_a_transaction_nothing_is_claimed() {
        outbox.append(List.of(deleted("a")));

        assertThatThrownBy(() -> relay.claim(10)).isInstanceOf(IllegalStateException.class);

        assertThat(claimed()).containsExactly("a");
    }

    @Test
    void a_claim_reads_its_own_rows_only_however_many_wait_and_although_the_table_was_never_analysed() {
        claimed(); // a plan for an empty table
        database.jdbc()
                .sql(
                        """
                        INSERT INTO outbox (stream, event)
                        SELECT 'posts.deleted', jsonb_build_object('trace_id', i, 'text', repeat('x', 1000))
                        FROM generate_series(1, 5000) AS i""")
                .update();

        // after some executions PostgreSQL may use a plan that does not know the parameters
        for (int i = 0; i < 12; i++) {
            transaction.executeWithoutResult(status -> {
                long before = rowsRead();
                List<OutboxRow> rows = relay.claim(10);
                assertThat(rows).hasSize(10);
                assertThat(rowsRead() - before).isBetween(10L, 200L);
                relay.markPublished(rows);
            });
        }
    }

    @Test
    void a_claim_passes_no_rows_of_a_stream_that_is_full() {
        groups("one");
        relay = relay(100);
        fill(5_000);
        publishAll();

        for (int i = 0; i < 12; i++) {
            outbox.append(List.of(digest("d" + i)));
            transaction.executeWithoutResult(status -> {
                long before = rowsRead();
                List<OutboxRow> rows = relay.claim(10);
                assertThat(rows).extracting(OutboxRow::stream).containsExactly("digests.generate");
                assertThat(rowsRead() - before).isBetween(1L, 200L);
                relay.markPublished(rows);
            });
        }
    }

    /** By this connection since its statistics were sent, which never happens within a transaction. */
    private static long rowsRead() {
        return database.jdbc()
                .sql(
                        "SELECT coalesce(sum(seq_tup_read + idx_tup_fetch), 0) FROM pg_stat_xact_user_tables WHERE relname = 'outbox'")
                .query(Long.class)
                .single();
    }

    @ParameterizedTest
    @CsvSource(
            quoteCharacter = '|',
            value = {
                "posts.nowhere, |{\"trace_id\": \"x\"}|",
                "stream:posts:deleted, |{\"trace_id\": \"x\"}|",
                "|| , |{}|",
                "posts.deleted, |[1, 2]|",
                "posts.deleted, |\"text\"|",
                "posts.deleted, |null|",
                "posts.deleted, |17|"
            })
    void a_row_that_cannot_be_published_is_kept_apart_and_the_rows_behind_it_go_on(String stream, String event) {
        outbox.append(List.of(deleted("a")));
        long bad = row(stream == null ? "" : stream, event);
        outbox.append(List.of(deleted("b"), digest("c")));

        assertThat(claimed()).containsExactly("a", "b");
        assertThat(claimed()).containsExactly("c");
        assertThat(claimed()).isEmpty();
        assertThat(relay.unpublished()).isZero();
        assertThat(relay.quarantined()).containsExactly(bad);
        assertThat(database.jdbc()
                        .sql("SELECT event::text FROM outbox_quarantine WHERE reason <> ''")
                        .query(String.class)
                        .single())
                .isEqualTo(event);
        assertThat(new OutboxHealth(relay, new SimpleMeterRegistry()).health())
                .extracting(health -> health.getStatus().getCode(), health -> health.getDetails()
                        .get("ids"))
                .containsExactly("DEGRADED", List.of(bad));
    }

    @Test
    void many_rows_that_cannot_be_published_do_not_make_the_outbox_look_empty() {
        for (int i = 0; i < 30; i++) {
            row("posts.deleted", "[]");
        }
        outbox.append(List.of(deleted("a")));

        assertThat(claimed()).containsExactly("a");
        assertThat(relay.quarantined()).hasSize(30);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{\"post_id\": \"not a uuid\"}",
                "{\"trace_id\": \"t\", \"of_a_later_version\": {\"a\": 1.50}}",
                "{\"trace_id\": 7, \"idempotency_key\": []}",
                "{}"
            })
    void the_stored_text_is_published_as_it_is(String event) {
        row("posts.deleted", event);

        transaction.executeWithoutResult(status -> {
            assertThat(relay.claim(10)).singleElement().satisfies(row -> assertThat(row.fields())
                    .containsEntry("data", event)
                    .containsEntry("event", "posts.deleted")
                    .doesNotContainValue(null));
        });
    }

    @Test
    void a_stream_whose_batch_is_refused_goes_behind_the_others_and_keeps_its_order() {
        outbox.append(List.of(deleted("a"), digest("b"), deleted("c"), digest("d")));

        assertThatThrownBy(() -> transaction.executeWithoutResult(status -> {
                    assertThat(relay.claim(1)).extracting(OutboxRow::stream).containsExactly("posts.deleted");
                    throw new IllegalStateException("WRONGTYPE");
                }))
                .hasMessage("WRONGTYPE");

        assertThat(claimed()).containsExactly("b", "d");
        assertThat(claimed()).containsExactly("a", "c");
    }

    private long row(String stream, String event) {
        return database.jdbc()
                .sql("INSERT INTO outbox (stream, event) VALUES (?, ?::jsonb) RETURNING id")
                .params(stream, event)
                .query(Long.class)
                .single();
    }

    @Test
    void an_event_that_violates_its_schema_never_reaches_the_outbox() {
        var broken = new PostDeleted("v1", "trace", Instant.EPOCH, "key", null, TENANT, UUID.randomUUID(), "ttl", null);

        assertThatThrownBy(() -> outbox.append(List.of(broken))).hasMessageContaining("post_id");
        assertThat(relay.unpublished()).isZero();
    }

    @Test
    void pruning_removes_old_published_rows_in_bounded_steps_and_nothing_else() {
        outbox.append(List.of(deleted("a"), deleted("b"), deleted("c"), deleted("d")));
        transaction.executeWithoutResult(status -> relay.markPublished(relay.claim(3)));

        assertThat(relay.prune(Instant.now().minus(Duration.ofHours(1)), 10)).isZero();
        assertThat(relay.prune(Instant.now().plusSeconds(60), 2)).isEqualTo(2);
        assertThat(relay.prune(Instant.now().plusSeconds(60), 2)).isEqualTo(1);
        assertThat(claimed()).containsExactly("d");
    }

    @Test
    void a_stream_that_no_group_reads_waits_and_the_others_go_on() {
        groups("one", "other");
        relay = relay(100);
        fill(250);
        outbox.append(List.of(digest("behind")));

        assertThat(publishAll()).isEqualTo(101);
        assertThat(redis.commands().xlen(KEY)).isEqualTo(100);
        assertThat(redis.commands().xlen(DIGESTS)).isEqualTo(1);
        assertThat(relay.unpublished()).isEqualTo(150);
        assertThat(relay.published()).isEqualTo(101);
    }

    @Test
    void the_stream_is_filled_up_as_far_as_the_foremost_group_has_read() {
        groups("one", "other");
        relay = relay(100);
        fill(250);
        publishAll();

        read("one", 30);
        assertThat(publishAll()).isEqualTo(30);
        read("one", 100);
        read("other", 130);
        assertThat(publishAll()).isEqualTo(100);
        assertThat(publishAll()).isZero();
        read("one", 100);
        assertThat(publishAll()).isEqualTo(20);
        assertThat(relay.unpublished()).isZero();
        assertThat(redis.commands().xrange(KEY, Range.unbounded()))
                .extracting(entry -> entry.getBody().get("trace_id"))
                .containsExactlyElementsOf(
                        IntStream.range(0, 250).mapToObj(i -> "t" + i).toList());
    }

    @Test
    void without_groups_and_after_the_stream_is_lost_nothing_waits() {
        relay = relay(100);
        fill(250);
        assertThat(publishAll()).isEqualTo(250);

        groups("one");
        relay = relay(100);
        fill(250);
        assertThat(publishAll()).isEqualTo(100);
        redis.commands().flushall();
        assertThat(publishAll()).isEqualTo(150);
    }

    @Test
    void a_key_that_is_no_stream_any_more_holds_up_no_other() {
        groups("one");
        relay = relay(100);
        fill(250);
        publishAll();
        redis.commands().set(KEY, "text");
        outbox.append(List.of(digest("behind")));

        assertThatThrownBy(this::publishAll).isInstanceOf(RedisCommandExecutionException.class);
        assertThatThrownBy(this::publishAll).isInstanceOf(RedisCommandExecutionException.class);
        assertThat(redis.commands().xlen(DIGESTS)).isEqualTo(1);
        assertThat(relay.unpublished()).isEqualTo(150);
    }

    private OutboxRelay relay(int maxUnread) {
        var link = new RedisLink(redis.newClient(), Duration.ofSeconds(10));
        return new OutboxRelay(
                database.dataSource(),
                codec,
                EntryTraces.off(),
                new UnreadLimit(new StreamAdmin(link), catalog, maxUnread));
    }

    private static void groups(String... names) {
        for (String name : names) {
            redis.commands().xgroupCreate(StreamOffset.from(KEY, "0"), name, XGroupCreateArgs.Builder.mkstream());
        }
    }

    private static void read(String group, int entries) {
        assertThat(redis.commands()
                        .xreadgroup(
                                Consumer.from(group, "c"),
                                XReadArgs.Builder.count(entries),
                                StreamOffset.lastConsumed(KEY)))
                .hasSize(entries);
    }

    private void fill(int rows) {
        outbox.append(IntStream.range(0, rows).mapToObj(i -> deleted("t" + i)).toList());
    }

    /** As the route does, ten rows at a time; how many were published. */
    private int publishAll() {
        int published = 0;
        List<OutboxRow> rows;
        do {
            rows = transaction.execute(status -> {
                List<OutboxRow> claimed = relay.claim(10);
                claimed.forEach(row ->
                        redis.commands().xadd(catalog.stream(row.stream()).key(), row.fields()));
                relay.markPublished(claimed);
                return claimed;
            });
            published += rows.size();
        } while (!rows.isEmpty());
        return published;
    }

    private List<String> claimed() {
        return transaction.execute(status -> {
            List<OutboxRow> rows = relay.claim(100);
            relay.markPublished(rows);
            return rows.stream().map(row -> row.fields().get("trace_id")).toList();
        });
    }

    private static Event digest(String trace) {
        return new DigestsGenerate("v1", trace, Instant.EPOCH, "key:" + trace, "1", TENANT, LocalDate.EPOCH, "manual");
    }

    private static Event deleted(String trace) {
        return new PostDeleted(
                "v1", trace, Instant.EPOCH, "key:" + trace, new UUID(0, 7), TENANT, new UUID(0, 9), "ttl", null);
    }
}
