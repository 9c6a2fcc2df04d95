-- Requests as their callers wrote them.

-- Whether it is sent as its caller wrote it, and never cut in two.
ALTER TABLE delivery ADD COLUMN verbatim INTEGER NOT NULL DEFAULT 0;
