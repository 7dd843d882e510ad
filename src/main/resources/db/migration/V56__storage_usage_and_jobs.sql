SET LOCAL lock_timeout = '10s';

-- total_bytes and objects_count are measured in the object store; recorded is what media_objects says, null for kinds without rows.
ALTER TABLE tenant_storage_usage ADD COLUMN IF NOT EXISTS recorded_bytes bigint;
ALTER TABLE tenant_storage_usage ADD COLUMN IF NOT EXISTS recorded_objects bigint;

-- runs that failed one after the other
ALTER TABLE jobs ADD COLUMN IF NOT EXISTS failures integer NOT NULL DEFAULT 0;
