SET LOCAL lock_timeout = '10s';

-- Feeds of a user: of the digests, or of a saved search. Only the hash of the key in their address is known.
CREATE TABLE IF NOT EXISTS feeds (
    id           uuid        PRIMARY KEY,
    user_id      bigint      NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    search_id    uuid REFERENCES saved_searches (id) ON DELETE CASCADE,
    key_sha256   varchar(64) NOT NULL UNIQUE,
    created_at   timestamptz NOT NULL DEFAULT now(),
    last_read_at timestamptz
);
CREATE INDEX IF NOT EXISTS idx_feeds_user ON feeds (user_id);
