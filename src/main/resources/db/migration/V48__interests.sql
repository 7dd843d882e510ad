SET LOCAL lock_timeout = '10s';

-- is_own: the user has set the weight. erased_at: what happened before it does not count again.
ALTER TABLE user_interests ADD COLUMN IF NOT EXISTS digest_count integer NOT NULL DEFAULT 0;
ALTER TABLE user_interests ADD COLUMN IF NOT EXISTS is_own boolean NOT NULL DEFAULT false;
ALTER TABLE user_interests ADD COLUMN IF NOT EXISTS erased_at timestamptz;

-- Posts that users have opened, the last time of each.
CREATE TABLE IF NOT EXISTS post_opens (
    user_id   bigint      NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    post_id   uuid        NOT NULL REFERENCES posts (id) ON DELETE CASCADE,
    opened_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (user_id, post_id)
);
CREATE INDEX IF NOT EXISTS idx_post_opens_post ON post_opens (post_id);
CREATE INDEX IF NOT EXISTS idx_post_opens_time ON post_opens (opened_at);

-- Users that have erased all their interests, and when.
CREATE TABLE IF NOT EXISTS interest_erasures (
    user_id   bigint PRIMARY KEY REFERENCES users (id) ON DELETE CASCADE,
    erased_at timestamptz NOT NULL
);
