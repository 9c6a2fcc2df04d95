PRAGMA application_id = 1212762969;
PRAGMA user_version = 2;
BEGIN TRANSACTION;
CREATE TABLE meta (
    one INTEGER PRIMARY KEY CHECK (one = 1),
    -- Grows with every commit. A file that is behind its mark has lost some.
    commits INTEGER NOT NULL,
    -- The latest time that the store has seen.
    seen_at INTEGER NOT NULL,
    -- Where the store was moved, or is being moved.
    moved_to TEXT,
    moved INTEGER NOT NULL DEFAULT 0
);
INSERT INTO meta VALUES(1,17,1795954328140,NULL,0);
CREATE TABLE campaign (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    channel TEXT NOT NULL,
    idempotency_key TEXT,
    digest BLOB NOT NULL,
    seed BLOB NOT NULL,
    body TEXT NOT NULL,
    personal INTEGER NOT NULL,
    dedupe INTEGER NOT NULL,
    priority INTEGER NOT NULL,
    on_unknown INTEGER NOT NULL,
    due INTEGER NOT NULL,
    expires_at INTEGER,
    state INTEGER NOT NULL,
    created_at INTEGER NOT NULL,
    cursor_bytes INTEGER NOT NULL DEFAULT 0,
    cursor_lines INTEGER NOT NULL DEFAULT 0,
    cursor_chunks INTEGER NOT NULL DEFAULT 0,
    cursor_digest BLOB NOT NULL DEFAULT x'',
    cursor_done INTEGER NOT NULL DEFAULT 0,
    total INTEGER NOT NULL DEFAULT 0,
    accepted INTEGER NOT NULL DEFAULT 0,
    rejected INTEGER NOT NULL DEFAULT 0,
    unknown INTEGER NOT NULL DEFAULT 0,
    cancelled INTEGER NOT NULL DEFAULT 0,
    repeated INTEGER NOT NULL DEFAULT 0,
    bad_lines INTEGER NOT NULL DEFAULT 0
);
INSERT INTO campaign VALUES(1,'default','spring',X'417244de1fa41c3f7f2c74e1f4051040223cd377013fb273f8aa44834ba081a7',X'fa29229b2e45563383ae848b55ffcc2a','{"messages":[{"type":"text","text":"spring is here"}]}',0,0,2,0,1795954327604,NULL,2,1795954327604,102,3,1,X'96c9893815dacc259ec89fe58a492d149d264551093777ca1082a2f0ea03a23a',1,3,0,0,0,0,0,0);
CREATE TABLE delivery (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    channel TEXT NOT NULL,
    campaign INTEGER REFERENCES campaign (id),
    chunk INTEGER,
    lane INTEGER NOT NULL,
    priority INTEGER NOT NULL,
    idempotency_key TEXT,
    created_at INTEGER NOT NULL,
    kind INTEGER NOT NULL,
    state INTEGER NOT NULL,
    recipients INTEGER NOT NULL,
    on_unknown INTEGER NOT NULL,
    retry_key BLOB NOT NULL,
    key_used_at INTEGER,
    first_maybe_at INTEGER,
    claimed_at INTEGER,
    lease_until INTEGER,
    fence INTEGER NOT NULL,
    attempts INTEGER NOT NULL,
    due INTEGER NOT NULL,
    expires_at INTEGER,
    request_id TEXT,
    last_status INTEGER,
    last_error TEXT,
    -- A checksum of all columns above that decide what is sent and whether.
    seal INTEGER NOT NULL
, reference TEXT, worker TEXT, first_attempt TEXT, answer TEXT, fairness_key TEXT NOT NULL DEFAULT '', ordered TEXT, turn INTEGER, behind INTEGER NOT NULL DEFAULT 0, tells INTEGER NOT NULL DEFAULT 0);
INSERT INTO delivery VALUES(1,'default',NULL,NULL,0,1,'order-17',1795954326400,0,4,1,0,X'a0d5d3bf861d5c91a2f6b0e308dd96b8',1795954326761,NULL,1795954326761,NULL,1,1,1795954327773,NULL,'5566dda3-ee38-48e1-85eb-a1dbfe9d696a',NULL,NULL,1655196983197336842,'{"order":17}','bot/2616','{"n":1,"at":1795954326771,"ms":1,"by":"bot/2616","is":"accepted","status":200,"id":"5566dda3-ee38-48e1-85eb-a1dbfe9d696a"}','{"sentMessages":[{"id":"179595432447200001","quoteToken":"sim-quote-27e0d18224c4b01"}]}','',NULL,NULL,0,1);
INSERT INTO delivery VALUES(2,'default',NULL,NULL,0,1,'order-18',1795954326563,0,5,1,0,X'5c74305cd08c58c0b30f7ad8ce5e4c88',1795954326761,NULL,1795954326761,NULL,1,1,1795954326563,NULL,NULL,400,'rejected (400): Failed to send messages [request id eb5867e6-fd6c-446c-bed1-836bc63131f6]',5457760801562608060,NULL,'bot/2616','{"n":1,"at":1795954326773,"ms":2,"by":"bot/2616","is":"rejected","status":400,"id":"eb5867e6-fd6c-446c-bed1-836bc63131f6","error":"rejected (400): Failed to send messages [request id eb5867e6-fd6c-446c-bed1-836bc63131f6]","body":"{\"message\":\"Failed to send messages\"}"}',NULL,'',NULL,NULL,0,0);
INSERT INTO delivery VALUES(3,'default',NULL,NULL,0,1,'reminder',1795954326889,0,0,1,0,X'517ba458de435bf3a0e68f74eef4c48a',NULL,NULL,NULL,NULL,0,0,2524608000000,NULL,NULL,NULL,NULL,-26635006516724583,NULL,NULL,NULL,NULL,'',NULL,NULL,0,0);
INSERT INTO delivery VALUES(4,'default',NULL,NULL,0,1,NULL,1795954327031,0,1,1,0,X'125f31f8f8844a33a703fd472c40c70c',1795954328133,NULL,1795954328133,1795954388133,1,1,1795954327031,NULL,NULL,NULL,NULL,8599270569421378592,NULL,'bot/2666',NULL,NULL,'shop-a','chat-1',1795954327031,0,0);
INSERT INTO delivery VALUES(5,'default',NULL,NULL,0,1,NULL,1795954327127,0,0,1,0,X'1da87ac006d44a21a537c8f41d3e4d64',NULL,NULL,NULL,NULL,0,0,1795954327127,NULL,NULL,NULL,NULL,-2318532690142602599,NULL,NULL,NULL,NULL,'shop-a','chat-1',1795954327127,0,0);
INSERT INTO delivery VALUES(6,'default',NULL,NULL,0,1,NULL,1795954327351,0,0,1,0,X'a5f6903496b944fab629addc0bac5b0e',NULL,NULL,NULL,NULL,0,0,1795954327351,NULL,NULL,NULL,NULL,1920040059066905735,NULL,NULL,NULL,NULL,'shop-b',NULL,NULL,0,0);
INSERT INTO delivery VALUES(7,'default',1,0,1,2,NULL,1795954327641,1,0,3,0,X'3c5acb5350445b8b9ce63b0e580e47fd',NULL,NULL,NULL,NULL,0,0,1795954327604,NULL,NULL,NULL,NULL,1181512705300024512,NULL,NULL,NULL,NULL,'campaign:1',NULL,NULL,0,0);
INSERT INTO delivery VALUES(8,'default',NULL,NULL,0,1,'order-19',1795954327928,0,0,1,0,X'c46935c9380251449f460cbc85f22877',NULL,NULL,NULL,NULL,0,0,1795954327928,NULL,NULL,NULL,NULL,5085756194529415987,NULL,NULL,NULL,NULL,'shop-c',NULL,NULL,0,0);
CREATE TABLE payload (
    delivery INTEGER PRIMARY KEY REFERENCES delivery (id) ON DELETE CASCADE,
    ids BLOB NOT NULL,
    body TEXT,
    delivery_tag TEXT,
    -- A checksum of the columns above.
    payload_seal INTEGER NOT NULL
, traceparent TEXT, tracestate TEXT);
INSERT INTO payload VALUES(1,X'0000000000000000000000000000000001','{"messages":[{"type":"text","text":"your order 17 is paid"}]}',NULL,4743798664357549500,'00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01',NULL);
INSERT INTO payload VALUES(2,X'00000000000000000000000000003d0900','{"messages":[{"type":"text","text":"to nobody"}]}',NULL,5985500156878227372,NULL,NULL);
INSERT INTO payload VALUES(3,X'0000000000000000000000000000000002','{"messages":[{"type":"text","text":"see you"}]}',NULL,6233245219891484791,NULL,NULL);
INSERT INTO payload VALUES(4,X'0000000000000000000000000000000001','{"messages":[{"type":"text","text":"first"}]}',NULL,7951421879552586891,NULL,NULL);
INSERT INTO payload VALUES(5,X'0000000000000000000000000000000001','{"messages":[{"type":"text","text":"second"}]}',NULL,888928396340211294,NULL,NULL);
INSERT INTO payload VALUES(6,X'0000000000000000000000000000000003','{"messages":[{"type":"text","text":"of another key"}]}',NULL,8473835138640886209,NULL,NULL);
INSERT INTO payload VALUES(7,X'00000000000000000000000000000000010000000000000000000000000000000200000000000000000000000000000003',NULL,NULL,-4309713420864907566,NULL,NULL);
INSERT INTO payload VALUES(8,X'0000000000000000000000000000000002','{"messages":[{"type":"text","text":"in flight"}]}',NULL,1209161721916200773,NULL,NULL);
CREATE TABLE bucket (
    channel TEXT NOT NULL,
    lane INTEGER NOT NULL,
    tokens REAL NOT NULL,
    at INTEGER NOT NULL,
    slow REAL NOT NULL,
    slowed_at INTEGER NOT NULL,
    strikes INTEGER NOT NULL,
    hold_until INTEGER,
    hold_reason INTEGER, served_high TEXT NOT NULL DEFAULT '', served_normal TEXT NOT NULL DEFAULT '', served_low TEXT NOT NULL DEFAULT '',
    PRIMARY KEY (channel, lane)
) WITHOUT ROWID;
INSERT INTO bucket VALUES('default',0,99.0,1795954328133,1.0,1795954326760,0,NULL,NULL,'','shop-a','');
CREATE TABLE send_log (
    channel TEXT NOT NULL,
    lane INTEGER NOT NULL,
    at INTEGER NOT NULL
);
CREATE TABLE quota (
    channel TEXT PRIMARY KEY,
    most INTEGER,
    used INTEGER NOT NULL,
    reserved INTEGER NOT NULL,
    checked_at INTEGER NOT NULL
) WITHOUT ROWID;
INSERT INTO quota VALUES('default',NULL,1,1,1795954328099);
CREATE TABLE seen (
    campaign INTEGER NOT NULL,
    id BLOB NOT NULL,
    PRIMARY KEY (campaign, id)
) WITHOUT ROWID;
CREATE TABLE hold (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    channel TEXT,
    lane INTEGER,
    reason TEXT NOT NULL,
    who TEXT NOT NULL,
    at INTEGER NOT NULL,
    until INTEGER
);
INSERT INTO hold VALUES(1,NULL,1,'the price is wrong','ann',1795954327468,NULL);
CREATE TABLE attempt (
    delivery INTEGER NOT NULL REFERENCES delivery (id) ON DELETE CASCADE,
    number INTEGER NOT NULL,
    attempt TEXT NOT NULL,
    PRIMARY KEY (delivery, number)
) WITHOUT ROWID;
CREATE TABLE outcome (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    message BLOB NOT NULL,
    at INTEGER NOT NULL,
    kind INTEGER NOT NULL,
    delivery INTEGER,
    body TEXT NOT NULL
);
INSERT INTO outcome VALUES(1,X'f20d8e7c7ff842929cd1636e5c0510c6',1795954326774,0,1,'{"type":"delivery.accepted","timestamp":"2026-11-29T12:12:06.774Z","data":{"attempts":1,"campaign":null,"channel":"default","created_at":"2026-11-29T12:12:06.4Z","error":null,"id":1,"idempotency_key":"order-17","kind":"push","recipients":1,"reference":{"order":17},"request_id":"5566dda3-ee38-48e1-85eb-a1dbfe9d696a","sent_messages":[{"id":"179595432447200001","quote_token":"sim-quote-27e0d18224c4b01"}],"state":"accepted"}}');
INSERT INTO outcome VALUES(2,X'28967427d54c41c3b4113b4c3c5bd3c4',1795954326776,1,2,'{"type":"delivery.rejected","timestamp":"2026-11-29T12:12:06.776Z","data":{"attempts":1,"campaign":null,"channel":"default","created_at":"2026-11-29T12:12:06.563Z","error":{"message":"rejected (400): Failed to send messages [request id eb5867e6-fd6c-446c-bed1-836bc63131f6]","status":400},"id":2,"idempotency_key":"order-18","kind":"push","recipients":1,"reference":null,"request_id":null,"sent_messages":[],"state":"rejected"}}');
INSERT INTO outcome VALUES(3,X'0b00850fdba44d28aa57bfcf2440107f',1795954327468,6,NULL,'{"type":"lane.held","timestamp":"2026-11-29T12:12:07.468Z","data":{"at":"2026-11-29T12:12:07.468Z","channel":null,"id":1,"lane":"multicast","reason":"the price is wrong","until":null,"who":"ann"}}');
DELETE FROM sqlite_sequence;
INSERT INTO sqlite_sequence VALUES('delivery',8);
INSERT INTO sqlite_sequence VALUES('outcome',3);
INSERT INTO sqlite_sequence VALUES('hold',1);
INSERT INTO sqlite_sequence VALUES('campaign',1);
CREATE UNIQUE INDEX campaign_key ON campaign (channel, idempotency_key) WHERE idempotency_key IS NOT NULL;
CREATE UNIQUE INDEX delivery_key ON delivery (channel, idempotency_key) WHERE idempotency_key IS NOT NULL;
CREATE UNIQUE INDEX delivery_chunk ON delivery (campaign, chunk) WHERE chunk IS NOT NULL;
CREATE INDEX delivery_leased ON delivery (lease_until) WHERE state = 1;
CREATE INDEX delivery_campaign ON delivery (campaign, state) WHERE campaign IS NOT NULL;
CREATE INDEX delivery_finished ON delivery (due) WHERE state = 4 OR state >= 7;
CREATE INDEX delivery_dead ON delivery (state, id) WHERE state IN (5, 6);
CREATE INDEX send_log_lane ON send_log (channel, lane, at);
CREATE INDEX payload_alone ON payload (ids) WHERE length(ids) <= 100;
CREATE INDEX delivery_many ON delivery (id) WHERE recipients > 1;
CREATE INDEX delivery_doubted ON delivery (key_used_at) WHERE first_maybe_at IS NOT NULL AND state = 0;
CREATE INDEX campaign_stopped ON campaign (id) WHERE state IN (1, 2);
CREATE INDEX delivery_ordered ON delivery (channel, ordered, state, turn, id) WHERE ordered IS NOT NULL AND state IN (0, 1);
CREATE INDEX delivery_claimable ON delivery (channel, lane, priority, fairness_key, due, id) WHERE state IN (0, 3) AND behind < 2;
COMMIT;
