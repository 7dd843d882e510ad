-- Outside a transaction (see the .conf file beside it). An index that an interrupted run left invalid is built anew.
-- Longer than elsewhere: a concurrent build waits for every older transaction, and blocks nobody while it does.
SET lock_timeout = '5min';
DROP INDEX CONCURRENTLY IF EXISTS idx_posts_with_grouped_id;
CREATE INDEX CONCURRENTLY IF NOT EXISTS idx_posts_with_grouped_id ON posts (tenant_id, channel_id, grouped_id) WHERE grouped_id IS NOT NULL;
RESET lock_timeout;
