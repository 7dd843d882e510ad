-- Outside a transaction (see the .conf file beside it). An index that an interrupted run left invalid is built anew.
-- Longer than elsewhere: a concurrent build waits for every older transaction, and blocks nobody while it does.
SET lock_timeout = '5min';
-- For lists filtered by what posts have.
DROP INDEX CONCURRENTLY IF EXISTS idx_posts_channel_media;
CREATE INDEX CONCURRENTLY IF NOT EXISTS idx_posts_channel_media ON posts (tenant_id, channel_id, posted_at DESC, number DESC)
    WHERE has_media AND NOT is_deleted;
RESET lock_timeout;
-- These hashes cannot be compared with those made from now on. A picture gets its new one when it is analysed again.
UPDATE media_objects SET phash = NULL WHERE phash IS NOT NULL;
UPDATE vision_results SET result = result - 'phash' WHERE result ? 'phash';
-- The search index learns what these posts have: the reconciler has them indexed again. Their embeddings are kept.
UPDATE posts SET indexing_status = 'pending' WHERE indexing_status = 'indexed' AND has_media AND NOT is_deleted;
