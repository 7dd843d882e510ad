-- What blocks a migration:  psql "$DATABASE_URL" -f config/sql/diagnose_migration_locks.sql
-- One row per waiting session and the session that holds what it waits for; no row: nothing is blocked.
SELECT waiting.pid                                        AS waiting_pid,
       left(waiting.query, 120)                           AS waiting_query,
       now() - waiting.query_start                        AS waiting_for,
       blocking.pid                                       AS blocking_pid,
       blocking.application_name                          AS blocking_application,
       blocking.state                                     AS blocking_state,
       now() - blocking.xact_start                        AS blocking_transaction_age,
       left(blocking.query, 120)                          AS blocking_last_query,
       format('SELECT pg_terminate_backend(%s)', blocking.pid) AS remedy
FROM pg_stat_activity waiting
CROSS JOIN LATERAL unnest(pg_blocking_pids(waiting.pid)) AS b (pid)
JOIN pg_stat_activity blocking ON blocking.pid = b.pid
WHERE waiting.datname = current_database()
ORDER BY waiting_for DESC;
