-- Callers that wait.

-- Until when a caller waits for what becomes of it, and when that caller was told of a refusal.
ALTER TABLE hikyaku_delivery ADD COLUMN watched_until bigint;
ALTER TABLE hikyaku_delivery ADD COLUMN told_at bigint;
-- 5 rejected, 7 cancelled
CREATE INDEX hikyaku_delivery_untold ON hikyaku_delivery (watched_until) WHERE watched_until IS NOT NULL AND state IN (5, 7);
