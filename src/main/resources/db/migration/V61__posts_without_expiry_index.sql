SET LOCAL lock_timeout = '10s';

-- Since V55 the sweep finds expired posts by tenant. Nothing reads this index any more, and each new post was written to it.
DROP INDEX IF EXISTS idx_posts_expires;
