SET LOCAL lock_timeout = '10s';

-- The Telegram accounts: which tenant manages each, and what the process that has its session last said of it. The session, and every secret
-- of signing in, is in that process alone.
CREATE TABLE IF NOT EXISTS telegram_accounts (
    name          text        PRIMARY KEY,
    tenant_id     uuid        NOT NULL REFERENCES tenants (id),
    created_at    timestamptz NOT NULL DEFAULT now(),
    process       text        NOT NULL,
    state         text        NOT NULL,
    user_name     text,
    problem       text,
    -- Telegram refuses some function to the account until then
    limited_until timestamptz,
    -- older than a minute or two: the process does not run
    seen_at       timestamptz NOT NULL
);
