SET LOCAL lock_timeout = '10s';

-- What became of each event of a post in each stage. No reference to posts: it is written apart from them, in batches.
CREATE TABLE IF NOT EXISTS post_timeline (
    id              bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    post_id         uuid        NOT NULL,
    stage           text        NOT NULL,
    outcome         varchar(16) NOT NULL,
    reason          text,
    provider        text,
    model           text,
    entry_id        text,
    delivery        integer,
    content_version bigint,
    trigger         text,
    started_at      timestamptz NOT NULL,
    duration_ms     integer     NOT NULL,
    trace_id        text
);
CREATE INDEX IF NOT EXISTS idx_post_timeline_post ON post_timeline (post_id, started_at);
-- An entry that is lost has no body any more; whose it was is known from an earlier delivery that failed.
CREATE INDEX IF NOT EXISTS idx_post_timeline_retrying ON post_timeline (entry_id) WHERE outcome = 'retrying';
