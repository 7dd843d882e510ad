SET LOCAL lock_timeout = '10s';

-- Who asks for the links of a post again is not to fetch them twice: a request is open for some minutes.
ALTER TABLE posts ADD COLUMN IF NOT EXISTS links_request_id uuid;
ALTER TABLE posts ADD COLUMN IF NOT EXISTS links_requested_at timestamptz;
