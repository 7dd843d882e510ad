SET LOCAL lock_timeout = '10s';

-- Dead letters that an operator edited and published again, as they were. json keeps the fields exactly, jsonb refuses NUL characters.
CREATE TABLE IF NOT EXISTS dead_letter_originals (
    redis_key   text        NOT NULL,
    entry_id    text        NOT NULL,
    stream      text        NOT NULL,
    original    json        NOT NULL,
    edited      json        NOT NULL,
    operator    text        NOT NULL,
    edited_at   timestamptz NOT NULL DEFAULT now(),
    replayed_as text,
    PRIMARY KEY (redis_key, entry_id)
);
