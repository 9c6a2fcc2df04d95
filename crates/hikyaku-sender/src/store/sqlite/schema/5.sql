-- What was sent in a chat.

-- 4 accepted
CREATE INDEX delivery_sent_in_order ON delivery (ordered, id) WHERE ordered IS NOT NULL AND state = 4;
