SET LOCAL lock_timeout = '10s';

-- stream is the logical name; the relay publishes rows in the order of id and marks them.
CREATE TABLE IF NOT EXISTS outbox (
    id           bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    stream       text        NOT NULL,
    event        jsonb       NOT NULL,
    created_at   timestamptz NOT NULL DEFAULT now(),
    published_at timestamptz
);
CREATE INDEX IF NOT EXISTS idx_outbox_unpublished ON outbox (id) WHERE published_at IS NULL;
CREATE INDEX IF NOT EXISTS idx_outbox_published ON outbox (published_at) WHERE published_at IS NOT NULL;

CREATE TABLE IF NOT EXISTS imports (
    id             uuid PRIMARY KEY,
    user_id        bigint      NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    tenant_id      uuid        NOT NULL REFERENCES tenants (id),
    file           text        NOT NULL,
    status         varchar(16) NOT NULL DEFAULT 'queued' CHECK (status IN ('queued', 'running', 'done', 'failed')),
    bytes_total    bigint,
    bytes_done     bigint      NOT NULL DEFAULT 0,
    posts_total    bigint,
    posts_done     bigint      NOT NULL DEFAULT 0,
    posts_new      bigint      NOT NULL DEFAULT 0,
    posts_changed  bigint      NOT NULL DEFAULT 0,
    albums_total   bigint      NOT NULL DEFAULT 0,
    media_total    bigint      NOT NULL DEFAULT 0,
    media_missing  bigint      NOT NULL DEFAULT 0,
    -- messages of the export that are no posts: joins, pins, calls and other service messages
    messages_skipped bigint    NOT NULL DEFAULT 0,
    errors         jsonb       NOT NULL DEFAULT '[]',
    error          text,
    created_at     timestamptz NOT NULL DEFAULT now(),
    started_at     timestamptz,
    finished_at    timestamptz,
    updated_at     timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX IF NOT EXISTS idx_imports_user ON imports (user_id, created_at DESC);
