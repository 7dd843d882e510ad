SET LOCAL lock_timeout = '10s';

-- Rows of the outbox that cannot be published, with their ids, so that the rows behind them are not held up.
CREATE TABLE IF NOT EXISTS outbox_quarantine (
    id             bigint PRIMARY KEY,
    stream         text        NOT NULL,
    event          jsonb       NOT NULL,
    created_at     timestamptz NOT NULL,
    reason         text        NOT NULL,
    quarantined_at timestamptz NOT NULL DEFAULT now()
);
