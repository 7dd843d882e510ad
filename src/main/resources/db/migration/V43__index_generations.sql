SET lock_timeout = '10s';

-- The name of the generation that is searched until the rebuild, which has the name identity, has filled the next one. Null if the
-- rebuild fills the index that is searched.
ALTER TABLE vector_index ADD COLUMN IF NOT EXISTS replaces text;
