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

-- By recipient: sends to one by what they hold, and those to several one after the other. The condition keeps most of the
-- others out of the index.
CREATE INDEX hikyaku_delivery_alone ON hikyaku_delivery (ids, id) WHERE length(ids) <= 100;
CREATE INDEX hikyaku_delivery_many ON hikyaku_delivery (id) WHERE recipients > 1;
-- The program that claimed it last; its first request, and LINE's answer to the accepted one.
ALTER TABLE hikyaku_delivery ADD COLUMN worker text;
ALTER TABLE hikyaku_delivery ADD COLUMN first_attempt text;
ALTER TABLE hikyaku_delivery ADD COLUMN answer text;
-- Requests besides the first.
CREATE TABLE hikyaku_attempt (
    delivery bigint NOT NULL REFERENCES hikyaku_delivery (id) ON DELETE CASCADE,
    number bigint NOT NULL,
    attempt text NOT NULL,
    PRIMARY KEY (delivery, number)
);
