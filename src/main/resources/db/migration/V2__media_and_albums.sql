SET LOCAL lock_timeout = '10s';

CREATE TABLE IF NOT EXISTS media_objects (
    tenant_id     uuid        NOT NULL REFERENCES tenants (id),
    file_sha256   varchar(64) NOT NULL,
    mime          text        NOT NULL,
    size_bytes    bigint      NOT NULL CHECK (size_bytes >= 0),
    s3_key        text        NOT NULL,
    s3_bucket     text        NOT NULL,
    first_seen_at timestamptz NOT NULL DEFAULT now(),
    last_seen_at  timestamptz NOT NULL DEFAULT now(),
    refs_count    integer     NOT NULL DEFAULT 0 CHECK (refs_count >= 0),
    PRIMARY KEY (tenant_id, file_sha256)
);

CREATE TABLE IF NOT EXISTS post_media_map (
    post_id     uuid        NOT NULL REFERENCES posts (id) ON DELETE CASCADE,
    file_sha256 varchar(64) NOT NULL,
    position    integer     NOT NULL DEFAULT 0,
    PRIMARY KEY (post_id, file_sha256)
);
CREATE INDEX IF NOT EXISTS idx_post_media_map_sha256 ON post_media_map (file_sha256);

CREATE TABLE IF NOT EXISTS media_groups (
    id             bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    tenant_id      uuid        NOT NULL REFERENCES tenants (id),
    channel_id     uuid        NOT NULL REFERENCES channels (id),
    grouped_id     bigint      NOT NULL,
    album_kind     text        NOT NULL CHECK (album_kind IN ('photo', 'video', 'document', 'mixed')),
    items_count    integer     NOT NULL DEFAULT 0,
    caption_text   text,
    cover_media_id varchar(64),
    posted_at      timestamptz,
    content_hash   varchar(64),
    revision       integer     NOT NULL DEFAULT 1,
    inferred       boolean     NOT NULL DEFAULT false,
    meta           jsonb       NOT NULL DEFAULT '{}',
    created_at     timestamptz NOT NULL DEFAULT now(),
    updated_at     timestamptz NOT NULL DEFAULT now(),
    UNIQUE (tenant_id, channel_id, grouped_id)
);

CREATE TABLE IF NOT EXISTS media_group_items (
    group_id     bigint  NOT NULL REFERENCES media_groups (id) ON DELETE CASCADE,
    post_id      uuid    NOT NULL REFERENCES posts (id) ON DELETE CASCADE,
    position     integer NOT NULL CHECK (position >= 0),
    media_kind   text    NOT NULL,
    media_sha256 varchar(64),
    UNIQUE (group_id, position),
    UNIQUE (group_id, post_id)
);
CREATE INDEX IF NOT EXISTS idx_media_group_items_post ON media_group_items (post_id);
