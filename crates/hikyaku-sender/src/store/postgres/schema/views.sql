-- What other programs may join with their own rows: docs/postgresql.md describes each column. Columns are added at the end and
-- never changed; what is needed otherwise gets a view with the next number.

-- The ids that a delivery goes to, as `Recipients` packs them.
CREATE OR REPLACE FUNCTION hikyaku_ids(packed bytea) RETURNS text[] LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS $$
    SELECT CASE get_byte(packed, 0)
        WHEN 0 THEN ARRAY(SELECT 'U' || encode(substring(packed FROM n FOR 16), 'hex')
            FROM generate_series(2, length(packed), 16) AS n ORDER BY n)
        ELSE string_to_array(convert_from(substring(packed FROM 2), 'UTF8'), E'\n')
    END
$$;

-- A time of the store, in milliseconds, for people.
CREATE OR REPLACE FUNCTION hikyaku_timestamp(millis bigint) RETURNS timestamptz LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS $$
    SELECT timestamptz '1970-01-01 00:00:00Z' + millis * interval '1 millisecond'
$$;

CREATE OR REPLACE VIEW hikyaku_delivery_v1 AS
SELECT
    id,
    channel,
    idempotency_key,
    -- PostgreSQL's JSON has no U+0000, and a row that has one must not make the others unreadable.
    CASE WHEN reference !~ '(^|[^\\])(\\\\)*\\u0000' THEN reference::jsonb END AS reference,
    campaign AS campaign_id,
    (ARRAY['push', 'multicast', 'broadcast', 'narrowcast', 'reply', 'push-by-phone'])[kind + 1] AS kind,
    (ARRAY['high', 'normal', 'low'])[priority + 1] AS priority,
    (ARRAY['ready', 'in_flight', NULL, 'tracking', 'accepted', 'rejected', 'unknown', 'cancelled', 'split', 'dropped'])[state + 1]
        AS state,
    first_maybe_at IS NOT NULL AND state = 0 AS in_doubt,
    recipients,
    CASE WHEN kind <> 4 THEN hikyaku_ids(ids) END AS recipient_ids,
    attempts,
    hikyaku_timestamp(created_at) AS created_at,
    hikyaku_timestamp(due) AS due_at,
    hikyaku_timestamp(expires_at) AS expires_at,
    hikyaku_timestamp(claimed_at) AS last_attempt_at,
    request_id,
    last_status,
    last_error,
    ordered AS order_key,
    nullif(fairness_key, '') AS fairness_key,
    hikyaku_timestamp(told_at) AS told_at
FROM hikyaku_delivery;

CREATE OR REPLACE VIEW hikyaku_campaign_v1 AS
SELECT
    id,
    channel,
    idempotency_key,
    CASE
        WHEN state = 3 THEN 'cancelled'
        WHEN cursor_done AND accepted + rejected + unknown + cancelled >= total THEN 'done'
        WHEN state = 2 THEN 'paused'
        WHEN NOT cursor_done THEN 'feeding'
        ELSE 'running'
    END AS state,
    (ARRAY['high', 'normal', 'low'])[priority + 1] AS priority,
    personal,
    cursor_done AS list_is_read,
    total,
    accepted,
    rejected,
    unknown,
    cancelled,
    repeated,
    bad_lines,
    hikyaku_timestamp(created_at) AS created_at,
    hikyaku_timestamp(due) AS due_at,
    hikyaku_timestamp(expires_at) AS expires_at
FROM hikyaku_campaign;
