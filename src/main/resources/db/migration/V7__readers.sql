SET LOCAL lock_timeout = '10s';

CREATE TABLE IF NOT EXISTS digest_settings (
    user_id       bigint PRIMARY KEY REFERENCES users (id) ON DELETE CASCADE,
    enabled       boolean     NOT NULL DEFAULT false,
    schedule_time time        NOT NULL DEFAULT '09:00',
    schedule_zone text        NOT NULL DEFAULT 'UTC',
    frequency     varchar(8)  NOT NULL DEFAULT 'daily' CHECK (frequency IN ('daily', 'weekly', 'monthly')),
    topics        jsonb       NOT NULL DEFAULT '[]',
    channels      jsonb       NOT NULL DEFAULT '[]',
    max_items     integer     NOT NULL DEFAULT 10 CHECK (max_items > 0),
    updated_at    timestamptz NOT NULL DEFAULT now()
);

CREATE TABLE IF NOT EXISTS digests (
    id          bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    user_id     bigint      NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    digest_date date        NOT NULL,
    content     text        NOT NULL DEFAULT '',
    posts       jsonb       NOT NULL DEFAULT '[]',
    status      varchar(16) NOT NULL DEFAULT 'pending',
    created_at  timestamptz NOT NULL DEFAULT now(),
    sent_at     timestamptz
);
CREATE INDEX IF NOT EXISTS idx_digests_user ON digests (user_id, digest_date DESC);

CREATE TABLE IF NOT EXISTS trends (
    id               uuid PRIMARY KEY,
    tenant_id        uuid        NOT NULL REFERENCES tenants (id),
    keyword          text        NOT NULL,
    topics           jsonb       NOT NULL DEFAULT '[]',
    window_start     timestamptz NOT NULL,
    window_end       timestamptz NOT NULL,
    frequency        integer     NOT NULL,
    baseline         double precision NOT NULL,
    burst_score      double precision NOT NULL,
    source_diversity integer     NOT NULL,
    status           varchar(16) NOT NULL DEFAULT 'emerging',
    detected_at      timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX IF NOT EXISTS idx_trends_tenant ON trends (tenant_id, detected_at DESC);

CREATE TABLE IF NOT EXISTS trend_posts (
    trend_id uuid NOT NULL REFERENCES trends (id) ON DELETE CASCADE,
    post_id  uuid NOT NULL REFERENCES posts (id) ON DELETE CASCADE,
    PRIMARY KEY (trend_id, post_id)
);

CREATE TABLE IF NOT EXISTS user_interests (
    user_id      bigint           NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    topic        text             NOT NULL,
    weight       double precision NOT NULL DEFAULT 0,
    query_count  integer          NOT NULL DEFAULT 0,
    view_count   integer          NOT NULL DEFAULT 0,
    last_updated timestamptz      NOT NULL DEFAULT now(),
    PRIMARY KEY (user_id, topic)
);

CREATE TABLE IF NOT EXISTS rag_queries (
    id          bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    user_id     bigint      NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    query       text        NOT NULL,
    answer      text,
    sources     jsonb       NOT NULL DEFAULT '[]',
    confidence  double precision,
    duration_ms integer,
    created_at  timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX IF NOT EXISTS idx_rag_queries_user ON rag_queries (user_id, created_at DESC);

CREATE TABLE IF NOT EXISTS tenant_storage_usage (
    tenant_id     uuid        NOT NULL REFERENCES tenants (id),
    content_type  varchar(16) NOT NULL,
    total_bytes   bigint      NOT NULL DEFAULT 0 CHECK (total_bytes >= 0),
    objects_count bigint      NOT NULL DEFAULT 0 CHECK (objects_count >= 0),
    last_updated  timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (tenant_id, content_type)
);
