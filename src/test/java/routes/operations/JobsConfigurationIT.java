package routes.operations;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Clock;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import routes.events.EventCodec;
import routes.events.Json;
import routes.events.StreamCatalog;
import routes.outbox.OutboxProperties;
import routes.outbox.OutboxRelay;
import routes.testing.EmbeddedDatabase;
import routes.tracing.EntryTraces;

class JobsConfigurationIT {
    @RegisterExtension
    static final EmbeddedDatabase DATABASE = new EmbeddedDatabase();

    @Test
    void all_that_was_published_long_ago_goes_and_nothing_else() throws Exception {
        insert(2_500, "now() - interval '3 days 1 minute'");
        insert(7, "now() - interval '2 days 23 hours'");
        insert(11, "NULL");
        var codec = new EventCodec(Json.newMapper(), new StreamCatalog());
        var properties = new OutboxProperties(200, 500, 10_000, Duration.ofDays(3), Duration.ofHours(1));

        new JobsConfiguration()
                .outboxPruneJob(
                        new OutboxRelay(DATABASE.dataSource(), codec, EntryTraces.off(), null),
                        properties,
                        Clock.systemUTC())
                .run();

        assertThat(count("published_at IS NOT NULL")).isEqualTo(7);
        assertThat(count("published_at IS NULL")).isEqualTo(11);
    }

    private static void insert(int rows, String publishedAt) {
        DATABASE.jdbc()
                .sql("INSERT INTO outbox (stream, event, created_at, published_at)"
                        + " SELECT 'any', '{}', now() - interval '10 days', " + publishedAt
                        + " FROM generate_series(1, ?)")
                .param(rows)
                .update();
    }

    private static long count(String condition) {
        return DATABASE.jdbc()
                .sql("SELECT count(*) FROM outbox WHERE " + condition)
                .query(Long.class)
                .single();
    }
}
