SET LOCAL lock_timeout = '10s';

CREATE TABLE IF NOT EXISTS post_enrichment (
    post_id     uuid        NOT NULL REFERENCES posts (id) ON DELETE CASCADE,
    kind        varchar(16) NOT NULL CHECK (kind IN ('tags', 'vision', 'ocr', 'crawl')),
    provider    varchar(64) NOT NULL,
    params_hash varchar(64),
    data        jsonb       NOT NULL DEFAULT '{}',
    metadata    jsonb       NOT NULL DEFAULT '{}',
    status      varchar(16) NOT NULL DEFAULT 'ok' CHECK (status IN ('ok', 'partial', 'error')),
    error       text,
    created_at  timestamptz NOT NULL DEFAULT now(),
    updated_at  timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (post_id, kind)
);
-- Named in the design documents; the primary key alone would do.
CREATE UNIQUE INDEX IF NOT EXISTS ux_post_enrichment_post_kind ON post_enrichment (post_id, kind);
CREATE INDEX IF NOT EXISTS idx_post_enrichment_metadata ON post_enrichment USING gin (metadata jsonb_path_ops);
-- Filter of GET /users/{id}/posts?tag=
CREATE INDEX IF NOT EXISTS idx_post_enrichment_tags ON post_enrichment USING gin ((data -> 'tags')) WHERE kind = 'tags';
