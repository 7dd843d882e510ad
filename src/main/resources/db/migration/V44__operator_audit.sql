SET LOCAL lock_timeout = '10s';

-- What operators changed, by whatever way: the row is there before the work begins. A row that stays in running is of a process that died.
CREATE TABLE IF NOT EXISTS operator_audit (
    id         uuid        PRIMARY KEY,
    started_at timestamptz NOT NULL DEFAULT now(),
    ended_at   timestamptz,
    operator   text        NOT NULL,
    via        text        NOT NULL CHECK (via IN ('http', 'jmx', 'command_line')),
    operation  text        NOT NULL,
    arguments  jsonb       NOT NULL CHECK (jsonb_typeof(arguments) = 'object'),
    outcome    text        NOT NULL CHECK (outcome IN ('running', 'done', 'refused', 'failed')),
    affected   bigint,
    detail     text
);
CREATE INDEX IF NOT EXISTS operator_audit_latest ON operator_audit (started_at DESC, id DESC);
