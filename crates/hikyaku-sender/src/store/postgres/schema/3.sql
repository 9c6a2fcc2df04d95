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

-- How many recipients the sends of a fairness key may reach, and did.
CREATE TABLE hikyaku_budget (
    fairness_key text COLLATE "C" PRIMARY KEY,
    most bigint NOT NULL,
    per smallint NOT NULL,
    beyond smallint NOT NULL,
    used bigint NOT NULL,
    since bigint NOT NULL,
    until bigint NOT NULL,
    used_up smallint NOT NULL
) WITH (fillfactor = 50);
-- Whether there is any, which every step is told with the time.
ALTER TABLE hikyaku_meta ADD COLUMN budgets boolean NOT NULL DEFAULT false;
