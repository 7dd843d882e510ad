SET LOCAL lock_timeout = '10s';

-- How common words are in the stored posts, counted now and then; the local tagger reads the newest.
CREATE TABLE IF NOT EXISTS corpus_snapshots (
    id            bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    documents     bigint      NOT NULL CHECK (documents > 0),
    -- stem: number of posts that hold it; only stems of two posts and more
    frequencies   jsonb       NOT NULL,
    -- posts.number of the newest post counted
    newest_number bigint      NOT NULL,
    recorded_at   timestamptz NOT NULL DEFAULT now()
);
