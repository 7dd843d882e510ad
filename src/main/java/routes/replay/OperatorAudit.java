package routes.replay;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.time.OffsetDateTime;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.dao.DataAccessException;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;

/**
 * Records the changes made by operators: a row of {@code operator_audit} before the operation begins, and one log line when it has ended.
 * If the row cannot be written, the operation is not executed.
 */
@Component
public record OperatorAudit(JdbcClient jdbc, ObjectMapper json) {
    private static final Logger LOG = LoggerFactory.getLogger(OperatorAudit.class);
    private static final int MAX_DETAIL = 2_000;

    /**
     * The result of an operation.
     *
     * @param affected number of entries, posts or groups
     * @param detail a sentence; its first line is recorded
     */
    public record Done<T>(T result, long affected, String detail) {}

    /**
     * A recorded operation.
     *
     * @param outcome running, done, refused or failed; running also if the process died
     * @param affected null until the operation has ended
     */
    public record Entry(
            UUID id,
            OffsetDateTime startedAt,
            OffsetDateTime endedAt,
            String operator,
            String via,
            String operation,
            Map<String, Object> arguments,
            String outcome,
            Long affected,
            String detail) {}

    /**
     * Runs the operation and records its start and end.
     *
     * @param arguments without text of posts, because they are logged
     */
    public <T> T record(Operator who, String operation, Map<String, ?> arguments, Supplier<Done<T>> work) {
        UUID id = UUID.randomUUID();
        jdbc.sql(
                        """
                        INSERT INTO operator_audit (id, operator, via, operation, arguments, outcome)
                        VALUES (?, ?, ?, ?, ?::jsonb, 'running')""")
                .params(id, who.name(), who.viaText(), operation, text(arguments))
                .update();
        try {
            Done<T> done = work.get();
            ended(id, "done", done.affected(), done.detail());
            log(who, operation, arguments, "done, " + done.affected() + " affected: " + firstLine(done.detail()));
            return done.result();
        } catch (RuntimeException e) {
            boolean refused = e instanceof RefusedException || e instanceof IllegalArgumentException;
            String outcome = refused ? "refused" : "failed";
            try {
                ended(id, outcome, null, e.getMessage());
            } catch (DataAccessException unrecorded) {
                e.addSuppressed(unrecorded); // the database may be the reason; the row remains in state running
            }
            log(who, operation, arguments, outcome + ": " + firstLine(e.getMessage()));
            throw e;
        }
    }

    private static void log(Operator who, String operation, Map<String, ?> arguments, String outcome) {
        LOG.info(
                "{} via {}: {}({}): {}",
                who.name(),
                who.viaText(),
                operation,
                arguments.entrySet().stream()
                        .map(argument -> argument.getKey() + "=" + argument.getValue())
                        .collect(Collectors.joining(", ")),
                outcome);
    }

    private void ended(UUID id, String outcome, Long affected, String detail) {
        jdbc.sql("UPDATE operator_audit SET ended_at = now(), outcome = ?, affected = ?, detail = ? WHERE id = ?")
                .params(outcome, affected, firstLine(detail), id)
                .update();
    }

    private static String firstLine(String text) {
        String line = String.valueOf(text).lines().findFirst().orElse("");
        return line.substring(0, Math.min(line.length(), MAX_DETAIL)).replace("\0", "");
    }

    private String text(Map<String, ?> arguments) {
        return json.valueToTree(arguments).toString().replace("\\u0000", "");
    }

    /**
     * Returns the latest operations, newest first.
     *
     * @param before only those before this one; null for the newest
     */
    public List<Entry> latest(UUID before, int limit) {
        return jdbc.sql(
                        """
                        SELECT id, started_at, ended_at, operator, via, operation, arguments::text AS arguments, outcome, affected, detail
                        FROM operator_audit
                        WHERE CAST(:before AS uuid) IS NULL
                           OR (started_at, id) < (SELECT started_at, id FROM operator_audit WHERE id = :before)
                        ORDER BY started_at DESC, id DESC LIMIT :limit""")
                .param("before", before)
                .param("limit", limit)
                .query((row, n) -> new Entry(
                        row.getObject("id", UUID.class),
                        row.getObject("started_at", OffsetDateTime.class),
                        row.getObject("ended_at", OffsetDateTime.class),
                        row.getString("operator"),
                        row.getString("via"),
                        row.getString("operation"),
                        arguments(row.getString("arguments")),
                        row.getString("outcome"),
                        row.getObject("affected", Long.class),
                        row.getString("detail")))
                .list();
    }

    @SuppressWarnings("unchecked") // a check constraint of the table guarantees an object
    private Map<String, Object> arguments(String text) {
        try {
            return json.readValue(text, Map.class);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("Cannot read the details of a recorded operation", e);
        }
    }
}
