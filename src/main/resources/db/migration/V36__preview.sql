SET LOCAL lock_timeout = '10s';

-- Where a channel is read: through a Telegram account, or from its public preview.
ALTER TABLE live_channels
    ADD COLUMN IF NOT EXISTS source text NOT NULL DEFAULT 'telegram' CHECK (source IN ('telegram', 'preview')),
    ADD COLUMN IF NOT EXISTS source_since timestamptz NOT NULL DEFAULT now(),
    -- how far back the pass that is under way, or the last one, has come
    ADD COLUMN IF NOT EXISTS reached_at timestamptz,
    -- of the newest page of the preview, for conditional requests
    ADD COLUMN IF NOT EXISTS etag text,
    ADD COLUMN IF NOT EXISTS last_modified text;

CREATE OR REPLACE FUNCTION live_state(l live_channels) RETURNS text LANGUAGE sql STABLE AS
$$
    SELECT CASE WHEN l.paused_at IS NOT NULL THEN 'paused' WHEN l.flood_until > now() THEN 'waiting'
                WHEN l.error IS NOT NULL THEN 'failed' WHEN l.chat_id IS NULL THEN 'finding'
                WHEN l.history_done_at IS NULL THEN 'history' ELSE 'live' END
$$;

-- What the preview last showed of a post. It has no times of edits, so an edit is a difference between two readings.
CREATE TABLE IF NOT EXISTS preview_posts (
    tenant_id     uuid        NOT NULL,
    channel_id    uuid        NOT NULL,
    message_id    bigint      NOT NULL,
    hash          varchar(64) NOT NULL,
    -- the content_version that this reading stands for
    version       bigint      NOT NULL,
    -- false: the file could not be had and is tried again
    file_done     boolean     NOT NULL,
    -- since when pages lack it that should have it
    missing_since timestamptz,
    PRIMARY KEY (tenant_id, channel_id, message_id),
    FOREIGN KEY (tenant_id, channel_id, message_id)
        REFERENCES posts (tenant_id, channel_id, telegram_message_id) ON DELETE CASCADE
);
