SET lock_timeout = '10s';

-- What the vector index and the graph hold of the post: hash of each and the version of the tags, so that an outage of one
-- neither repeats nor hides the write of the other, and older tags never replace newer ones.
ALTER TABLE posts ADD COLUMN IF NOT EXISTS index_state jsonb NOT NULL DEFAULT '{}';
