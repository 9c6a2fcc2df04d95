-- Fairness, order, holds, attempts and outcomes.

-- A repeat under an idempotency key is told by its contents.
ALTER TABLE hikyaku_delivery DROP COLUMN digest;
-- The caller's own JSON.
ALTER TABLE hikyaku_delivery ADD COLUMN reference text;
