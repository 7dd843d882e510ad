package routes.api;

import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.springframework.stereotype.Component;
import routes.api.access.ApiDatabase;
import routes.api.http.Cursor;
import routes.api.http.ProblemType;

@Component
record UserStore(ApiDatabase database) {

    private static final String USERS =
            """
            SELECT id, tenant_id, telegram_id, username, created_at FROM users
            WHERE tenant_id = coalesce(CAST(:caller AS uuid), tenant_id)
            """;

    /**
     * Returns the user if the caller may see it.
     *
     * @throws org.springframework.web.ErrorResponseException status 404
     */
    User require(long id) {
        return database.rows(USERS + " AND id = :id")
                .param("id", id)
                .query(ApiDatabase.as(User.class))
                .optional()
                .orElseThrow(() -> ProblemType.NOT_FOUND.exception("user_id", "There is no user " + id));
    }

    /** Returns the first {@code limit} users after the cursor that the caller may see, oldest first. */
    List<User> list(Optional<Cursor> after, int limit) {
        return database.rows(USERS + " AND id > :after ORDER BY id LIMIT :limit")
                .param("after", after.map(Cursor::number).orElse(0L))
                .param("limit", limit)
                .query(ApiDatabase.as(User.class))
                .list();
    }

    /** @throws org.springframework.web.ErrorResponseException status 409 if the tenant already has a user with this Telegram id */
    User create(UUID tenant, Long telegramId, String username) {
        return database.rows(
                        """
                        INSERT INTO users (tenant_id, telegram_id, username) VALUES (:tenant, :telegram, :username)
                        ON CONFLICT (tenant_id, telegram_id) WHERE telegram_id IS NOT NULL DO NOTHING
                        RETURNING id, tenant_id, telegram_id, username, created_at
                        """)
                .param("tenant", tenant)
                .param("telegram", telegramId)
                .param("username", username)
                .query(ApiDatabase.as(User.class))
                .optional()
                .orElseThrow(() -> alreadyExists(tenant, telegramId));
    }

    private RuntimeException alreadyExists(UUID tenant, long telegramId) {
        long id = database.sql("SELECT id FROM users WHERE tenant_id = :tenant AND telegram_id = :telegram")
                .param("tenant", tenant)
                .param("telegram", telegramId)
                .query(Long.class)
                .single();
        return ProblemType.CONFLICT.exception(
                "telegram_id", "User " + id + " of this tenant already has this telegram_id", "Use user " + id + ".");
    }
}
