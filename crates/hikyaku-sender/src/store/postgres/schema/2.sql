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
-- Within a priority of a lane, keys take turns. In the order of their bytes, whatever language the database speaks.
ALTER TABLE hikyaku_delivery ADD COLUMN fairness_key text COLLATE "C" NOT NULL DEFAULT '';
UPDATE hikyaku_delivery SET fairness_key = 'campaign:' || campaign WHERE campaign IS NOT NULL;
ALTER TABLE hikyaku_bucket ADD COLUMN served_high text NOT NULL DEFAULT '';
ALTER TABLE hikyaku_bucket ADD COLUMN served_normal text NOT NULL DEFAULT '';
ALTER TABLE hikyaku_bucket ADD COLUMN served_low text NOT NULL DEFAULT '';
-- 2 was paused. A campaign is, and its deliveries wait with it.
UPDATE hikyaku_delivery SET state = 0 WHERE state = 2;
DROP INDEX hikyaku_delivery_doubted;
-- 0 ready
CREATE INDEX hikyaku_delivery_doubted ON hikyaku_delivery (key_used_at) WHERE first_maybe_at IS NOT NULL AND state = 0;
-- 1 held, 2 paused
CREATE INDEX hikyaku_campaign_stopped ON hikyaku_campaign (id) WHERE state IN (1, 2);
-- The trace that a send is a part of.
ALTER TABLE hikyaku_delivery ADD COLUMN traceparent text;
ALTER TABLE hikyaku_delivery ADD COLUMN tracestate text;
-- Workers that are at work, or were until they were killed: each holds a session's advisory lock on its number.
CREATE TABLE hikyaku_node (node integer PRIMARY KEY);
-- Who has a delivery that is in flight; null where only its lease can tell.
ALTER TABLE hikyaku_delivery ADD COLUMN node integer;

-- The order key; when its turn is, none once it was overtaken; 1 next behind one that may be overtaken, 2 behind another.
ALTER TABLE hikyaku_delivery ADD COLUMN ordered text;
ALTER TABLE hikyaku_delivery ADD COLUMN turn bigint;
ALTER TABLE hikyaku_delivery ADD COLUMN behind smallint NOT NULL DEFAULT 0;
-- 0 ready, 1 in flight
CREATE INDEX hikyaku_delivery_ordered ON hikyaku_delivery (channel, ordered, state, turn, id) WHERE ordered IS NOT NULL AND state IN (0, 1);
-- 0 ready, 3 tracking
DROP INDEX hikyaku_delivery_claimable;
CREATE INDEX hikyaku_delivery_claimable ON hikyaku_delivery (channel, lane, priority, fairness_key, due, id) WHERE state IN (0, 3) AND behind < 2;
