SET LOCAL lock_timeout = '10s';

-- The bots that delivered digests, by the number before the colon of their tokens. next_update: offset of getUpdates.
CREATE TABLE IF NOT EXISTS telegram_bots (
    bot_id       bigint PRIMARY KEY,
    username     text,
    next_update  bigint      NOT NULL DEFAULT 0,
    poller       text,
    poller_until timestamptz NOT NULL DEFAULT '-infinity',
    -- Telegram has refused messages of the bot until then
    waits_until  timestamptz NOT NULL DEFAULT '-infinity',
    problem      text
);

-- The private chat of each user with the bot.
CREATE TABLE IF NOT EXISTS telegram_links (
    user_id   bigint PRIMARY KEY REFERENCES users (id) ON DELETE CASCADE,
    chat_id   bigint      NOT NULL,
    name      text        NOT NULL DEFAULT '',
    state     varchar(8)  NOT NULL DEFAULT 'active' CHECK (state IN ('active', 'blocked')),
    problem   text,
    linked_at timestamptz NOT NULL
);
-- a chat is that of one user
CREATE UNIQUE INDEX IF NOT EXISTS ux_telegram_links_chat ON telegram_links (chat_id) WHERE state = 'active';

-- The newest one-time code of each user.
CREATE TABLE IF NOT EXISTS telegram_link_codes (
    user_id     bigint PRIMARY KEY REFERENCES users (id) ON DELETE CASCADE,
    code_sha256 varchar(64) NOT NULL UNIQUE,
    expires_at  timestamptz NOT NULL
);

-- What limits a chat, linked or not.
CREATE TABLE IF NOT EXISTS telegram_chats (
    chat_id       bigint PRIMARY KEY,
    wrong_codes   integer     NOT NULL DEFAULT 0,
    wrong_since   timestamptz NOT NULL DEFAULT '-infinity',
    answers       integer     NOT NULL DEFAULT 0,
    answers_since timestamptz NOT NULL DEFAULT '-infinity',
    waits_until   timestamptz NOT NULL DEFAULT '-infinity',
    refused_until timestamptz NOT NULL DEFAULT '-infinity',
    seen_at       timestamptz NOT NULL
);

-- Messages of the bot. The text is kept until the message has ended; digest_id: null for an answer to a command.
CREATE TABLE IF NOT EXISTS telegram_messages (
    id          bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    chat_id     bigint      NOT NULL,
    user_id     bigint REFERENCES users (id) ON DELETE CASCADE,
    digest_id   bigint REFERENCES digests (id) ON DELETE CASCADE,
    part        integer     NOT NULL DEFAULT 1,
    text        text        NOT NULL,
    posts       uuid[]      NOT NULL DEFAULT '{}',
    state       varchar(16) NOT NULL DEFAULT 'pending'
        CHECK (state IN ('pending', 'sending', 'sent', 'unknown', 'failed', 'cancelled')),
    attempts    integer     NOT NULL DEFAULT 0,
    next_try_at timestamptz NOT NULL,
    expires_at  timestamptz NOT NULL,
    ended_at    timestamptz,
    message_id  bigint,
    error       text
);
CREATE UNIQUE INDEX IF NOT EXISTS ux_telegram_messages_part ON telegram_messages (digest_id, part) WHERE digest_id IS NOT NULL;
CREATE INDEX IF NOT EXISTS idx_telegram_messages_open ON telegram_messages (chat_id, id) WHERE state IN ('pending', 'sending');
CREATE INDEX IF NOT EXISTS idx_telegram_messages_ended ON telegram_messages (ended_at);

-- taken: its messages are in telegram_messages, or there was nothing to send; null: not looked at
ALTER TABLE digests ADD COLUMN IF NOT EXISTS delivery varchar(8) CHECK (delivery IN ('taken', 'nothing'));
CREATE INDEX IF NOT EXISTS idx_digests_undelivered ON digests (made_at) WHERE status = 'ready' AND delivery IS NULL;
