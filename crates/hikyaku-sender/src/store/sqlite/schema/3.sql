-- Requests as their callers wrote them, places in the outcomes, and holds on keys.

-- Whether it is sent as its caller wrote it, and never cut in two.
ALTER TABLE delivery ADD COLUMN verbatim INTEGER NOT NULL DEFAULT 0;

-- How far a reader has dealt with the outcomes: the last one, who reads now, and until when nobody else may.
CREATE TABLE outcome_cursor (
    name TEXT PRIMARY KEY,
    after INTEGER NOT NULL,
    reader TEXT,
    until INTEGER
) WITHOUT ROWID;

-- A hold may stop only what has this fairness key.
ALTER TABLE hold ADD COLUMN fairness_key TEXT;
