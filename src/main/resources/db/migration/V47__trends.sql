SET LOCAL lock_timeout = '10s';

-- time_window: 24h or 7d. key: base forms of the keyword. status: emerging, or past if the last run did not find it.
ALTER TABLE trends ADD COLUMN IF NOT EXISTS time_window varchar(4) NOT NULL DEFAULT '24h';
ALTER TABLE trends ADD COLUMN IF NOT EXISTS key text;
ALTER TABLE trends ADD COLUMN IF NOT EXISTS significance double precision NOT NULL DEFAULT 0;
ALTER TABLE trends ADD COLUMN IF NOT EXISTS last_seen_at timestamptz NOT NULL DEFAULT now();
-- posts in twelve equal parts of the window, the oldest part first
ALTER TABLE trends ADD COLUMN IF NOT EXISTS series jsonb NOT NULL DEFAULT '[]';
CREATE INDEX IF NOT EXISTS idx_trends_seen ON trends (tenant_id, last_seen_at DESC);
