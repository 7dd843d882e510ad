SET LOCAL lock_timeout = '10s';

-- Who asks for tags again is not to be asked twice for the same: a request is open until the next attempt.
ALTER TABLE posts ADD COLUMN IF NOT EXISTS tagging_request_id uuid;
ALTER TABLE posts ADD COLUMN IF NOT EXISTS tagging_requested_at timestamptz;
