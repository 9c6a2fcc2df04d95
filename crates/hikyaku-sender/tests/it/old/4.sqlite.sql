PRAGMA application_id = 1212762969;
PRAGMA user_version = 4;
BEGIN TRANSACTION;
CREATE TABLE attempt (
    delivery INTEGER NOT NULL REFERENCES delivery (id) ON DELETE CASCADE,
    number INTEGER NOT NULL,
    attempt TEXT NOT NULL,
    PRIMARY KEY (delivery, number)
) WITHOUT ROWID;
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
CREATE TABLE budget (
    fairness_key TEXT PRIMARY KEY,
    most INTEGER NOT NULL,
    per INTEGER NOT NULL,
    beyond INTEGER NOT NULL,
    used INTEGER NOT NULL,
    since INTEGER NOT NULL,
    until INTEGER NOT NULL,
    used_up INTEGER NOT NULL
) WITHOUT ROWID;
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
, reference TEXT, worker TEXT, first_attempt TEXT, answer TEXT, fairness_key TEXT NOT NULL DEFAULT '', ordered TEXT, turn INTEGER, behind INTEGER NOT NULL DEFAULT 0, tells INTEGER NOT NULL DEFAULT 0, verbatim INTEGER NOT NULL DEFAULT 0, watched_until INTEGER, told_at INTEGER);
INSERT INTO "delivery" VALUES(1,'default',NULL,NULL,0,1,NULL,1796000000000,0,4,1,0,X'23F0CE1645DF47B6B5694F0303055E46',1796000004000,NULL,1796000004000,NULL,1,1,1796000007000,NULL,'accefa45-6f0c-48f6-8350-f82700e2d71f',NULL,NULL,4731066232940283401,NULL,'vm/12659','{"n":1,"at":1796000004014,"ms":1,"by":"vm/12659","is":"accepted","status":200,"id":"accefa45-6f0c-48f6-8350-f82700e2d71f"}','{"sentMessages":[{"id":"179607945677200001","quoteToken":"sim-quote-27e187998ed5a81"}]}','','chat',1796000000000,0,0,0,NULL,NULL);
INSERT INTO "delivery" VALUES(2,'default',NULL,NULL,0,1,NULL,1796000007000,0,5,1,0,X'8DE6A4B5FC28418F875B7BF438AA8B81',1796000008000,NULL,1796000008000,NULL,1,1,1796000007000,NULL,NULL,400,'rejected (400): Failed to send messages [request id 4ee2e6dc-d769-4664-9e2e-7403220f7257]',1156715667131711380,NULL,'vm/12659','{"n":1,"at":1796000008001,"ms":1,"by":"vm/12659","is":"rejected","status":400,"id":"4ee2e6dc-d769-4664-9e2e-7403220f7257","error":"rejected (400): Failed to send messages [request id 4ee2e6dc-d769-4664-9e2e-7403220f7257]","body":"{\"message\":\"Failed to send messages\"}"}',NULL,'',NULL,NULL,0,0,0,1796000607000,NULL);
INSERT INTO "delivery" VALUES(3,'default',NULL,NULL,0,1,NULL,1796000007000,0,9,1,0,X'32E6FCD2B8114FF5B3455AD7CAA4AA72',1796000008000,NULL,1796000008000,NULL,1,1,1796000007000,NULL,NULL,400,'rejected (400): Failed to send messages [request id dbe27ae1-8395-4542-991f-75e9a375f073]',1382319801335343658,NULL,'vm/12659','{"n":1,"at":1796000008001,"ms":2,"by":"vm/12659","is":"rejected","status":400,"id":"dbe27ae1-8395-4542-991f-75e9a375f073","error":"rejected (400): Failed to send messages [request id dbe27ae1-8395-4542-991f-75e9a375f073]","body":"{\"message\":\"Failed to send messages\"}"}',NULL,'',NULL,NULL,0,0,0,NULL,1796000010000);
INSERT INTO "delivery" VALUES(4,'default',NULL,NULL,0,1,NULL,1796000010000,0,1,1,0,X'BD7CF3A519FA450198354137B36319B6',1796000010000,NULL,1796000010000,1796000070000,1,1,1796000010000,NULL,NULL,NULL,NULL,-1720190797435043064,NULL,'a test',NULL,NULL,'',NULL,NULL,0,0,0,1796000610000,NULL);
CREATE TABLE hold (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    channel TEXT,
    lane INTEGER,
    reason TEXT NOT NULL,
    who TEXT NOT NULL,
    at INTEGER NOT NULL,
    until INTEGER
, fairness_key TEXT);
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
INSERT INTO "meta" VALUES(1,13,1796000010000,NULL,0);
CREATE TABLE outcome (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    message BLOB NOT NULL,
    at INTEGER NOT NULL,
    kind INTEGER NOT NULL,
    delivery INTEGER,
    body TEXT NOT NULL
);
CREATE TABLE outcome_cursor (
    name TEXT PRIMARY KEY,
    after INTEGER NOT NULL,
    reader TEXT,
    until INTEGER
) WITHOUT ROWID;
CREATE TABLE payload (
    delivery INTEGER PRIMARY KEY REFERENCES delivery (id) ON DELETE CASCADE,
    ids BLOB NOT NULL,
    body TEXT,
    delivery_tag TEXT,
    -- A checksum of the columns above.
    payload_seal INTEGER NOT NULL
, traceparent TEXT, tracestate TEXT);
INSERT INTO "payload" VALUES(1,X'0000000000000000000000000000000001','{"messages":[{"type":"text","text":"first"}]}',NULL,7951421879552586891,NULL,NULL);
INSERT INTO "payload" VALUES(2,X'0000000000000000000000000000000002','{"messages":[{"type":"text","text":"hello"}]}',NULL,-5659859958678815894,NULL,NULL);
INSERT INTO "payload" VALUES(3,X'0000000000000000000000000000000003','{"messages":[{"type":"text","text":"hello"}]}',NULL,-5079940113115994610,NULL,NULL);
INSERT INTO "payload" VALUES(4,X'0000000000000000000000000000000004','{"messages":[{"type":"text","text":"hello"}]}',NULL,-5867682504451492337,NULL,NULL);
CREATE TABLE quota (
    channel TEXT PRIMARY KEY,
    most INTEGER,
    used INTEGER NOT NULL,
    reserved INTEGER NOT NULL,
    checked_at INTEGER NOT NULL
) WITHOUT ROWID;
INSERT INTO "quota" VALUES('default',NULL,0,1,1796000007000);
CREATE TABLE seen (
    campaign INTEGER NOT NULL,
    id BLOB NOT NULL,
    PRIMARY KEY (campaign, id)
) WITHOUT ROWID;
CREATE TABLE send_log (
    channel TEXT NOT NULL,
    lane INTEGER NOT NULL,
    at INTEGER NOT NULL
);
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
CREATE INDEX delivery_untold ON delivery (watched_until) WHERE watched_until IS NOT NULL AND state IN (5, 7);
DELETE FROM "sqlite_sequence";
INSERT INTO "sqlite_sequence" VALUES('delivery',4);
COMMIT;
