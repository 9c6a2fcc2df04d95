-- Fairness, order, holds, attempts and outcomes.

-- A repeat under an idempotency key is told by its contents.
ALTER TABLE delivery DROP COLUMN digest;
-- The caller's own JSON.
ALTER TABLE delivery ADD COLUMN reference TEXT;
-- What a person has stopped: without a channel and a lane, everything.
CREATE TABLE hold (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    channel TEXT,
    lane INTEGER,
    reason TEXT NOT NULL,
    who TEXT NOT NULL,
    at INTEGER NOT NULL,
    until INTEGER
);

-- By recipient: sends to one by what they hold, and those to several one after the other. The condition keeps most of the
-- others out of the index.
CREATE INDEX payload_alone ON payload (ids) WHERE length(ids) <= 100;
CREATE INDEX delivery_many ON delivery (id) WHERE recipients > 1;
-- The program that claimed it last; its first request, and LINE's answer to the accepted one.
ALTER TABLE delivery ADD COLUMN worker TEXT;
ALTER TABLE delivery ADD COLUMN first_attempt TEXT;
ALTER TABLE delivery ADD COLUMN answer TEXT;
-- Requests besides the first.
CREATE TABLE attempt (
    delivery INTEGER NOT NULL REFERENCES delivery (id) ON DELETE CASCADE,
    number INTEGER NOT NULL,
    attempt TEXT NOT NULL,
    PRIMARY KEY (delivery, number)
) WITHOUT ROWID;
-- Within a priority of a lane, keys take turns.
ALTER TABLE delivery ADD COLUMN fairness_key TEXT NOT NULL DEFAULT '';
UPDATE delivery SET fairness_key = 'campaign:' || campaign WHERE campaign IS NOT NULL;
ALTER TABLE bucket ADD COLUMN served_high TEXT NOT NULL DEFAULT '';
ALTER TABLE bucket ADD COLUMN served_normal TEXT NOT NULL DEFAULT '';
ALTER TABLE bucket ADD COLUMN served_low TEXT NOT NULL DEFAULT '';
-- 2 was paused. A campaign is, and its deliveries wait with it; `paused.rs` makes them ready.
DROP INDEX delivery_doubted;
-- 0 ready
CREATE INDEX delivery_doubted ON delivery (key_used_at) WHERE first_maybe_at IS NOT NULL AND state = 0;
-- 1 held, 2 paused
CREATE INDEX campaign_stopped ON campaign (id) WHERE state IN (1, 2);
-- The trace that a send is a part of.
ALTER TABLE payload ADD COLUMN traceparent TEXT;
ALTER TABLE payload ADD COLUMN tracestate TEXT;

-- The order key; when its turn is, none once it was overtaken; 1 next behind one that may be overtaken, 2 behind another.
ALTER TABLE delivery ADD COLUMN ordered TEXT;
ALTER TABLE delivery ADD COLUMN turn INTEGER;
ALTER TABLE delivery ADD COLUMN behind INTEGER NOT NULL DEFAULT 0;
-- 0 ready, 1 in flight
CREATE INDEX delivery_ordered ON delivery (channel, ordered, state, turn, id) WHERE ordered IS NOT NULL AND state IN (0, 1);
-- 0 ready, 3 tracking
DROP INDEX delivery_claimable;
CREATE INDEX delivery_claimable ON delivery (channel, lane, priority, fairness_key, due, id) WHERE state IN (0, 3) AND behind < 2;

-- Whether its caller wants to be told that it was accepted, too.
ALTER TABLE delivery ADD COLUMN tells INTEGER NOT NULL DEFAULT 0;
-- What is told to programs, in order.
CREATE TABLE outcome (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    message BLOB NOT NULL,
    at INTEGER NOT NULL,
    kind INTEGER NOT NULL,
    delivery INTEGER,
    body TEXT NOT NULL
);
