-- What was sent in a chat.

-- 4 accepted
CREATE INDEX hikyaku_delivery_sent_in_order ON hikyaku_delivery (ordered, id) WHERE ordered IS NOT NULL AND state = 4;
