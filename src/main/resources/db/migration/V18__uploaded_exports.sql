SET LOCAL lock_timeout = '10s';

-- What users call an export that was uploaded; null for one that lies at a path.
ALTER TABLE imports ADD COLUMN IF NOT EXISTS uploaded_name text;
