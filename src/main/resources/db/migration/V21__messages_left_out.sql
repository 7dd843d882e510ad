SET LOCAL lock_timeout = '10s';

-- messages of the export that cannot be read or stored; the first of them are named in errors
ALTER TABLE imports ADD COLUMN IF NOT EXISTS messages_failed bigint NOT NULL DEFAULT 0;
