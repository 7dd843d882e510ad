SET LOCAL lock_timeout = '10s';

-- The revision of the album that was assembled last; below its revision, the assembly is open. Albums of before are assembled by the
-- reconciler, which notes here when and how often it published one again.
ALTER TABLE media_groups ADD COLUMN IF NOT EXISTS assembled_revision integer NOT NULL DEFAULT 0;
ALTER TABLE media_groups ADD COLUMN IF NOT EXISTS reconciled_at timestamptz;
ALTER TABLE media_groups ADD COLUMN IF NOT EXISTS reconciliations integer NOT NULL DEFAULT 0;
