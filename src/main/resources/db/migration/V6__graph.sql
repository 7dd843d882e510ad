SET LOCAL lock_timeout = '10s';

-- The graph where no Neo4j is configured: labels, types and keys as in Neo4j.
CREATE TABLE IF NOT EXISTS graph_nodes (
    tenant_id  uuid  NOT NULL,
    label      text  NOT NULL,
    key        text  NOT NULL,
    properties jsonb NOT NULL DEFAULT '{}',
    PRIMARY KEY (tenant_id, label, key)
);

CREATE TABLE IF NOT EXISTS graph_edges (
    tenant_id  uuid             NOT NULL,
    from_label text             NOT NULL,
    from_key   text             NOT NULL,
    type       text             NOT NULL,
    to_label   text             NOT NULL,
    to_key     text             NOT NULL,
    weight     double precision NOT NULL DEFAULT 1,
    properties jsonb            NOT NULL DEFAULT '{}',
    PRIMARY KEY (tenant_id, from_label, from_key, type, to_label, to_key)
);
CREATE INDEX IF NOT EXISTS graph_edges_to ON graph_edges (tenant_id, to_label, to_key, type);
