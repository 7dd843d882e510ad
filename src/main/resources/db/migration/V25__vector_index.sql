SET lock_timeout = '10s';

-- The vector index that belongs to this database, and the rebuild of it that is under way, if any. At most one row.
CREATE TABLE IF NOT EXISTS vector_index (
    only_one   boolean     PRIMARY KEY DEFAULT true CHECK (only_one),
    -- as the index itself says it
    identity   text        NOT NULL,
    -- why it is built again; null when it is complete
    reason     text,
    -- whether it began with an emptied index and graph; otherwise only posts that it lacks are published again
    from_empty boolean     NOT NULL DEFAULT false,
    -- posts up to this number have been published again, of those up to last_number
    position   bigint      NOT NULL DEFAULT 0,
    last_number bigint     NOT NULL DEFAULT 0,
    published  bigint      NOT NULL DEFAULT 0,
    total      bigint      NOT NULL DEFAULT 0,
    started_at timestamptz NOT NULL DEFAULT now()
);
