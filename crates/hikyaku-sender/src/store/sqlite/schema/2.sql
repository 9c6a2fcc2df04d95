-- Fairness, order, holds, attempts and outcomes.

-- A repeat under an idempotency key is told by its contents.
ALTER TABLE delivery DROP COLUMN digest;
-- The caller's own JSON.
ALTER TABLE delivery ADD COLUMN reference TEXT;
