SET lock_timeout = '10s';

-- Posts that were published again because Redis had lost what was under way: when last, and how often in a row.
CREATE TABLE IF NOT EXISTS post_reconciliations (
    post_id       uuid        PRIMARY KEY REFERENCES posts (id) ON DELETE CASCADE,
    times         integer     NOT NULL,
    reconciled_at timestamptz NOT NULL
);
