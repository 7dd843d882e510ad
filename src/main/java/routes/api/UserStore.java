package routes.api;

import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.springframework.jdbc.core.RowMapper;
import org.springframework.stereotype.Component;
import routes.api.http.Caller;
import routes.api.http.Cursor;
import routes.api.http.ProblemType;

/** Users. */
@Component
final class UserStore {

    private static final RowMapper<User> USER = (row, n) -> new User(
            row.getLong("id"),
            row.getObject("tenant_id", UUID.class),
            row.getObject("telegram_id", Long.class),
            row.getString("username"),
            ApiDatabase.instant(row, "created_at"));

    private final ApiDatabase database;

    UserStore(ApiDatabase database) {
        this.database = database;
    }

    /**
     * The user, if the caller may see it.
     *
     * @throws org.springframework.web.ErrorResponseException status 404
     */
    User require(Caller caller, long id) {
        return database.sql(
                        """
                        SELECT id, tenant_id, telegram_id, username, created_at FROM users
                        WHERE id = :id AND (CAST(:caller AS uuid) IS NULL OR tenant_id = :caller)
                        """)
                .param("id", id)
                .param("caller", caller.tenantOrNull())
                .query(USER)
                .optional()
                .orElseThrow(() -> ProblemType.NOT_FOUND.exception("user_id", "There is no user " + id));
    }

    /** The first {@code limit} users after the cursor that the caller may see, oldest first. */
    List<User> list(Caller caller, Optional<Cursor> after, int limit) {
        return database.sql(
                        """
                        SELECT id, tenant_id, telegram_id, username, created_at FROM users
                        WHERE id > :after AND (CAST(:caller AS uuid) IS NULL OR tenant_id = :caller)
                        ORDER BY id LIMIT :limit
                        """)
                .param("after", after.map(Cursor::number).orElse(0L))
                .param("caller", caller.tenantOrNull())
                .param("limit", limit)
                .query(USER)
                .list();
    }

    /** Empty if the tenant already has a user with this Telegram id. */
    Optional<User> create(UUID tenant, Long telegramId, String username) {
        return database.sql(
                        """
                        INSERT INTO users (tenant_id, telegram_id, username) VALUES (:tenant, :telegram, :username)
                        ON CONFLICT (tenant_id, telegram_id) WHERE telegram_id IS NOT NULL DO NOTHING
                        RETURNING id, tenant_id, telegram_id, username, created_at
                        """)
                .param("tenant", tenant)
                .param("telegram", telegramId)
                .param("username", username)
                .query(USER)
                .optional();
    }

    /** The id of the tenant's user with this Telegram id. */
    Optional<Long> findId(UUID tenant, long telegramId) {
        return database.sql("SELECT id FROM users WHERE tenant_id = :tenant AND telegram_id = :telegram")
                .param("tenant", tenant)
                .param("telegram", telegramId)
                .query(Long.class)
                .optional();
    }
}
