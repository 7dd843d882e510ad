-- The tagging fields come after the tables, as they did in databases that were filled before: rows that exist get the
-- state that their data proves.
SET LOCAL lock_timeout = '10s';

ALTER TABLE posts ADD COLUMN IF NOT EXISTS tagging_status varchar(16);
ALTER TABLE posts ADD COLUMN IF NOT EXISTS tagging_attempts integer NOT NULL DEFAULT 0;
ALTER TABLE posts ADD COLUMN IF NOT EXISTS last_tagging_attempt timestamptz;
ALTER TABLE posts ADD COLUMN IF NOT EXISTS tagging_error text;

UPDATE posts p
SET tagging_status = CASE
        WHEN EXISTS (SELECT 1 FROM post_enrichment e
                     WHERE e.post_id = p.id AND e.kind = 'tags'
                       AND jsonb_typeof(e.data -> 'tags') = 'array' AND jsonb_array_length(e.data -> 'tags') > 0)
            THEN 'success'
        WHEN btrim(p.content, E' \t\r\n') = '' THEN 'skipped'
        ELSE 'pending'
    END
WHERE tagging_status IS NULL;

ALTER TABLE posts ALTER COLUMN tagging_status SET DEFAULT 'pending';
ALTER TABLE posts ALTER COLUMN tagging_status SET NOT NULL;
ALTER TABLE posts DROP CONSTRAINT IF EXISTS posts_tagging_status_check;
ALTER TABLE posts ADD CONSTRAINT posts_tagging_status_check
    CHECK (tagging_status IN ('pending', 'success', 'failed', 'retrying', 'skipped'));

CREATE INDEX IF NOT EXISTS idx_posts_tagging_open ON posts (tagging_status, last_tagging_attempt)
    WHERE tagging_status IN ('pending', 'retrying', 'failed');
