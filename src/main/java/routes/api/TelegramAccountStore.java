package routes.api;

import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.springframework.stereotype.Component;
import routes.api.access.ApiDatabase;
import routes.api.http.ProblemType;
import routes.telegram.AccountStates;

/** Which tenant manages which Telegram account, and the state last written by the process that holds its session. */
@Component
record TelegramAccountStore(ApiDatabase database) {
    /**
     * Maximum number of accounts. Each has its own TDLib client and database, and more accounts than a household has look like abuse to
     * Telegram.
     */
    private static final int MAX_ACCOUNTS = 16;

    private static final String ROWS =
            """
            SELECT name, process, state, user_name, problem, limited_until,
                   seen_at > now() - make_interval(secs => :seen) AS is_seen
            FROM telegram_accounts
            WHERE tenant_id = coalesce(CAST(:caller AS uuid), tenant_id)
            """;

    /**
     * An account as last written by its process.
     *
     * @param isSeen whether it was written recently, which means that the process is still running
     */
    record Row(
            String name,
            String process,
            String state,
            String userName,
            String problem,
            Instant limitedUntil,
            boolean isSeen) {}

    /** Returns the accounts that the caller may see, sorted by name. */
    List<Row> all() {
        return rows("", Map.of());
    }

    /** @throws org.springframework.web.ErrorResponseException status 404 if the caller may not see the account */
    Row require(String name) {
        return find(name)
                .orElseThrow(() -> ProblemType.NOT_FOUND.exception("account", "There is no Telegram account " + name));
    }

    private Optional<Row> find(String name) {
        return rows(" AND name = :name", Map.of("name", name)).stream().findFirst();
    }

    private List<Row> rows(String condition, Map<String, ?> parameters) {
        return database.rows(ROWS + condition + " ORDER BY name LIMIT 100")
                .param("seen", AccountStates.OUTDATED.toSeconds())
                .params(parameters)
                .query(ApiDatabase.as(Row.class))
                .list();
    }

    /**
     * Assigns the account to the tenant, unless the tenant already has it.
     *
     * @throws org.springframework.web.ErrorResponseException status 409 if another tenant has the account or there are too many accounts
     */
    void claim(String name, UUID tenant, String process) {
        int added = database.sql(
                        """
                        INSERT INTO telegram_accounts (name, tenant_id, process, state, seen_at)
                        SELECT :name, :tenant, :process, 'closed', now()
                        WHERE (SELECT count(*) FROM telegram_accounts) < :max ON CONFLICT DO NOTHING
                        """)
                .param("name", name)
                .param("tenant", tenant)
                .param("process", process)
                .param("max", MAX_ACCOUNTS)
                .update();
        if (added == 1 || find(name).isPresent()) {
            return;
        }
        boolean isTaken = database.sql("SELECT count(*) > 0 FROM telegram_accounts WHERE name = :name")
                .param("name", name)
                .query(Boolean.class)
                .single();
        throw isTaken
                ? ProblemType.CONFLICT.exception(
                        "name", "The name " + name + " is already used", "Choose another name.")
                : ProblemType.CONFLICT.exception(
                        null, "There are " + MAX_ACCOUNTS + " accounts", "Sign out an unused account.");
    }

    void remove(String name) {
        database.sql("DELETE FROM telegram_accounts WHERE name = :name")
                .param("name", name)
                .update();
    }
}
