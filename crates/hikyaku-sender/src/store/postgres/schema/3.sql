-- Requests as their callers wrote them.

-- Whether it is sent as its caller wrote it, and never cut in two.
ALTER TABLE hikyaku_delivery ADD COLUMN verbatim smallint NOT NULL DEFAULT 0;
