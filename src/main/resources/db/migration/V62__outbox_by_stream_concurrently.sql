-- Outside a transaction (see the .conf file beside it). An index that an interrupted run left invalid is built anew.
-- Longer than elsewhere: a concurrent build waits for every older transaction, and blocks nobody while it does.
SET lock_timeout = '5min';
DROP INDEX CONCURRENTLY IF EXISTS idx_outbox_waiting;
-- the relay finds the first waiting row of each stream, however many rows of other streams wait
CREATE INDEX CONCURRENTLY IF NOT EXISTS idx_outbox_waiting ON outbox (stream, id) WHERE published_at IS NULL;
DROP INDEX CONCURRENTLY IF EXISTS idx_outbox_unpublished;
RESET lock_timeout;
