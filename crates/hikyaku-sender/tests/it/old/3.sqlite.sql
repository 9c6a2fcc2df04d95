PRAGMA application_id = 1212762969;
PRAGMA user_version = 3;
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
INSERT INTO meta VALUES(1,108,1795986533264,NULL,0);
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
, reference TEXT, worker TEXT, first_attempt TEXT, answer TEXT, fairness_key TEXT NOT NULL DEFAULT '', ordered TEXT, turn INTEGER, behind INTEGER NOT NULL DEFAULT 0, tells INTEGER NOT NULL DEFAULT 0, verbatim INTEGER NOT NULL DEFAULT 0);
INSERT INTO delivery VALUES(1,'default',NULL,NULL,0,1,'order-17',1795986327987,0,4,1,0,X'a0d5d3bf861d5c91a2f6b0e308dd96b8',1795986329058,NULL,1795986329058,NULL,1,1,1795986330097,NULL,'a4cde9c4-2b4d-4528-b998-321cb2c4de5d',NULL,NULL,6632820814476223312,'{"order":17}','vm/23251','{"n":1,"at":1795986329093,"ms":1,"by":"vm/23251","is":"accepted","status":200,"id":"a4cde9c4-2b4d-4528-b998-321cb2c4de5d"}','{"sentMessages":[{"id":"179598631281600001","quoteToken":"sim-quote-27e1000ebafa601"}]}','',NULL,NULL,0,1,0);
INSERT INTO delivery VALUES(2,'default',NULL,NULL,0,1,NULL,1795986328465,0,5,1,0,X'578dafeba1744c6ebd08f3c669eb39e4',1795986329058,NULL,1795986329058,NULL,1,1,1795986328465,NULL,NULL,400,'rejected (400): Failed to send messages [request id 59cdb674-7924-4d1b-a111-73b94c9363db]',-6707214469173042956,NULL,'vm/23251','{"n":1,"at":1795986329095,"ms":1,"by":"vm/23251","is":"rejected","status":400,"id":"59cdb674-7924-4d1b-a111-73b94c9363db","error":"rejected (400): Failed to send messages [request id 59cdb674-7924-4d1b-a111-73b94c9363db]","body":"{\"message\":\"Failed to send messages\"}"}',NULL,'',NULL,NULL,0,0,0);
INSERT INTO delivery VALUES(3,'default',NULL,NULL,0,1,NULL,1795986330251,0,0,1,0,X'9929cb8fd99048bfad4161e34e9e416f',NULL,NULL,NULL,NULL,0,0,2524575600000,NULL,NULL,NULL,NULL,4336981108641768274,NULL,NULL,NULL,NULL,'',NULL,NULL,0,0,0);
INSERT INTO delivery VALUES(4,'default',NULL,NULL,0,1,NULL,1795986332895,0,0,1,0,X'cdd0e7db787349f2910a78cbf31d5efd',NULL,NULL,NULL,NULL,0,0,1795986332895,NULL,NULL,NULL,NULL,5395039002314215693,NULL,NULL,NULL,NULL,'tenant-7',NULL,NULL,0,0,0);
INSERT INTO delivery VALUES(5,'default',NULL,NULL,0,1,NULL,1795986333455,0,4,1,0,X'9eeb77295dbb4dc1a91a9d40efbc52f1',1795986334456,NULL,1795986334456,NULL,1,1,1795986335465,NULL,'80161048-8f3c-45d6-8c26-6b5df8be4d8c',NULL,NULL,6839187592921975117,NULL,'vm/23535','{"n":1,"at":1795986334459,"ms":2,"by":"vm/23535","is":"accepted","status":200,"id":"80161048-8f3c-45d6-8c26-6b5df8be4d8c"}','{"sentMessages":[{"id":"179598631281600002","quoteToken":"sim-quote-27e1000ebafa602"}]}','tenant-8',NULL,NULL,0,0,0);
INSERT INTO delivery VALUES(6,'default',NULL,NULL,0,1,NULL,1795986333733,0,4,1,0,X'849688435c054b429f70bf93cc4fa6f8',1795986334456,NULL,1795986334456,NULL,1,1,1795986335466,NULL,'df4872cb-77dc-4697-8825-1a5e19866557',NULL,NULL,3996457919446167173,NULL,'vm/23535','{"n":1,"at":1795986334462,"ms":2,"by":"vm/23535","is":"accepted","status":200,"id":"df4872cb-77dc-4697-8825-1a5e19866557"}','{"sentMessages":[{"id":"179598631281600003","quoteToken":"sim-quote-27e1000ebafa603"}]}','tenant-8',NULL,NULL,0,0,0);
INSERT INTO delivery VALUES(7,'default',NULL,NULL,0,1,NULL,1795986334017,0,0,1,0,X'a68d8bc4d016458186f422ee5eb0bbce',NULL,NULL,NULL,NULL,0,0,1795986334017,NULL,NULL,NULL,NULL,-7689622946421766885,NULL,NULL,NULL,NULL,'tenant-8',NULL,NULL,0,0,0);
INSERT INTO delivery VALUES(8,'default',NULL,NULL,0,1,NULL,1795986346256,0,4,1,0,X'2a907c37fe6541d08142819136354dd5',1795986348843,NULL,1795986348843,NULL,1,1,1795986350286,NULL,'0adb647f-2052-4c2c-bb88-f557f6b3438e',NULL,NULL,444140908904137841,NULL,'vm/24185','{"n":1,"at":1795986349266,"ms":13,"by":"vm/24185","is":"accepted","status":200,"id":"0adb647f-2052-4c2c-bb88-f557f6b3438e"}','{"sentMessages":[{"id":"179598631281600004","quoteToken":"sim-quote-27e1000ebafa604"}]}','','U00000000000000000000000000000006',1795986346256,0,0,0);
INSERT INTO delivery VALUES(9,'default',NULL,NULL,0,1,NULL,1795986346719,0,4,1,0,X'02bb3ddd555d4026b4ba4730386388da',1795986349444,NULL,1795986349444,NULL,1,1,1795986350534,NULL,'776d7640-4f40-4d27-8345-368c9dcf7172',NULL,NULL,7614339473240519796,NULL,'vm/24185','{"n":1,"at":1795986349509,"ms":15,"by":"vm/24185","is":"accepted","status":200,"id":"776d7640-4f40-4d27-8345-368c9dcf7172"}','{"sentMessages":[{"id":"179598631281600005","quoteToken":"sim-quote-27e1000ebafa605"}]}','','U00000000000000000000000000000006',1795986346719,0,0,0);
INSERT INTO delivery VALUES(10,'default',NULL,NULL,0,1,NULL,1795986532725,0,1,1,0,X'9f307881a7d4497f8fd4f29710774bae',1795986533262,NULL,1795986533262,1795986593262,1,1,1795986532725,NULL,NULL,NULL,NULL,1496757654759355775,NULL,'vm/31759',NULL,NULL,'','U00000000000000000000000000000007',1795986532725,0,0,0);
INSERT INTO delivery VALUES(11,'default',NULL,NULL,0,1,NULL,1795986532985,0,0,1,0,X'f5b4fe027f894f66a70cbcddf67de654',NULL,NULL,NULL,NULL,0,0,1795986532985,NULL,NULL,NULL,NULL,6059977488327387276,NULL,NULL,NULL,NULL,'','U00000000000000000000000000000007',1795986532985,2,0,0);
CREATE TABLE payload (
    delivery INTEGER PRIMARY KEY REFERENCES delivery (id) ON DELETE CASCADE,
    ids BLOB NOT NULL,
    body TEXT,
    delivery_tag TEXT,
    -- A checksum of the columns above.
    payload_seal INTEGER NOT NULL
, traceparent TEXT, tracestate TEXT);
INSERT INTO payload VALUES(1,X'0000000000000000000000000000000001','{"messages":[{"type":"text","text":"your order 17 is paid"}]}',NULL,4743798664357549500,NULL,NULL);
INSERT INTO payload VALUES(2,X'0000000000000000000000000000000099','{"messages":[{"type":"text","text":"nobody"}]}',NULL,5774221045294485939,NULL,NULL);
INSERT INTO payload VALUES(3,X'0000000000000000000000000000000001','{"messages":[{"type":"text","text":"later"}]}',NULL,494587361306448233,NULL,NULL);
INSERT INTO payload VALUES(4,X'0000000000000000000000000000000002','{"messages":[{"type":"text","text":"held"}]}',NULL,-2085061370554426209,NULL,NULL);
INSERT INTO payload VALUES(5,X'0000000000000000000000000000000003','{"messages":[{"type":"text","text":"budget"}]}',NULL,-5459234125357706767,NULL,NULL);
INSERT INTO payload VALUES(6,X'0000000000000000000000000000000004','{"messages":[{"type":"text","text":"budget"}]}',NULL,-478329932786924385,NULL,NULL);
INSERT INTO payload VALUES(7,X'0000000000000000000000000000000005','{"messages":[{"type":"text","text":"budget"}]}',NULL,-5242626437396306405,NULL,NULL);
INSERT INTO payload VALUES(8,X'0000000000000000000000000000000006','{"messages":[{"type":"text","text":"first"}]}',NULL,-597309675184192074,NULL,NULL);
INSERT INTO payload VALUES(9,X'0000000000000000000000000000000006','{"messages":[{"type":"text","text":"second"}]}',NULL,2714710415847432266,NULL,NULL);
INSERT INTO payload VALUES(10,X'0000000000000000000000000000000007','{"messages":[{"type":"text","text":"first"}]}',NULL,-7839551943938971120,NULL,NULL);
INSERT INTO payload VALUES(11,X'0000000000000000000000000000000007','{"messages":[{"type":"text","text":"second"}]}',NULL,-7928085692207842342,NULL,NULL);
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
INSERT INTO bucket VALUES('default',0,99.0,1795986533262,1.0,1795986533262,0,NULL,NULL,'','','');
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
INSERT INTO quota VALUES('default',NULL,9,1,1795986533241);
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
, fairness_key TEXT);
INSERT INTO hold VALUES(1,NULL,NULL,'a loop in their program','ann',1795986330901,NULL,'tenant-7');
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
INSERT INTO outcome VALUES(1,X'5e8c5d77d1bc426ebea881c4d7da984a',1795986329098,0,1,'{"type":"delivery.accepted","timestamp":"2026-11-29T21:05:29.098Z","data":{"attempts":1,"campaign":null,"channel":"default","created_at":"2026-11-29T21:05:27.987Z","error":null,"id":1,"idempotency_key":"order-17","kind":"push","recipients":1,"reference":{"order":17},"request_id":"a4cde9c4-2b4d-4528-b998-321cb2c4de5d","sent_messages":[{"id":"179598631281600001","quote_token":"sim-quote-27e1000ebafa601"}],"state":"accepted"}}');
INSERT INTO outcome VALUES(2,X'bf145c4205ea40e6afd7daef3befd45f',1795986329098,1,2,'{"type":"delivery.rejected","timestamp":"2026-11-29T21:05:29.098Z","data":{"attempts":1,"campaign":null,"channel":"default","created_at":"2026-11-29T21:05:28.465Z","error":{"message":"rejected (400): Failed to send messages [request id 59cdb674-7924-4d1b-a111-73b94c9363db]","status":400},"id":2,"idempotency_key":null,"kind":"push","recipients":1,"reference":null,"request_id":null,"sent_messages":[],"state":"rejected"}}');
INSERT INTO outcome VALUES(3,X'5b18c8b1e080495b88315ae66edf6214',1795986330903,6,NULL,'{"type":"lane.held","timestamp":"2026-11-29T21:05:30.903Z","data":{"at":"2026-11-29T21:05:30.901Z","channel":null,"fairness_key":"tenant-7","id":1,"lane":null,"reason":"a loop in their program","until":null,"who":"ann"}}');
INSERT INTO outcome VALUES(4,X'395a8fbe21f745c3895a56d36c8b941c',1795986334458,10,NULL,'{"type":"key.budget_90","timestamp":"2026-11-29T21:05:34.458Z","data":{"beyond":"wait","fairness_key":"tenant-8","limit":2,"per":"month","since":"2026-11-29T21:05:33.2Z","until":"2026-11-30T15:00:00Z","used":2,"used_up":false}}');
INSERT INTO outcome VALUES(5,X'e202e156f80e4664bd718d5e244a298c',1795986334458,11,NULL,'{"type":"key.budget_used_up","timestamp":"2026-11-29T21:05:34.458Z","data":{"beyond":"wait","fairness_key":"tenant-8","limit":2,"per":"month","since":"2026-11-29T21:05:33.2Z","until":"2026-11-30T15:00:00Z","used":2,"used_up":true}}');
CREATE TABLE outcome_cursor (
    name TEXT PRIMARY KEY,
    after INTEGER NOT NULL,
    reader TEXT,
    until INTEGER
) WITHOUT ROWID;
INSERT INTO outcome_cursor VALUES('shop',2,NULL,NULL);
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
INSERT INTO budget VALUES('tenant-8',2,1,0,2,1795986333200,1796050800000,1);
DELETE FROM sqlite_sequence;
INSERT INTO sqlite_sequence VALUES('delivery',11);
INSERT INTO sqlite_sequence VALUES('outcome',5);
INSERT INTO sqlite_sequence VALUES('hold',1);
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
