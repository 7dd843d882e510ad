SET LOCAL lock_timeout = '10s';

-- When a digest is due, and what is left out of it. next_due_at is computed by the program, in the user's zone.
ALTER TABLE digest_settings ADD COLUMN IF NOT EXISTS day_of_week smallint NOT NULL DEFAULT 1 CHECK (day_of_week BETWEEN 1 AND 7);
ALTER TABLE digest_settings ADD COLUMN IF NOT EXISTS day_of_month smallint NOT NULL DEFAULT 1 CHECK (day_of_month BETWEEN 1 AND 31);
ALTER TABLE digest_settings ADD COLUMN IF NOT EXISTS muted_words jsonb NOT NULL DEFAULT '[]';
ALTER TABLE digest_settings ADD COLUMN IF NOT EXISTS muted_channels jsonb NOT NULL DEFAULT '[]';
ALTER TABLE digest_settings ADD COLUMN IF NOT EXISTS language varchar(4) NOT NULL DEFAULT 'auto' CHECK (language IN ('auto', 'ru', 'en'));
-- times before this one are not due: a digest that is switched on at noon is not due for this morning
ALTER TABLE digest_settings ADD COLUMN IF NOT EXISTS schedule_since timestamptz NOT NULL DEFAULT now();
ALTER TABLE digest_settings ADD COLUMN IF NOT EXISTS next_due_at timestamptz;
CREATE INDEX IF NOT EXISTS idx_digest_settings_due ON digest_settings (next_due_at) WHERE enabled;

-- period: the day, week or month of a scheduled digest, as 2026-10-30, 2026-W44 or 2026-10; null for one that was asked for.
ALTER TABLE digests ADD COLUMN IF NOT EXISTS period text;
ALTER TABLE digests ADD COLUMN IF NOT EXISTS due_at timestamptz;
ALTER TABLE digests ADD COLUMN IF NOT EXISTS posts_from timestamptz;
ALTER TABLE digests ADD COLUMN IF NOT EXISTS posts_to timestamptz;
-- posts that were stored later than this were not seen
ALTER TABLE digests ADD COLUMN IF NOT EXISTS collected_at timestamptz;
ALTER TABLE digests ADD COLUMN IF NOT EXISTS body jsonb;
ALTER TABLE digests ADD COLUMN IF NOT EXISTS attempts integer NOT NULL DEFAULT 0;
ALTER TABLE digests ADD COLUMN IF NOT EXISTS error text;
ALTER TABLE digests ADD COLUMN IF NOT EXISTS next_try_at timestamptz;
ALTER TABLE digests ADD COLUMN IF NOT EXISTS made_at timestamptz;
-- exactly one for a period, whatever processes plan it
CREATE UNIQUE INDEX IF NOT EXISTS ux_digests_period ON digests (user_id, period) WHERE period IS NOT NULL;
CREATE INDEX IF NOT EXISTS idx_digests_unfinished ON digests (next_try_at) WHERE status IN ('pending', 'processing');
