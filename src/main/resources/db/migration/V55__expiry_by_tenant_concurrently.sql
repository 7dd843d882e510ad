-- Outside a transaction (see the .conf file beside it). An index that an interrupted run left invalid is built anew.
-- Longer than elsewhere: a concurrent build waits for every older transaction, and blocks nobody while it does.
SET lock_timeout = '5min';
DROP INDEX CONCURRENTLY IF EXISTS idx_posts_tenant_expires;
-- expired posts of one tenant, whatever backlog another one has
CREATE INDEX CONCURRENTLY IF NOT EXISTS idx_posts_tenant_expires ON posts (tenant_id, expires_at, id) WHERE NOT is_deleted;
DROP INDEX CONCURRENTLY IF EXISTS idx_digests_posts;
-- digests that tell of a post
CREATE INDEX CONCURRENTLY IF NOT EXISTS idx_digests_posts ON digests USING gin (posts jsonb_path_ops);
RESET lock_timeout;
