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

-- How many recipients the sends of a fairness key may reach, and did.
CREATE TABLE budget (
    fairness_key TEXT PRIMARY KEY,
    most INTEGER NOT NULL,
    per INTEGER NOT NULL,
    beyond INTEGER NOT NULL,
    used INTEGER NOT NULL,
    since INTEGER NOT NULL,
    until INTEGER NOT NULL,
    used_up INTEGER NOT NULL
) WITHOUT ROWID;
