-- Callers that wait.

-- Until when a caller waits for what becomes of it, and when that caller was told of a refusal.
ALTER TABLE delivery ADD COLUMN watched_until INTEGER;
ALTER TABLE delivery ADD COLUMN told_at INTEGER;
-- 5 rejected, 7 cancelled
CREATE INDEX delivery_untold ON delivery (watched_until) WHERE watched_until IS NOT NULL AND state IN (5, 7);
