SET LOCAL lock_timeout = '10s';

-- A query of the search's language under a name, for repetition and for feeds.
CREATE TABLE IF NOT EXISTS saved_searches (
    id         uuid        PRIMARY KEY,
    user_id    bigint      NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    name       text        NOT NULL CHECK (length(name) BETWEEN 1 AND 100),
    query      text        NOT NULL CHECK (length(query) BETWEEN 1 AND 500),
    created_at timestamptz NOT NULL DEFAULT now()
);
CREATE UNIQUE INDEX IF NOT EXISTS ux_saved_searches_name ON saved_searches (user_id, lower(name));
