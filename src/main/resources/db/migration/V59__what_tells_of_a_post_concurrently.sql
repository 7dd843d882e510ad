-- Outside a transaction (see the .conf file beside it). An index that an interrupted run left invalid is built anew.
-- Longer than elsewhere: a concurrent build waits for every older transaction, and blocks nobody while it does.
SET lock_timeout = '5min';
DROP INDEX CONCURRENTLY IF EXISTS idx_rag_queries_sources;
-- stored answers that quote a post
CREATE INDEX CONCURRENTLY IF NOT EXISTS idx_rag_queries_sources ON rag_queries USING gin (sources jsonb_path_ops);
DROP INDEX CONCURRENTLY IF EXISTS idx_outbox_published_post;
-- published events of a post, of an album with it, of a trend
CREATE INDEX CONCURRENTLY IF NOT EXISTS idx_outbox_published_post ON outbox ((event ->> 'post_id')) WHERE published_at IS NOT NULL;
DROP INDEX CONCURRENTLY IF EXISTS idx_outbox_published_album;
CREATE INDEX CONCURRENTLY IF NOT EXISTS idx_outbox_published_album ON outbox USING gin ((event -> 'post_ids'))
    WHERE published_at IS NOT NULL AND stream IN ('albums.parsed', 'album.assembled');
DROP INDEX CONCURRENTLY IF EXISTS idx_outbox_published_trend;
CREATE INDEX CONCURRENTLY IF NOT EXISTS idx_outbox_published_trend ON outbox ((event ->> 'trend_id'))
    WHERE published_at IS NOT NULL AND stream = 'trends.emerging';
RESET lock_timeout;
