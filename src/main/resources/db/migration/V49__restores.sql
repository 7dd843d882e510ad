SET LOCAL lock_timeout = '10s';

-- Restores of back-ups into this database. Without its end one was interrupted, and no process may work with what is here.
CREATE TABLE IF NOT EXISTS restores (
    -- of the back-up
    id          uuid        PRIMARY KEY,
    file        text        NOT NULL,
    -- of the back-up
    created_at  timestamptz NOT NULL,
    restored_at timestamptz NOT NULL DEFAULT now(),
    finished_at timestamptz
);
