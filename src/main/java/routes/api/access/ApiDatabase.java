package routes.api.access;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.sql.SQLException;
import java.util.function.Consumer;
import javax.sql.DataSource;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.jdbc.core.RowMapper;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.jdbc.core.simple.JdbcClient.StatementSpec;
import org.springframework.stereotype.Component;
import routes.events.Json;

/** Database access for the API. Statements time out after {@value #TIMEOUT_SECONDS} seconds. */
@Component
public final class ApiDatabase {

    static final int TIMEOUT_SECONDS = 5;

    private static final ObjectMapper JSON = Json.newMapper();

    private final JdbcClient jdbc;

    ApiDatabase(DataSource dataSource) {
        var template = new JdbcTemplate(dataSource);
        template.setQueryTimeout(TIMEOUT_SECONDS);
        this.jdbc = JdbcClient.create(template);
    }

    public StatementSpec sql(String sql) {
        return jdbc.sql(sql);
    }

    /**
     * Creates a statement whose rows PostgreSQL returns as JSON, for {@link #as}. The columns are named like the API fields.
     *
     * @param sql can restrict the rows to those that the caller may see with {@code tenant_id = coalesce(CAST(:caller AS uuid),
     *     tenant_id)}
     */
    public StatementSpec rows(String sql) {
        return sql("WITH one AS (" + sql + ") SELECT to_json(one) FROM one")
                .param("caller", Caller.current().tenant());
    }

    /** Maps a row of {@link #rows}. */
    public static <T> RowMapper<T> as(Class<T> type) {
        return as(type, row -> {});
    }

    /** @param change modifies the fields of a row before it is mapped; null fields are absent */
    public static <T> RowMapper<T> as(Class<T> type, Consumer<ObjectNode> change) {
        return (row, n) -> {
            try {
                var fields = (ObjectNode) JSON.readTree(row.getString(1));
                fields.properties().removeIf(field -> field.getValue().isNull());
                change.accept(fields);
                return JSON.treeToValue(fields, type);
            } catch (JsonProcessingException e) {
                throw new SQLException("Cannot convert a row to " + type.getSimpleName(), e);
            }
        };
    }
}
