package routes.telegram;

import java.sql.Timestamp;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Function;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;
import routes.configuration.InstanceProperties;
import routes.events.StorableText;
import routes.telegram.TelegramAccount.State;
import routes.telegram.TelegramAccount.Status;

/**
 * Writes the states of the accounts of this process to {@code telegram_accounts}, so that an API in another process can show them. An
 * account without a row, for example one that was signed in on the command line, is assigned to the tenant {@code default}.
 */
@Component("telegramAccountStates")
public class AccountStates {
    /** Maximum interval between two writes of a row while its process runs. */
    static final Duration HEARTBEAT = Duration.ofSeconds(30);

    /** Age of a row at which its process no longer runs. */
    public static final Duration OUTDATED = HEARTBEAT.multipliedBy(3);

    private static final int MAX_PROBLEM = 500;

    /** @param hasSession without a session, only an existing row is updated */
    private record Row(
            String name, boolean hasSession, String state, String user, String problem, Instant limitedUntil) {}

    private final TelegramAccounts accounts;
    private final JdbcClient jdbc;
    private final Clock clock;
    private final String process;
    private List<Row> written = List.of();
    private Instant writtenAt = Instant.EPOCH;

    public AccountStates(TelegramAccounts accounts, JdbcClient jdbc, Clock clock, InstanceProperties instance) {
        this.accounts = accounts;
        this.jdbc = jdbc;
        this.clock = clock;
        this.process = instance.nameOrHost();
    }

    /** Writes the changed rows, or all rows if the heartbeat is due, in one statement. */
    public synchronized void store() {
        if (!accounts.properties().isConfigured()) {
            return;
        }
        List<Row> rows = rows();
        Instant now = clock.instant();
        if (rows.isEmpty() || (rows.equals(written) && writtenAt.plus(HEARTBEAT).isAfter(now))) {
            return;
        }
        jdbc.sql(
                        """
                        INSERT INTO telegram_accounts (name, tenant_id, process, state, user_name, problem, limited_until, seen_at)
                        SELECT a.name, d.id, :process, a.state, a.user_name, a.problem, a.limited_until, now()
                        FROM unnest(:names::text[], :sessions::boolean[], :states::text[], :users::text[], :problems::text[],
                                    :limits::timestamptz[]) a (name, has_session, state, user_name, problem, limited_until)
                        JOIN tenants d ON d.name = 'default'
                        WHERE a.has_session OR EXISTS (SELECT 1 FROM telegram_accounts t WHERE t.name = a.name)
                        ON CONFLICT (name) DO UPDATE SET process = excluded.process, state = excluded.state,
                            user_name = excluded.user_name, problem = excluded.problem, limited_until = excluded.limited_until,
                            seen_at = excluded.seen_at""")
                .param("process", process)
                .param("names", column(rows, Row::name, new String[0]))
                .param("sessions", column(rows, Row::hasSession, new Boolean[0]))
                .param("states", column(rows, Row::state, new String[0]))
                .param("users", column(rows, Row::user, new String[0]))
                .param("problems", column(rows, Row::problem, new String[0]))
                .param(
                        "limits",
                        column(
                                rows,
                                row -> row.limitedUntil() == null ? null : Timestamp.from(row.limitedUntil()),
                                new Timestamp[0]))
                .update();
        written = rows;
        writtenAt = now;
    }

    private static <T> T[] column(List<Row> rows, Function<Row, T> value, T[] type) {
        return rows.stream().map(value).toList().toArray(type);
    }

    private List<Row> rows() {
        Map<String, Row> rows = new LinkedHashMap<>();
        List<String> sessions = accounts.withSession();
        // the library is missing, or the session was not opened for a reason that is in the log
        sessions.forEach(name -> rows.put(name, new Row(name, true, "closed", null, null, null)));
        for (Status status : accounts.statuses()) {
            boolean isEnding = status.state() == State.SIGNING_OUT || status.state() == State.SIGNED_OUT;
            rows.put(
                    status.name(),
                    new Row(
                            status.name(),
                            sessions.contains(status.name()) && !isEnding,
                            status.state().name().toLowerCase(Locale.ROOT),
                            nullIfEmpty(status.user()),
                            nullIfEmpty(status.problem()),
                            accounts.account(status.name()).limitedUntil().orElse(null)));
        }
        return new ArrayList<>(rows.values());
    }

    private static String nullIfEmpty(String text) {
        return text.isEmpty() ? null : StorableText.cut(text, MAX_PROBLEM);
    }
}
