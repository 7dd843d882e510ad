-- Vectors of texts by the hash of model and text, so that the same text is never sent to a model twice. 4 bytes a component.
CREATE TABLE IF NOT EXISTS embedding_cache (
    hash    bytea PRIMARY KEY,
    vector  bytea NOT NULL,
    used_on date  NOT NULL
);
CREATE INDEX IF NOT EXISTS embedding_cache_used_on ON embedding_cache (used_on);
