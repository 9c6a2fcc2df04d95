CREATE TABLE hikyaku_campaign (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    channel text NOT NULL,
    idempotency_key text,
    digest bytea NOT NULL,
    seed uuid NOT NULL,
    body text NOT NULL,
    personal boolean NOT NULL,
    dedupe boolean NOT NULL,
    priority smallint NOT NULL,
    on_unknown smallint NOT NULL,
    due bigint NOT NULL,
    expires_at bigint,
    state smallint NOT NULL,
    created_at bigint NOT NULL,
    cursor_bytes bigint NOT NULL DEFAULT 0,
    cursor_lines bigint NOT NULL DEFAULT 0,
    cursor_chunks bigint NOT NULL DEFAULT 0,
    cursor_digest bytea NOT NULL DEFAULT '',
    cursor_done boolean NOT NULL DEFAULT false,
    total bigint NOT NULL DEFAULT 0,
    accepted bigint NOT NULL DEFAULT 0,
    rejected bigint NOT NULL DEFAULT 0,
    unknown bigint NOT NULL DEFAULT 0,
    cancelled bigint NOT NULL DEFAULT 0,
    repeated bigint NOT NULL DEFAULT 0,
    bad_lines bigint NOT NULL DEFAULT 0
);
CREATE UNIQUE INDEX hikyaku_campaign_key ON hikyaku_campaign (channel, idempotency_key) WHERE idempotency_key IS NOT NULL;

CREATE TABLE hikyaku_delivery (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    channel text NOT NULL,
    campaign bigint REFERENCES hikyaku_campaign (id),
    chunk bigint,
    lane smallint NOT NULL,
    priority smallint NOT NULL,
    idempotency_key text,
    digest bytea NOT NULL,
    created_at bigint NOT NULL,
    kind smallint NOT NULL,
    state smallint NOT NULL,
    recipients integer NOT NULL,
    on_unknown smallint NOT NULL,
    retry_key uuid NOT NULL,
    key_used_at bigint,
    first_maybe_at bigint,
    claimed_at bigint,
    lease_until bigint,
    fence bigint NOT NULL,
    attempts integer NOT NULL,
    due bigint NOT NULL,
    expires_at bigint,
    request_id text,
    last_status integer,
    last_error text,
    ids bytea NOT NULL,
    body text,
    delivery_tag text
) WITH (fillfactor = 70, autovacuum_vacuum_scale_factor = 0.02, autovacuum_vacuum_cost_delay = 0);
CREATE UNIQUE INDEX hikyaku_delivery_key ON hikyaku_delivery (channel, idempotency_key) WHERE idempotency_key IS NOT NULL;
CREATE UNIQUE INDEX hikyaku_delivery_chunk ON hikyaku_delivery (campaign, chunk) WHERE chunk IS NOT NULL;
-- 0 ready, 3 tracking
CREATE INDEX hikyaku_delivery_claimable ON hikyaku_delivery (channel, lane, priority, due, id) WHERE state IN (0, 3);
-- 1 in flight
CREATE INDEX hikyaku_delivery_leased ON hikyaku_delivery (lease_until) WHERE state = 1;
-- 0 ready, 2 paused
CREATE INDEX hikyaku_delivery_doubted ON hikyaku_delivery (key_used_at) WHERE first_maybe_at IS NOT NULL AND state IN (0, 2);
CREATE INDEX hikyaku_delivery_campaign ON hikyaku_delivery (campaign, state, id) WHERE campaign IS NOT NULL;
-- 4 accepted, 7 cancelled, 8 split, 9 dropped
CREATE INDEX hikyaku_delivery_finished ON hikyaku_delivery (due) WHERE state = 4 OR state >= 7;
-- 5 rejected, 6 unknown
CREATE INDEX hikyaku_delivery_dead ON hikyaku_delivery (state, id) WHERE state IN (5, 6);

CREATE TABLE hikyaku_bucket (
    channel text NOT NULL,
    lane smallint NOT NULL,
    tokens double precision NOT NULL,
    at bigint NOT NULL,
    slow double precision NOT NULL,
    slowed_at bigint NOT NULL,
    strikes integer NOT NULL,
    hold_until bigint,
    hold_reason smallint,
    PRIMARY KEY (channel, lane)
) WITH (fillfactor = 50);

CREATE TABLE hikyaku_send_log (
    channel text NOT NULL,
    lane smallint NOT NULL,
    at bigint NOT NULL
);
CREATE INDEX hikyaku_send_log_lane ON hikyaku_send_log (channel, lane, at);

CREATE TABLE hikyaku_quota (
    channel text PRIMARY KEY,
    most bigint,
    used bigint NOT NULL,
    reserved bigint NOT NULL,
    checked_at bigint NOT NULL
);

CREATE TABLE hikyaku_seen (
    campaign bigint NOT NULL,
    id bytea NOT NULL,
    PRIMARY KEY (campaign, id)
);
