SET statement_timeout = 0;
SET lock_timeout = 0;
SET idle_in_transaction_session_timeout = 0;
SET client_encoding = 'UTF8';
SET standard_conforming_strings = on;
SELECT pg_catalog.set_config('search_path', '', false);
SET check_function_bodies = false;
SET xmloption = content;
SET client_min_messages = warning;
SET row_security = off;

CREATE FUNCTION public.hikyaku_check_id(place text, id text, users_only boolean) RETURNS void
    LANGUAGE plpgsql
    AS $_$
BEGIN
    IF id = '' THEN
        PERFORM hikyaku_refuse(place, 'must not be empty', 'write an id as LINE gave it');
    ELSIF id ~ '[\u0001-\u0020\u007f-\u00a0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000]' THEN
        PERFORM hikyaku_refuse(place, 'must not contain blanks or control characters', 'write an id as LINE gave it');
    ELSIF users_only AND id ~ '^[CR][0-9a-fA-F]{32}$' THEN
        PERFORM hikyaku_refuse(place, 'is the id of a group or a room; a multicast goes to users', 'send a push to it');
    END IF;
END $_$;

CREATE FUNCTION public.hikyaku_check_messages(place text, messages jsonb) RETURNS void
    LANGUAGE plpgsql
    AS $$
DECLARE
    at text;
    message jsonb;
    field text;
    longest integer;
    words text;
BEGIN
    IF jsonb_typeof(messages) IS DISTINCT FROM 'array' OR jsonb_array_length(messages) NOT BETWEEN 1 AND 5 THEN
        PERFORM hikyaku_refuse(place, 'must be a list of 1 to 5 messages', 'such as [{"type": "text", "text": "hello"}]');
    END IF;
    FOR n IN 0 .. jsonb_array_length(messages) - 1 LOOP
        at := format('%s[%s]', place, n);
        message := messages -> n;
        IF jsonb_typeof(message) <> 'object' OR jsonb_typeof(message -> 'type') IS DISTINCT FROM 'string' THEN
            PERFORM hikyaku_refuse(at, 'must be a message with a type', 'such as {"type": "text", "text": "hello"}');
        END IF;
        CASE
            WHEN message ->> 'type' IN ('text', 'textV2') THEN field := 'text'; longest := 5000;
            WHEN message ->> 'type' IN ('flex', 'template', 'imagemap') THEN field := 'altText'; longest := 1500;
            ELSE CONTINUE;
        END CASE;
        words := hikyaku_text(at || '.', message, field);
        IF words IS NULL THEN
            PERFORM hikyaku_refuse(at || '.' || field, 'must be there', format('add "%s" to the message', field));
        ELSIF hikyaku_utf16(words) NOT BETWEEN 1 AND longest THEN
            PERFORM hikyaku_refuse(at || '.' || field, format('must have 1 to %s characters and has %s', longest,
                hikyaku_utf16(words)), 'LINE counts in UTF-16; up to five messages go into one send');
        END IF;
    END LOOP;
END $$;

CREATE FUNCTION public.hikyaku_check_name(place text, name text) RETURNS void
    LANGUAGE plpgsql
    AS $$
BEGIN
    IF octet_length(name) NOT BETWEEN 1 AND 200 OR name ~ '[\u0001-\u001f\u007f-\u009f]' THEN
        PERFORM hikyaku_refuse(place, 'must have 1 to 200 bytes and no control characters', 'choose a shorter name');
    END IF;
END $$;

CREATE FUNCTION public.hikyaku_check_narrowing(place text, part jsonb, demographic boolean) RETURNS void
    LANGUAGE plpgsql
    AS $$
DECLARE
    kind text;
    keys text[];
BEGIN
    IF jsonb_typeof(part) <> 'object' THEN
        PERFORM hikyaku_refuse(place, 'must be an object', 'such as {"type": "operator", "and": []}');
    END IF;
    kind := hikyaku_text(place || '.', part, 'type');
    keys := CASE
        WHEN kind = 'operator' THEN ARRAY['and', 'or', 'not']
        WHEN demographic AND kind IN ('gender', 'appType', 'area') THEN ARRAY['oneOf']
        WHEN demographic AND kind IN ('age', 'subscriptionPeriod') THEN ARRAY['gte', 'lt']
        WHEN kind = 'audience' AND NOT demographic THEN ARRAY['audienceGroupId']
        WHEN kind = 'redelivery' AND NOT demographic THEN ARRAY['requestId']
    END;
    IF keys IS NULL THEN
        PERFORM hikyaku_refuse(place || '.type', 'is not known', 'known are ' || CASE WHEN demographic
            THEN 'gender, age, appType, area, subscriptionPeriod, operator' ELSE 'audience, redelivery, operator' END);
    END IF;
    PERFORM hikyaku_no_others(place || '.', part, ARRAY['type'] || keys);
    IF NOT part ?| keys THEN
        PERFORM hikyaku_refuse(place, 'must have ' || array_to_string(keys, ', or '), 'without it every friend is reached');
    END IF;
    IF kind = 'operator' THEN
        FOR n IN 1 .. 2 LOOP
            IF part ? keys[n] AND (jsonb_typeof(part -> keys[n]) <> 'array' OR jsonb_array_length(part -> keys[n]) = 0) THEN
                PERFORM hikyaku_refuse(place || '.' || keys[n], 'must be a list that is not empty', 'of objects with a type');
            END IF;
            PERFORM hikyaku_check_narrowing(format('%s.%s[%s]', place, keys[n], number - 1), it, demographic)
                FROM jsonb_array_elements(part -> keys[n]) WITH ORDINALITY AS its (it, number);
        END LOOP;
        IF part ? 'not' THEN
            PERFORM hikyaku_check_narrowing(place || '.not', part -> 'not', demographic);
        END IF;
    END IF;
END $$;

CREATE FUNCTION public.hikyaku_enqueue_v1(sends jsonb) RETURNS TABLE(id bigint, existing boolean)
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'public', 'pg_temp'
    SET standard_conforming_strings TO 'on'
    AS $_$
#variable_conflict use_column
DECLARE
    known CONSTANT text[] := ARRAY['kind', 'to', 'messages', 'idempotency_key', 'channel', 'priority', 'at', 'expires', 'on_unknown',
        'notification_disabled', 'unit', 'delivery_tag', 'recipient', 'filter', 'limit', 'reference', 'order_key', 'fairness_key',
        'traceparent', 'tracestate', 'tell_outcome'];
    moved_where text;
    moved_wholly boolean;
    now bigint;
    place text := '';
    number bigint;
    send jsonb;
    kind_word text;
    kind_code smallint;
    recipients text[];
    ids_packed bytea;
    channel_name text;
    name text;
    priority_code smallint;
    policy_code smallint;
    send_at bigint;
    ends_at bigint;
    tag text;
    own_reference jsonb;
    order_key text;
    fairness_key text;
    trace_parent text;
    trace_state text;
    request jsonb;
    key uuid;
BEGIN
    -- Behind the fence that a move of the store waits for (MOVE_LOCK). Where it was moved is read in a statement of its own: one
    -- statement sees what was committed before it began to wait.
    PERFORM pg_advisory_xact_lock_shared(1212762970);
    IF current_setting('transaction_isolation') = 'read committed' THEN
        SELECT moved_to, moved INTO moved_where, moved_wholly FROM hikyaku_meta;
    ELSE
        -- It sees the store as it was when the transaction began. This fails if that is no longer so.
        SELECT moved_to, moved INTO moved_where, moved_wholly FROM hikyaku_meta FOR SHARE;
    END IF;
    IF moved_where IS NOT NULL THEN
        RAISE EXCEPTION 'this store % to %', CASE WHEN moved_wholly THEN 'was moved' ELSE 'is being moved' END, moved_where
            USING ERRCODE = 'object_not_in_prerequisite_state', HINT = 'enqueue into that one';
    END IF;
    now := extract(epoch FROM clock_timestamp()) * 1000;

    IF sends IS NULL OR jsonb_typeof(sends) NOT IN ('object', 'array') THEN
        PERFORM hikyaku_refuse('sends', 'must be one send, or a list of them',
            'such as {"kind": "push", "to": "U4af4980629…", "messages": [{"type": "text", "text": "hello"}]}');
    END IF;
    FOR send, number IN SELECT it, n FROM jsonb_array_elements(CASE jsonb_typeof(sends) WHEN 'array' THEN sends
        ELSE jsonb_build_array(sends) END) WITH ORDINALITY AS its (it, n)
    LOOP
        IF jsonb_typeof(sends) = 'array' THEN
            place := format('[%s].', number - 1);
        END IF;
        IF jsonb_typeof(send) <> 'object' THEN
            PERFORM hikyaku_refuse(place || 'send', 'must be an object',
                'such as {"kind": "push", "to": "U4af4980629…", "messages": [{"type": "text", "text": "hello"}]}');
        END IF;
        own_reference := nullif(send -> 'reference', 'null');
        -- As text it has a blank behind each comma and colon, which a program that writes it need not have.
        IF octet_length(own_reference::text) > 3000
            OR jsonb_path_exists(own_reference, 'strict $.**{127} ? (@.type() == "array" || @.type() == "object")') THEN
            PERFORM hikyaku_refuse(place || 'reference', 'must have at most 2000 bytes and 127 levels as JSON', 'keep the rest in a table of yours');
        END IF;
        -- Programs write null for what is not there.
        send := jsonb_strip_nulls(send);
        PERFORM hikyaku_no_others(place, send, known);

        kind_word := hikyaku_text(place, send, 'kind');
        -- As `Lane` has them.
        kind_code := array_position(ARRAY['push', 'multicast', 'broadcast', 'narrowcast', 'reply', 'push-by-phone'], kind_word) - 1;
        IF kind_code IS NULL THEN
            PERFORM hikyaku_refuse(place || 'kind', 'must say how it is sent',
                'known are push, multicast, broadcast, narrowcast, reply, push-by-phone');
        END IF;

        CASE
            WHEN kind_word IN ('broadcast', 'narrowcast') THEN
                IF send ? 'to' THEN
                    PERFORM hikyaku_refuse(place || 'to', 'does not go with this kind, which picks its own recipients', 'leave it out');
                END IF;
                recipients := ARRAY[]::text[];
            WHEN kind_word = 'multicast' AND jsonb_typeof(send -> 'to') = 'array' THEN
                IF jsonb_path_exists(send, 'strict $.to[*] ? (@.type() != "string")')
                    OR jsonb_array_length(send -> 'to') NOT BETWEEN 1 AND 500 THEN
                    PERFORM hikyaku_refuse(place || 'to', 'must be a list of 1 to 500 users', 'start a campaign for more');
                END IF;
                recipients := ARRAY(SELECT jsonb_array_elements_text(send -> 'to'));
            WHEN jsonb_typeof(send -> 'to') = 'string' THEN
                recipients := ARRAY[send ->> 'to'];
            WHEN kind_word = 'multicast' THEN
                PERFORM hikyaku_refuse(place || 'to', 'must be a list of users', 'such as ["U4af4980629…"]');
            ELSE
                PERFORM hikyaku_refuse(place || 'to', 'must be one text', 'a user, a group, a room, a reply token or a phone number''s hash');
        END CASE;
        IF kind_word = 'push-by-phone' AND recipients[1] !~ '^[0-9a-f]{64}$' THEN
            PERFORM hikyaku_refuse(place || 'to', 'must be a SHA-256 digest in 64 lower-case hexadecimal digits',
                'hash the phone number in E.164 form, with its +');
        END IF;
        FOR n IN 1 .. cardinality(recipients) LOOP
            PERFORM hikyaku_check_id(CASE WHEN jsonb_typeof(send -> 'to') = 'array' THEN format('%sto[%s]', place, n - 1)
                ELSE place || 'to' END, recipients[n], kind_word = 'multicast');
        END LOOP;
        -- As `Recipients` packs them.
        IF (SELECT bool_and(it ~ '^U[0-9a-f]{32}$') IS NOT FALSE FROM unnest(recipients) AS it) THEN
            ids_packed := '\x00'::bytea || decode((SELECT coalesce(string_agg(substr(it, 2), '' ORDER BY n), '')
                FROM unnest(recipients) WITH ORDINALITY AS its (it, n)), 'hex');
        ELSE
            ids_packed := '\x01'::bytea || convert_to(array_to_string(recipients, E'\n'), 'UTF8');
        END IF;

        channel_name := coalesce(hikyaku_text(place, send, 'channel'), 'default');
        PERFORM hikyaku_check_name(place || 'channel', channel_name);
        name := hikyaku_text(place, send, 'idempotency_key');
        IF name IS NOT NULL THEN
            PERFORM hikyaku_check_name(place || 'idempotency_key', name);
        ELSIF kind_word IN ('broadcast', 'narrowcast') THEN
            PERFORM hikyaku_refuse(place || 'idempotency_key', 'must be set, so that what goes to many is never sent twice by mistake',
                'name the send after what it tells, such as opening-2026');
        END IF;
        priority_code := array_position(ARRAY['high', 'normal', 'low'], coalesce(hikyaku_text(place, send, 'priority'), 'normal')) - 1;
        IF priority_code IS NULL THEN
            PERFORM hikyaku_refuse(place || 'priority', 'is not known', 'known are high, normal, low');
        END IF;
        policy_code := array_position(ARRAY['hold', 'drop', 'send-again'], coalesce(hikyaku_text(place, send, 'on_unknown'), 'hold')) - 1;
        IF policy_code IS NULL THEN
            PERFORM hikyaku_refuse(place || 'on_unknown', 'is not known', 'known are hold, drop, send-again');
        END IF;
        send_at := hikyaku_time(place || 'at', hikyaku_text(place, send, 'at'), now);
        ends_at := hikyaku_time(place || 'expires', hikyaku_text(place, send, 'expires'), now);
        IF ends_at <= send_at THEN
            PERFORM hikyaku_refuse(place || 'expires', 'must be later than the time to send it at, or it is never sent', 'write a later one');
        END IF;
        IF ends_at IS NULL AND kind_word = 'reply' THEN
            -- A reply token's minute.
            ends_at := coalesce(send_at, now) + 60000;
        END IF;

        PERFORM hikyaku_check_messages(place || 'messages', send -> 'messages');
        request := jsonb_build_object('messages', send -> 'messages');
        IF send ?| ARRAY['recipient', 'filter', 'limit'] THEN
            IF kind_word <> 'narrowcast' THEN
                PERFORM hikyaku_refuse(place || 'recipient, filter and limit', 'go with a narrowcast only', 'leave them out');
            END IF;
            IF send ? 'recipient' THEN
                PERFORM hikyaku_check_narrowing(place || 'recipient', send -> 'recipient', false);
                request := request || jsonb_build_object('recipient', send -> 'recipient');
            END IF;
            IF send ? 'filter' THEN
                IF jsonb_typeof(send -> 'filter') <> 'object' OR NOT send -> 'filter' ? 'demographic' THEN
                    PERFORM hikyaku_refuse(place || 'filter', 'must have demographic', 'such as {"demographic": {"type": "age", "gte": "age_20"}}');
                END IF;
                PERFORM hikyaku_no_others(place || 'filter.', send -> 'filter', ARRAY['demographic']);
                PERFORM hikyaku_check_narrowing(place || 'filter.demographic', send #> '{filter,demographic}', true);
                request := request || jsonb_build_object('filter', send -> 'filter');
            END IF;
            IF send ? 'limit' THEN
                IF jsonb_typeof(send -> 'limit') <> 'object'
                    OR NOT send -> 'limit' ?| ARRAY['max', 'upToRemainingQuota', 'forbidPartialDelivery'] THEN
                    PERFORM hikyaku_refuse(place || 'limit', 'must have max, upToRemainingQuota or forbidPartialDelivery', 'such as {"max": 1000}');
                END IF;
                PERFORM hikyaku_no_others(place || 'limit.', send -> 'limit', ARRAY['max', 'upToRemainingQuota', 'forbidPartialDelivery']);
                request := request || jsonb_build_object('limit', send -> 'limit');
            END IF;
        END IF;
        IF send ? 'notification_disabled' THEN
            IF jsonb_typeof(send -> 'notification_disabled') <> 'boolean' THEN
                PERFORM hikyaku_refuse(place || 'notification_disabled', 'must be true or false', 'without quotes');
            END IF;
            request := request || jsonb_build_object('notificationDisabled', send -> 'notification_disabled');
        END IF;
        IF send ? 'unit' THEN
            IF kind_word NOT IN ('push', 'multicast') THEN
                PERFORM hikyaku_refuse(place || 'unit', 'goes with a push or a multicast only', 'leave it out');
            ELSIF hikyaku_text(place, send, 'unit') !~ '^[a-zA-Z0-9_]{1,30}$' THEN
                PERFORM hikyaku_refuse(place || 'unit', 'must have 1 to 30 of a-z, A-Z, 0-9 and _', 'choose another name');
            END IF;
            request := request || jsonb_build_object('customAggregationUnits', jsonb_build_array(send -> 'unit'));
        END IF;
        IF jsonb_typeof(send -> 'tell_outcome') <> 'boolean' THEN
            PERFORM hikyaku_refuse(place || 'tell_outcome', 'must be true or false', 'without quotes');
        END IF;
        tag := hikyaku_text(place, send, 'delivery_tag');
        IF tag IS NOT NULL AND kind_word <> 'push-by-phone' THEN
            PERFORM hikyaku_refuse(place || 'delivery_tag', 'goes with a push-by-phone only', 'leave it out');
        ELSIF tag !~ '^[\u0021-\u007e]{16,100}$' THEN
            PERFORM hikyaku_refuse(place || 'delivery_tag', 'must have 16 to 100 visible ASCII characters', 'it travels in a header');
        END IF;
        IF octet_length(request::text) + octet_length(array_to_string(recipients, '')) > 2097152 THEN
            PERFORM hikyaku_refuse(place || 'messages', 'are larger than the 2 MB that LINE takes', 'send less at once');
        END IF;

        order_key := hikyaku_text(place, send, 'order_key');
        PERFORM hikyaku_check_name(place || 'order_key', order_key);
        fairness_key := nullif(hikyaku_text(place, send, 'fairness_key'), '');
        PERFORM hikyaku_check_name(place || 'fairness_key', fairness_key);
        IF starts_with(fairness_key, 'campaign:') THEN
            PERFORM hikyaku_refuse(place || 'fairness_key', 'must not begin with campaign: because the keys of campaigns do',
                'choose another key');
        END IF;
        trace_parent := hikyaku_trace_parent(hikyaku_text(place, send, 'traceparent'));
        trace_state := CASE WHEN trace_parent IS NOT NULL THEN hikyaku_trace_state(hikyaku_text(place, send, 'tracestate')) END;

        -- As `key::derive` makes it.
        key := coalesce(hikyaku_uuid5(hikyaku_uuid5('1d9a6a2e-40c5-4f8c-9d1b-7a4e2f6093b7', channel_name), name), gen_random_uuid());
        INSERT INTO hikyaku_delivery AS new (channel, created_at, kind, recipients, on_unknown, priority, idempotency_key, lane, state,
                retry_key, fence, attempts, due, expires_at, ids, body, delivery_tag, reference, ordered, turn, fairness_key,
                traceparent, tracestate, tells)
            VALUES (channel_name, now, kind_code, greatest(cardinality(recipients), 1), policy_code, priority_code, name, kind_code, 0,
                key, 0, 0, coalesce(send_at, now), ends_at, ids_packed, request::text, tag, own_reference, order_key,
                -- Its turn is when it is to be sent; a claim finds out whom it is behind.
                CASE WHEN order_key IS NOT NULL THEN coalesce(send_at, now) END, coalesce(fairness_key, ''), trace_parent, trace_state,
                (coalesce((send ->> 'tell_outcome')::boolean, false))::integer)
            ON CONFLICT (channel, idempotency_key) WHERE idempotency_key IS NOT NULL DO NOTHING
            RETURNING new.id INTO id;
        existing := NOT FOUND;
        IF existing THEN
            -- What Rust has written may hold what jsonb does not.
            SELECT it.id, it.kind = kind_code AND it.ids = ids_packed AND it.delivery_tag IS NOT DISTINCT FROM tag AND CASE
                    WHEN strpos(it.body, '\u0000') > 0 THEN false
                    ELSE jsonb_strip_nulls(it.body::jsonb) = request
                END
                INTO id, existing FROM hikyaku_delivery AS it WHERE it.channel = channel_name AND it.idempotency_key = name;
            IF NOT FOUND THEN
                RAISE EXCEPTION '%idempotency_key: its delivery was removed at this moment', place
                    USING ERRCODE = 'serialization_failure', HINT = 'try again';
            ELSIF NOT existing THEN
                RAISE EXCEPTION '%idempotency_key: it already stands for another send (delivery %)', place, id
                    USING ERRCODE = 'unique_violation', HINT = 'use a new key for new contents', TABLE = 'hikyaku_delivery',
                    CONSTRAINT = 'hikyaku_delivery_key';
            END IF;
        END IF;
        RETURN NEXT;
    END LOOP;
END $_$;

CREATE FUNCTION public.hikyaku_ids(packed bytea) RETURNS text[]
    LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
    AS $$
    SELECT CASE get_byte(packed, 0)
        WHEN 0 THEN ARRAY(SELECT 'U' || encode(substring(packed FROM n FOR 16), 'hex')
            FROM generate_series(2, length(packed), 16) AS n ORDER BY n)
        ELSE string_to_array(convert_from(substring(packed FROM 2), 'UTF8'), E'\n')
    END
$$;

CREATE FUNCTION public.hikyaku_no_others(place text, object jsonb, known text[]) RETURNS void
    LANGUAGE plpgsql
    AS $$
DECLARE
    other text;
BEGIN
    SELECT name INTO other FROM jsonb_object_keys(object) AS name WHERE name <> ALL (known) ORDER BY name LIMIT 1;
    IF FOUND THEN
        PERFORM hikyaku_refuse(place || other, 'is no field that belongs here', 'known are ' || array_to_string(known, ', '));
    END IF;
END $$;

CREATE FUNCTION public.hikyaku_refuse(place text, rule text, hint text) RETURNS void
    LANGUAGE plpgsql
    AS $$
BEGIN
    RAISE EXCEPTION '%: %', place, rule USING ERRCODE = 'invalid_parameter_value', HINT = hint;
END $$;

CREATE FUNCTION public.hikyaku_sha1(message bytea) RETURNS bytea
    LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE
    AS $$
DECLARE
    mask CONSTANT bigint := 4294967295;
    padded CONSTANT bytea := message || '\x80'::bytea || decode(repeat('00', (119 - length(message) % 64) % 64), 'hex')
        || int8send(length(message) * 8::bigint);
    h0 bigint := 1732584193;
    h1 bigint := 4023233417;
    h2 bigint := 2562383102;
    h3 bigint := 271733878;
    h4 bigint := 3285377520;
    w bigint[] := array_fill(0::bigint, ARRAY[80], ARRAY[0]);
    a bigint; b bigint; c bigint; d bigint; e bigint; f bigint; k bigint; x bigint;
    place integer;
BEGIN
    FOR block IN 0 .. length(padded) / 64 - 1 LOOP
        FOR i IN 0 .. 15 LOOP
            place := block * 64 + i * 4;
            w[i] := (get_byte(padded, place)::bigint << 24) | (get_byte(padded, place + 1) << 16)
                | (get_byte(padded, place + 2) << 8) | get_byte(padded, place + 3);
        END LOOP;
        FOR i IN 16 .. 79 LOOP
            x := w[i - 3] # w[i - 8] # w[i - 14] # w[i - 16];
            w[i] := ((x << 1) & mask) | (x >> 31);
        END LOOP;
        a := h0; b := h1; c := h2; d := h3; e := h4;
        FOR i IN 0 .. 79 LOOP
            IF i < 20 THEN
                f := (b & c) | ((~b) & d); k := 1518500249;
            ELSIF i < 40 THEN
                f := b # c # d; k := 1859775393;
            ELSIF i < 60 THEN
                f := (b & c) | (b & d) | (c & d); k := 2400959708;
            ELSE
                f := b # c # d; k := 3395469782;
            END IF;
            x := ((((a << 5) & mask) | (a >> 27)) + f + e + k + w[i]) & mask;
            e := d; d := c; c := ((b << 30) & mask) | (b >> 2); b := a; a := x;
        END LOOP;
        h0 := (h0 + a) & mask; h1 := (h1 + b) & mask; h2 := (h2 + c) & mask; h3 := (h3 + d) & mask; h4 := (h4 + e) & mask;
    END LOOP;
    RETURN substring(int8send(h0) FROM 5) || substring(int8send(h1) FROM 5) || substring(int8send(h2) FROM 5)
        || substring(int8send(h3) FROM 5) || substring(int8send(h4) FROM 5);
END $$;

CREATE FUNCTION public.hikyaku_text(place text, object jsonb, name text) RETURNS text
    LANGUAGE plpgsql
    AS $$
BEGIN
    IF jsonb_typeof(object -> name) NOT IN ('string', 'null') THEN
        PERFORM hikyaku_refuse(place || name, 'must be a text', 'write it in quotes');
    END IF;
    RETURN object ->> name;
END $$;

CREATE FUNCTION public.hikyaku_time(place text, written text, now bigint) RETURNS bigint
    LANGUAGE plpgsql STABLE
    AS $_$
BEGIN
    IF written ~* '^\d{4}-\d\d-\d\d[t ]\d\d:\d\d(:\d\d(\.\d+)?)?(z|[+-]\d\d(:?\d\d)?)$' THEN
        RETURN floor(extract(epoch FROM written::timestamptz) * 1000);
    ELSIF written ~ '^(\d{1,9} ?(ms|s|m|h) ?)+$' THEN
        RETURN now + floor(extract(epoch FROM written::interval) * 1000);
    END IF;
    IF written IS NOT NULL THEN
        PERFORM hikyaku_refuse(place, 'is no time',
            'write a time with its offset, such as 2026-12-24T18:00:00+09:00, or a wait, such as 90s or 2h');
    END IF;
    RETURN NULL;
END $_$;

CREATE FUNCTION public.hikyaku_timestamp(millis bigint) RETURNS timestamp with time zone
    LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
    AS $$
    SELECT timestamptz '1970-01-01 00:00:00Z' + millis * interval '1 millisecond'
$$;

CREATE FUNCTION public.hikyaku_trace_parent(written text) RETURNS text
    LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
    AS $_$
    SELECT it FROM btrim(written, E' \t\r\n') AS it
    WHERE it ~ '^(?!ff)[0-9a-f]{2}-(?!0{32})[0-9a-f]{32}-(?!0{16})[0-9a-f]{16}-[0-9a-f]{2}$'
$_$;

CREATE FUNCTION public.hikyaku_trace_state(written text) RETURNS text
    LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
    AS $$
    SELECT it FROM btrim(written, E' \t\r\n') AS it
    WHERE octet_length(it) BETWEEN 1 AND 512 AND it !~ '[^\u0020-\u007e]'
        AND NOT EXISTS (SELECT FROM regexp_split_to_table(it, ',') AS member WHERE btrim(member) <> '' AND btrim(member) !~ '^[^=]+=')
$$;

CREATE FUNCTION public.hikyaku_utf16(message text) RETURNS integer
    LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
    AS $$
    SELECT length(message) + length(regexp_replace(message, '[^\U00010000-\U0010ffff]', '', 'g'))
$$;

CREATE FUNCTION public.hikyaku_uuid5(root uuid, name text) RETURNS uuid
    LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE
    AS $$
DECLARE
    hash bytea := substring(hikyaku_sha1(uuid_send(root) || convert_to(name, 'UTF8')) FROM 1 FOR 16);
BEGIN
    hash := set_byte(hash, 6, (get_byte(hash, 6) & 15) | 80);
    hash := set_byte(hash, 8, (get_byte(hash, 8) & 63) | 128);
    RETURN encode(hash, 'hex')::uuid;
END $$;

CREATE FUNCTION public.hikyaku_wake_v1() RETURNS void
    LANGUAGE sql
    AS $$ SELECT pg_notify('hikyaku', '') $$;

SET default_tablespace = '';

SET default_table_access_method = heap;

CREATE TABLE public.hikyaku_attempt (
    delivery bigint NOT NULL,
    number bigint NOT NULL,
    attempt text NOT NULL
);

CREATE TABLE public.hikyaku_bucket (
    channel text NOT NULL,
    lane smallint NOT NULL,
    tokens double precision NOT NULL,
    at bigint NOT NULL,
    slow double precision NOT NULL,
    slowed_at bigint NOT NULL,
    strikes integer NOT NULL,
    hold_until bigint,
    hold_reason smallint,
    served_high text DEFAULT ''::text NOT NULL,
    served_normal text DEFAULT ''::text NOT NULL,
    served_low text DEFAULT ''::text NOT NULL
)
WITH (fillfactor='50');

CREATE TABLE public.hikyaku_budget (
    fairness_key text NOT NULL COLLATE pg_catalog."C",
    most bigint NOT NULL,
    per smallint NOT NULL,
    beyond smallint NOT NULL,
    used bigint NOT NULL,
    since bigint NOT NULL,
    until bigint NOT NULL,
    used_up smallint NOT NULL
)
WITH (fillfactor='50');

CREATE TABLE public.hikyaku_campaign (
    id bigint NOT NULL,
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
    cursor_bytes bigint DEFAULT 0 NOT NULL,
    cursor_lines bigint DEFAULT 0 NOT NULL,
    cursor_chunks bigint DEFAULT 0 NOT NULL,
    cursor_digest bytea DEFAULT '\x'::bytea NOT NULL,
    cursor_done boolean DEFAULT false NOT NULL,
    total bigint DEFAULT 0 NOT NULL,
    accepted bigint DEFAULT 0 NOT NULL,
    rejected bigint DEFAULT 0 NOT NULL,
    unknown bigint DEFAULT 0 NOT NULL,
    cancelled bigint DEFAULT 0 NOT NULL,
    repeated bigint DEFAULT 0 NOT NULL,
    bad_lines bigint DEFAULT 0 NOT NULL
);

ALTER TABLE public.hikyaku_campaign ALTER COLUMN id ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME public.hikyaku_campaign_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE VIEW public.hikyaku_campaign_v1 AS
 SELECT hikyaku_campaign.id,
    hikyaku_campaign.channel,
    hikyaku_campaign.idempotency_key,
        CASE
            WHEN (hikyaku_campaign.state = 3) THEN 'cancelled'::text
            WHEN (hikyaku_campaign.cursor_done AND ((((hikyaku_campaign.accepted + hikyaku_campaign.rejected) + hikyaku_campaign.unknown) + hikyaku_campaign.cancelled) >= hikyaku_campaign.total)) THEN 'done'::text
            WHEN (hikyaku_campaign.state = 2) THEN 'paused'::text
            WHEN (NOT hikyaku_campaign.cursor_done) THEN 'feeding'::text
            ELSE 'running'::text
        END AS state,
    (ARRAY['high'::text, 'normal'::text, 'low'::text])[(hikyaku_campaign.priority + 1)] AS priority,
    hikyaku_campaign.personal,
    hikyaku_campaign.cursor_done AS list_is_read,
    hikyaku_campaign.total,
    hikyaku_campaign.accepted,
    hikyaku_campaign.rejected,
    hikyaku_campaign.unknown,
    hikyaku_campaign.cancelled,
    hikyaku_campaign.repeated,
    hikyaku_campaign.bad_lines,
    public.hikyaku_timestamp(hikyaku_campaign.created_at) AS created_at,
    public.hikyaku_timestamp(hikyaku_campaign.due) AS due_at,
    public.hikyaku_timestamp(hikyaku_campaign.expires_at) AS expires_at
   FROM public.hikyaku_campaign;

CREATE TABLE public.hikyaku_delivery (
    id bigint NOT NULL,
    channel text NOT NULL,
    campaign bigint,
    chunk bigint,
    lane smallint NOT NULL,
    priority smallint NOT NULL,
    idempotency_key text,
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
    delivery_tag text,
    reference text,
    worker text,
    first_attempt text,
    answer text,
    fairness_key text DEFAULT ''::text NOT NULL COLLATE pg_catalog."C",
    traceparent text,
    tracestate text,
    node integer,
    ordered text,
    turn bigint,
    behind smallint DEFAULT 0 NOT NULL,
    tells smallint DEFAULT 0 NOT NULL,
    verbatim smallint DEFAULT 0 NOT NULL,
    watched_until bigint,
    told_at bigint
)
WITH (fillfactor='70', autovacuum_vacuum_scale_factor='0.02', autovacuum_vacuum_cost_delay='0');

ALTER TABLE public.hikyaku_delivery ALTER COLUMN id ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME public.hikyaku_delivery_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE VIEW public.hikyaku_delivery_v1 AS
 SELECT hikyaku_delivery.id,
    hikyaku_delivery.channel,
    hikyaku_delivery.idempotency_key,
        CASE
            WHEN (hikyaku_delivery.reference !~ '(^|[^\\])(\\\\)*\\u0000'::text) THEN (hikyaku_delivery.reference)::jsonb
            ELSE NULL::jsonb
        END AS reference,
    hikyaku_delivery.campaign AS campaign_id,
    (ARRAY['push'::text, 'multicast'::text, 'broadcast'::text, 'narrowcast'::text, 'reply'::text, 'push-by-phone'::text])[(hikyaku_delivery.kind + 1)] AS kind,
    (ARRAY['high'::text, 'normal'::text, 'low'::text])[(hikyaku_delivery.priority + 1)] AS priority,
    (ARRAY['ready'::text, 'in_flight'::text, NULL::text, 'tracking'::text, 'accepted'::text, 'rejected'::text, 'unknown'::text, 'cancelled'::text, 'split'::text, 'dropped'::text])[(hikyaku_delivery.state + 1)] AS state,
    ((hikyaku_delivery.first_maybe_at IS NOT NULL) AND (hikyaku_delivery.state = 0)) AS in_doubt,
    hikyaku_delivery.recipients,
        CASE
            WHEN (hikyaku_delivery.kind <> 4) THEN public.hikyaku_ids(hikyaku_delivery.ids)
            ELSE NULL::text[]
        END AS recipient_ids,
    hikyaku_delivery.attempts,
    public.hikyaku_timestamp(hikyaku_delivery.created_at) AS created_at,
    public.hikyaku_timestamp(hikyaku_delivery.due) AS due_at,
    public.hikyaku_timestamp(hikyaku_delivery.expires_at) AS expires_at,
    public.hikyaku_timestamp(hikyaku_delivery.claimed_at) AS last_attempt_at,
    hikyaku_delivery.request_id,
    hikyaku_delivery.last_status,
    hikyaku_delivery.last_error,
    hikyaku_delivery.ordered AS order_key,
    NULLIF(hikyaku_delivery.fairness_key, ''::text) AS fairness_key,
    public.hikyaku_timestamp(hikyaku_delivery.told_at) AS told_at
   FROM public.hikyaku_delivery;

CREATE TABLE public.hikyaku_hold (
    id bigint NOT NULL,
    channel text,
    lane smallint,
    reason text NOT NULL,
    who text NOT NULL,
    at bigint NOT NULL,
    until bigint,
    fairness_key text
);

ALTER TABLE public.hikyaku_hold ALTER COLUMN id ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME public.hikyaku_hold_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE public.hikyaku_meta (
    one boolean NOT NULL,
    version bigint NOT NULL,
    moved_to text,
    moved boolean DEFAULT false NOT NULL,
    budgets boolean DEFAULT false NOT NULL,
    CONSTRAINT hikyaku_meta_one_check CHECK (one)
);

CREATE TABLE public.hikyaku_node (
    node integer NOT NULL
);

CREATE TABLE public.hikyaku_outcome (
    id bigint NOT NULL,
    message uuid NOT NULL,
    at bigint NOT NULL,
    kind smallint NOT NULL,
    delivery bigint,
    body text NOT NULL
);

CREATE TABLE public.hikyaku_outcome_cursor (
    name text NOT NULL,
    after bigint NOT NULL,
    reader text,
    until bigint
);

ALTER TABLE public.hikyaku_outcome ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.hikyaku_outcome_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE public.hikyaku_quota (
    channel text NOT NULL,
    most bigint,
    used bigint NOT NULL,
    reserved bigint NOT NULL,
    checked_at bigint NOT NULL
);

CREATE TABLE public.hikyaku_seen (
    campaign bigint NOT NULL,
    id bytea NOT NULL
);

CREATE TABLE public.hikyaku_send_log (
    channel text NOT NULL,
    lane smallint NOT NULL,
    at bigint NOT NULL
);

INSERT INTO public.hikyaku_bucket VALUES ('default', 0, 1, 1796000008000, 1, 1796000008000, 0, NULL, NULL, '', '', '');

INSERT INTO public.hikyaku_delivery OVERRIDING SYSTEM VALUE VALUES (1, 'default', NULL, NULL, 0, 1, NULL, 1796000000000, 0, 4, 1, 0, '12755a7b-977d-4776-a5fd-c493e2f0f856', 1796000009000, NULL, 1796000009000, NULL, 1, 1, 1796000013000, NULL, '24ec65c8-6612-4f86-900b-6f3f0b05d099', NULL, NULL, '\x0000000000000000000000000000000001', '{"messages":[{"type":"text","text":"first"}]}', NULL, NULL, 'vm/12659', '{"n":1,"at":1796000009025,"ms":1,"by":"vm/12659","is":"accepted","status":200,"id":"24ec65c8-6612-4f86-900b-6f3f0b05d099"}', '{"sentMessages":[{"id":"179607945723700001","quoteToken":"sim-quote-27e18799bb2e321"}]}', '', NULL, NULL, NULL, 'chat', 1796000000000, 0, 0, 0, NULL, NULL);
INSERT INTO public.hikyaku_delivery OVERRIDING SYSTEM VALUE VALUES (2, 'default', NULL, NULL, 0, 1, NULL, 1796000018000, 0, 5, 1, 0, '79990db9-b7c6-4726-b4b3-7dbbdccad808', 1796000022000, NULL, 1796000022000, NULL, 1, 1, 1796000018000, NULL, NULL, 400, 'rejected (400): Failed to send messages [request id 03c828ad-41f3-46e8-a891-0d638cbd1831]', '\x0000000000000000000000000000000002', '{"messages":[{"type":"text","text":"hello"}]}', NULL, NULL, 'vm/12659', '{"n":1,"at":1796000022017,"ms":1,"by":"vm/12659","is":"rejected","status":400,"id":"03c828ad-41f3-46e8-a891-0d638cbd1831","error":"rejected (400): Failed to send messages [request id 03c828ad-41f3-46e8-a891-0d638cbd1831]","body":"{\"message\":\"Failed to send messages\"}"}', NULL, '', NULL, NULL, NULL, NULL, NULL, 0, 0, 0, 1796000618000, NULL);
INSERT INTO public.hikyaku_delivery OVERRIDING SYSTEM VALUE VALUES (3, 'default', NULL, NULL, 0, 1, NULL, 1796000018000, 0, 9, 1, 0, '324f1027-3492-4019-9ab4-ec24953a7d72', 1796000022000, NULL, 1796000022000, NULL, 1, 1, 1796000018000, NULL, NULL, 400, 'rejected (400): Failed to send messages [request id fc6226b6-d0c7-488a-8714-a665edbd1697]', '\x0000000000000000000000000000000003', '{"messages":[{"type":"text","text":"hello"}]}', NULL, NULL, 'vm/12659', '{"n":1,"at":1796000022017,"ms":3,"by":"vm/12659","is":"rejected","status":400,"id":"fc6226b6-d0c7-488a-8714-a665edbd1697","error":"rejected (400): Failed to send messages [request id fc6226b6-d0c7-488a-8714-a665edbd1697]","body":"{\"message\":\"Failed to send messages\"}"}', NULL, '', NULL, NULL, NULL, NULL, NULL, 0, 0, 0, NULL, 1796000032000);
INSERT INTO public.hikyaku_delivery OVERRIDING SYSTEM VALUE VALUES (4, 'default', NULL, NULL, 0, 1, NULL, 1796000032000, 0, 1, 1, 0, 'ff1363fe-5c4d-42cb-adae-b2cb292cdfd1', 1796000032000, NULL, 1796000032000, 1796000092000, 1, 1, 1796000032000, NULL, NULL, NULL, NULL, '\x0000000000000000000000000000000004', '{"messages":[{"type":"text","text":"hello"}]}', NULL, NULL, 'a test', NULL, NULL, '', NULL, NULL, 1013103435, NULL, NULL, 0, 0, 0, 1796000632000, NULL);

INSERT INTO public.hikyaku_meta VALUES (true, 4, NULL, false, false);

INSERT INTO public.hikyaku_node VALUES (1013103435);

INSERT INTO public.hikyaku_quota VALUES ('default', NULL, 0, 1, 1796000019000);

SELECT pg_catalog.setval('public.hikyaku_campaign_id_seq', 1, false);

SELECT pg_catalog.setval('public.hikyaku_delivery_id_seq', 4, true);

SELECT pg_catalog.setval('public.hikyaku_hold_id_seq', 1, false);

SELECT pg_catalog.setval('public.hikyaku_outcome_id_seq', 1, false);

ALTER TABLE ONLY public.hikyaku_attempt
    ADD CONSTRAINT hikyaku_attempt_pkey PRIMARY KEY (delivery, number);

ALTER TABLE ONLY public.hikyaku_bucket
    ADD CONSTRAINT hikyaku_bucket_pkey PRIMARY KEY (channel, lane);

ALTER TABLE ONLY public.hikyaku_budget
    ADD CONSTRAINT hikyaku_budget_pkey PRIMARY KEY (fairness_key);

ALTER TABLE ONLY public.hikyaku_campaign
    ADD CONSTRAINT hikyaku_campaign_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.hikyaku_delivery
    ADD CONSTRAINT hikyaku_delivery_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.hikyaku_hold
    ADD CONSTRAINT hikyaku_hold_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.hikyaku_meta
    ADD CONSTRAINT hikyaku_meta_pkey PRIMARY KEY (one);

ALTER TABLE ONLY public.hikyaku_node
    ADD CONSTRAINT hikyaku_node_pkey PRIMARY KEY (node);

ALTER TABLE ONLY public.hikyaku_outcome_cursor
    ADD CONSTRAINT hikyaku_outcome_cursor_pkey PRIMARY KEY (name);

ALTER TABLE ONLY public.hikyaku_outcome
    ADD CONSTRAINT hikyaku_outcome_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.hikyaku_quota
    ADD CONSTRAINT hikyaku_quota_pkey PRIMARY KEY (channel);

ALTER TABLE ONLY public.hikyaku_seen
    ADD CONSTRAINT hikyaku_seen_pkey PRIMARY KEY (campaign, id);

CREATE UNIQUE INDEX hikyaku_campaign_key ON public.hikyaku_campaign USING btree (channel, idempotency_key) WHERE (idempotency_key IS NOT NULL);

CREATE INDEX hikyaku_campaign_stopped ON public.hikyaku_campaign USING btree (id) WHERE (state = ANY (ARRAY[1, 2]));

CREATE INDEX hikyaku_delivery_alone ON public.hikyaku_delivery USING btree (ids, id) WHERE (length(ids) <= 100);

CREATE INDEX hikyaku_delivery_campaign ON public.hikyaku_delivery USING btree (campaign, state, id) WHERE (campaign IS NOT NULL);

CREATE UNIQUE INDEX hikyaku_delivery_chunk ON public.hikyaku_delivery USING btree (campaign, chunk) WHERE (chunk IS NOT NULL);

CREATE INDEX hikyaku_delivery_claimable ON public.hikyaku_delivery USING btree (channel, lane, priority, fairness_key, due, id) WHERE ((state = ANY (ARRAY[0, 3])) AND (behind < 2));

CREATE INDEX hikyaku_delivery_dead ON public.hikyaku_delivery USING btree (state, id) WHERE (state = ANY (ARRAY[5, 6]));

CREATE INDEX hikyaku_delivery_doubted ON public.hikyaku_delivery USING btree (key_used_at) WHERE ((first_maybe_at IS NOT NULL) AND (state = 0));

CREATE INDEX hikyaku_delivery_finished ON public.hikyaku_delivery USING btree (due) WHERE ((state = 4) OR (state >= 7));

CREATE UNIQUE INDEX hikyaku_delivery_key ON public.hikyaku_delivery USING btree (channel, idempotency_key) WHERE (idempotency_key IS NOT NULL);

CREATE INDEX hikyaku_delivery_leased ON public.hikyaku_delivery USING btree (lease_until) WHERE (state = 1);

CREATE INDEX hikyaku_delivery_many ON public.hikyaku_delivery USING btree (id) WHERE (recipients > 1);

CREATE INDEX hikyaku_delivery_ordered ON public.hikyaku_delivery USING btree (channel, ordered, state, turn, id) WHERE ((ordered IS NOT NULL) AND (state = ANY (ARRAY[0, 1])));

CREATE INDEX hikyaku_delivery_untold ON public.hikyaku_delivery USING btree (watched_until) WHERE ((watched_until IS NOT NULL) AND (state = ANY (ARRAY[5, 7])));

CREATE INDEX hikyaku_send_log_lane ON public.hikyaku_send_log USING btree (channel, lane, at);

ALTER TABLE ONLY public.hikyaku_attempt
    ADD CONSTRAINT hikyaku_attempt_delivery_fkey FOREIGN KEY (delivery) REFERENCES public.hikyaku_delivery(id) ON DELETE CASCADE;

ALTER TABLE ONLY public.hikyaku_delivery
    ADD CONSTRAINT hikyaku_delivery_campaign_fkey FOREIGN KEY (campaign) REFERENCES public.hikyaku_campaign(id);

