SET LOCAL lock_timeout = '10s';

-- Follow-up questions refer to the questions of their thread before them; the topics of a question feed the interests of its user.
ALTER TABLE rag_queries ADD COLUMN IF NOT EXISTS thread_id uuid;
ALTER TABLE rag_queries ADD COLUMN IF NOT EXISTS understood_as text;
ALTER TABLE rag_queries ADD COLUMN IF NOT EXISTS intent text;
ALTER TABLE rag_queries ADD COLUMN IF NOT EXISTS outcome text;
ALTER TABLE rag_queries ADD COLUMN IF NOT EXISTS topics jsonb NOT NULL DEFAULT '[]';
CREATE INDEX IF NOT EXISTS idx_rag_queries_thread ON rag_queries (thread_id, created_at) WHERE thread_id IS NOT NULL;
