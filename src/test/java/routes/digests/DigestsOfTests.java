package routes.digests;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.time.Clock;
import java.time.Instant;
import java.util.List;
import javax.sql.DataSource;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.jdbc.support.JdbcTransactionManager;
import org.springframework.transaction.support.TransactionTemplate;
import routes.digests.DigestBody.Source;
import routes.events.EventCodec;
import routes.events.Json;
import routes.events.StreamCatalog;
import routes.outbox.Outbox;

/** Makes what other packages' tests need of digests. */
public final class DigestsOfTests {
    private static final ObjectMapper JSON = Json.newMapper();

    private DigestsOfTests() {}

    public static DigestTable table(DataSource database) {
        return new DigestTable(
                JdbcClient.create(database),
                new TransactionTemplate(new JdbcTransactionManager(database)),
                new Outbox(database, new EventCodec(Json.newMapper(), new StreamCatalog())));
    }

    public static DigestSettingsTable settings(DataSource database, Clock clock) {
        return new DigestSettingsTable(JdbcClient.create(database), clock);
    }

    /** A body without advertisements. */
    public static DigestBody body(String language, List<DigestBody.Group> groups, List<Source> sources) {
        int told = groups.stream().mapToInt(group -> group.items().size()).sum();
        return new DigestBody(
                language,
                groups,
                sources,
                List.of(),
                new DigestBody.Counts(sources.size(), 0, 0, 0, told, told),
                "local",
                null,
                List.of());
    }

    /** Stores a digest that is ready. Returns its id. */
    public static long ready(JdbcClient jdbc, long user, DigestBody body, Instant madeAt) {
        return jdbc.sql(
                        """
                        INSERT INTO digests (user_id, digest_date, posts_from, posts_to, status, body, posts, made_at, created_at)
                        VALUES (:user, CAST(:made AS date), CAST(:made AS timestamptz) - interval '1 day', CAST(:made AS timestamptz), 'ready',
                            CAST(:body AS jsonb), CAST(:posts AS jsonb), CAST(:made AS timestamptz), CAST(:made AS timestamptz))
                        RETURNING id
                        """)
                .param("user", user)
                .param("made", madeAt.toString())
                .param("body", JSON.valueToTree(body).toString())
                .param(
                        "posts",
                        JSON.valueToTree(body.sources().stream()
                                        .map(Source::postId)
                                        .toList())
                                .toString())
                .query(Long.class)
                .single();
    }
}
