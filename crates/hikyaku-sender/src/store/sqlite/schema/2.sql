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
