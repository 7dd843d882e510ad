SET LOCAL lock_timeout = '10s';

-- What attachments say, and Telegram's formatting of the text: null where the source does not know it. details: what Telegram
-- shows beside the text (reactions by kind, the poll with its votes, attachments with their names or why they are missing).
ALTER TABLE posts ADD COLUMN IF NOT EXISTS attachment_text text;
ALTER TABLE posts ADD COLUMN IF NOT EXISTS entities jsonb;
ALTER TABLE posts ADD COLUMN IF NOT EXISTS details jsonb NOT NULL DEFAULT '{}';
ALTER TABLE post_edits ADD COLUMN IF NOT EXISTS attachment_text text;
