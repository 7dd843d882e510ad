SET LOCAL lock_timeout = '10s';

-- Who wanted the post gone: it decides whether a later import brings it back. restored_at: when one did, so that an older
-- posts.deleted that arrives after that changes nothing.
ALTER TABLE posts ADD COLUMN IF NOT EXISTS deletion_reason varchar(16)
    CHECK (deletion_reason IN ('ttl', 'user', 'admin', 'telegram'));
ALTER TABLE posts ADD COLUMN IF NOT EXISTS restored_at timestamptz;

-- Deletions that were faster than their post, which may still be on its way from another producer.
CREATE TABLE IF NOT EXISTS early_deletions (
    post_id    uuid        PRIMARY KEY,
    tenant_id  uuid,
    reason     varchar(16) NOT NULL CHECK (reason IN ('ttl', 'user', 'admin', 'telegram')),
    deleted_at timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX IF NOT EXISTS idx_early_deletions_deleted ON early_deletions (deleted_at);

ALTER TABLE imports ADD COLUMN IF NOT EXISTS posts_deleted bigint NOT NULL DEFAULT 0;
