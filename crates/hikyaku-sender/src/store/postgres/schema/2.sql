-- Fairness, order, holds, attempts and outcomes.

-- A repeat under an idempotency key is told by its contents.
ALTER TABLE hikyaku_delivery DROP COLUMN digest;
-- The caller's own JSON.
ALTER TABLE hikyaku_delivery ADD COLUMN reference text;
-- What a person has stopped: without a channel and a lane, everything.
CREATE TABLE hikyaku_hold (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    channel text,
    lane smallint,
    reason text NOT NULL,
    who text NOT NULL,
    at bigint NOT NULL,
    until bigint
);
