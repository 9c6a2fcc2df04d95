-- Requests as their callers wrote them, places in the outcomes, and holds on keys.

-- Whether it is sent as its caller wrote it, and never cut in two.
ALTER TABLE hikyaku_delivery ADD COLUMN verbatim smallint NOT NULL DEFAULT 0;

-- How far a reader has dealt with the outcomes: the last one, who reads now, and until when nobody else may.
CREATE TABLE hikyaku_outcome_cursor (
    name text PRIMARY KEY,
    after bigint NOT NULL,
    reader text,
    until bigint
);

-- A hold may stop only what has this fairness key.
ALTER TABLE hikyaku_hold ADD COLUMN fairness_key text;
