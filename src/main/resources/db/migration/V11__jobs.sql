SET lock_timeout = '10s';

-- Last and next run of each job of the schedule, over all processes. The lock itself is in Redis.
CREATE TABLE IF NOT EXISTS jobs (
    name            text PRIMARY KEY,
    last_started_at timestamptz,
    last_ended_at   timestamptz,
    last_outcome    text CHECK (last_outcome IN ('success', 'failed')),
    last_error      text,
    next_run_at     timestamptz,
    instance        text
);
