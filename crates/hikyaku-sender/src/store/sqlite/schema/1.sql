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
INSERT INTO meta (one, commits, seen_at) VALUES (1, 0, 0);

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
CREATE UNIQUE INDEX campaign_key ON campaign (channel, idempotency_key) WHERE idempotency_key IS NOT NULL;

CREATE TABLE delivery (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    channel TEXT NOT NULL,
    campaign INTEGER REFERENCES campaign (id),
    chunk INTEGER,
    lane INTEGER NOT NULL,
    priority INTEGER NOT NULL,
    idempotency_key TEXT,
    digest BLOB NOT NULL,
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
);
CREATE UNIQUE INDEX delivery_key ON delivery (channel, idempotency_key) WHERE idempotency_key IS NOT NULL;
CREATE UNIQUE INDEX delivery_chunk ON delivery (campaign, chunk) WHERE chunk IS NOT NULL;
-- 0 ready, 3 tracking
CREATE INDEX delivery_claimable ON delivery (channel, lane, priority, due, id) WHERE state IN (0, 3);
-- 1 in flight
CREATE INDEX delivery_leased ON delivery (lease_until) WHERE state = 1;
-- 0 ready, 2 paused
CREATE INDEX delivery_doubted ON delivery (key_used_at) WHERE first_maybe_at IS NOT NULL AND state IN (0, 2);
CREATE INDEX delivery_campaign ON delivery (campaign, state) WHERE campaign IS NOT NULL;
-- 4 accepted, 7 cancelled, 8 split, 9 dropped. Not as a list: SQLite would build a table of it for each row it changes.
CREATE INDEX delivery_finished ON delivery (due) WHERE state = 4 OR state >= 7;
-- 5 rejected, 6 unknown
CREATE INDEX delivery_dead ON delivery (state, id) WHERE state IN (5, 6);

-- Apart from its delivery, whose row is written anew with each claim and each outcome.
CREATE TABLE payload (
    delivery INTEGER PRIMARY KEY REFERENCES delivery (id) ON DELETE CASCADE,
    ids BLOB NOT NULL,
    body TEXT,
    delivery_tag TEXT,
    -- A checksum of the columns above.
    payload_seal INTEGER NOT NULL
);

CREATE TABLE bucket (
    channel TEXT NOT NULL,
    lane INTEGER NOT NULL,
    tokens REAL NOT NULL,
    at INTEGER NOT NULL,
    slow REAL NOT NULL,
    slowed_at INTEGER NOT NULL,
    strikes INTEGER NOT NULL,
    hold_until INTEGER,
    hold_reason INTEGER,
    PRIMARY KEY (channel, lane)
) WITHOUT ROWID;

CREATE TABLE send_log (
    channel TEXT NOT NULL,
    lane INTEGER NOT NULL,
    at INTEGER NOT NULL
);
CREATE INDEX send_log_lane ON send_log (channel, lane, at);

CREATE TABLE quota (
    channel TEXT PRIMARY KEY,
    most INTEGER,
    used INTEGER NOT NULL,
    reserved INTEGER NOT NULL,
    checked_at INTEGER NOT NULL
) WITHOUT ROWID;

CREATE TABLE seen (
    campaign INTEGER NOT NULL,
    id BLOB NOT NULL,
    PRIMARY KEY (campaign, id)
) WITHOUT ROWID;
