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
