SET LOCAL lock_timeout = '10s';

-- Channels that a tenant reads live through a Telegram account, and how far.
CREATE TABLE IF NOT EXISTS live_channels (
    tenant_id       uuid        NOT NULL REFERENCES tenants (id),
    channel_id      uuid        NOT NULL REFERENCES channels (id) ON DELETE CASCADE,
    -- the account that knows the chat; null until the channel is found
    account         text,
    chat_id         bigint,
    created_at      timestamptz NOT NULL DEFAULT now(),
    -- the history is read back to this time
    history_from    timestamptz NOT NULL,
    history_done_at timestamptz,
    messages_read   bigint      NOT NULL DEFAULT 0,
    -- all messages up to this one (an id of TDLib) have been read; 0 before the history is
    read_up_to      bigint      NOT NULL DEFAULT 0,
    -- The pass through the history that is under way: its newest message, the oldest that is read, where it ends (a time and a number of
    -- messages), and how many it has read. Null between two passes.
    pass_top        bigint,
    pass_next       bigint,
    pass_until      timestamptz,
    pass_min        integer,
    pass_read       integer,
    -- a pass is wanted: null, 'recent' or 'deep'
    wanted          text CHECK (wanted IN ('recent', 'deep')),
    wanted_by       uuid,
    passed_at       timestamptz,
    last_post_at    timestamptz,
    last_update_at  timestamptz,
    paused_at       timestamptz,
    error           text,
    failures        integer     NOT NULL DEFAULT 0,
    -- nothing is asked of Telegram before: after a failure, and when Telegram says so
    retry_at        timestamptz,
    flood_until     timestamptz,
    PRIMARY KEY (tenant_id, channel_id)
);
CREATE INDEX IF NOT EXISTS idx_live_channels_chat ON live_channels (chat_id);

-- Files of Telegram that are in the object store, so that they are not downloaded again.
CREATE TABLE IF NOT EXISTS telegram_files (
    tenant_id   uuid        NOT NULL REFERENCES tenants (id),
    unique_id   text        NOT NULL,
    file_sha256 varchar(64) NOT NULL,
    PRIMARY KEY (tenant_id, unique_id)
);
