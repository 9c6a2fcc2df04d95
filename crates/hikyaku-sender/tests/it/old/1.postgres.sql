
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

SET default_tablespace = '';

SET default_table_access_method = heap;

CREATE TABLE public.hikyaku_bucket (
    channel text NOT NULL,
    lane smallint NOT NULL,
    tokens double precision NOT NULL,
    at bigint NOT NULL,
    slow double precision NOT NULL,
    slowed_at bigint NOT NULL,
    strikes integer NOT NULL,
    hold_until bigint,
    hold_reason smallint
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

CREATE TABLE public.hikyaku_delivery (
    id bigint NOT NULL,
    channel text NOT NULL,
    campaign bigint,
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

CREATE TABLE public.hikyaku_meta (
    one boolean NOT NULL,
    version bigint NOT NULL,
    moved_to text,
    moved boolean DEFAULT false NOT NULL,
    CONSTRAINT hikyaku_meta_one_check CHECK (one)
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

INSERT INTO public.hikyaku_bucket VALUES ('default', 2, 1, 1795914832183, 1, 1795914832183, 0, NULL, NULL);
INSERT INTO public.hikyaku_bucket VALUES ('default', 1, 0, 1795914832985, 1, 1795914832985, 0, NULL, NULL);
INSERT INTO public.hikyaku_bucket VALUES ('default', 0, 99, 1795914832985, 1, 1795914832183, 0, NULL, NULL);

INSERT INTO public.hikyaku_campaign OVERRIDING SYSTEM VALUE VALUES (1, 'default', 'hello', '\x3b1e25ba0187b6b4cac335760da037918fbb9e14e142858d4ce99602b0a253ef', '0b8d94bf-9a70-570b-b062-c61f5ff39a03', '{"messages":[{"type":"text","text":"Hello {name}"}]}', true, false, 2, 0, 1795914832560, NULL, 2, 1795914832560, 304, 9, 8, '\x1533102447cc9e660a2b21aaeaed953d68b1341ebe57e90fe9c3e74ba54553f3', true, 8, 0, 0, 0, 0, 0, 0);
INSERT INTO public.hikyaku_campaign OVERRIDING SYSTEM VALUE VALUES (3, 'support', 'news', '\xd5db94d82f42cb2d3c1335c1f7cd2bab396eec355a56d2b0d1876fe61073c6dc', '9142de5b-8638-5c19-979a-23164df387d1', '{"messages":[{"type":"text","text":"support"}]}', false, false, 2, 0, 1795914832824, NULL, 0, 1795914832824, 272, 8, 1, '\x6e89dd4eedb7f42ec6f824f17117e97ddd73d0cbc601c7046aab90c5a3c75ec6', true, 8, 0, 0, 0, 0, 0, 0);
INSERT INTO public.hikyaku_campaign OVERRIDING SYSTEM VALUE VALUES (2, 'default', 'spring', '\x417244de1fa41c3f7f2c74e1f4051040223cd377013fb273f8aa44834ba081a7', 'fa29229b-2e45-5633-83ae-848b55ffcc2a', '{"messages":[{"type":"text","text":"spring is here"}]}', false, false, 2, 0, 1795914832717, NULL, 0, 1795914832717, 272, 8, 1, '\x6e89dd4eedb7f42ec6f824f17117e97ddd73d0cbc601c7046aab90c5a3c75ec6', true, 8, 8, 0, 0, 0, 0, 0);

INSERT INTO public.hikyaku_delivery OVERRIDING SYSTEM VALUE VALUES (3, 'default', NULL, NULL, 2, 1, 'opening', '\x6199e31f14e98f3d4fc9d4f0deb5035a756adc75fc5cc69f7317e1809f74aa0c', 1795914832074, 2, 4, 1, 0, '42011b5e-f3a7-5e07-acd1-24dda44d5a49', 1795914832183, NULL, 1795914832183, NULL, 1, 1, 1795914833297, NULL, '2a1c53c7-49cd-4c9d-af5d-68482a23e49a', NULL, NULL, '\x00', '{"messages":[{"type":"text","text":"we open at nine"}]}', NULL);
INSERT INTO public.hikyaku_delivery OVERRIDING SYSTEM VALUE VALUES (1, 'default', NULL, NULL, 0, 1, 'order-17', '\xaf4cfed13e5be66148534d52b494e432d837c556bc70e40fa072858efa44d814', 1795914831900, 0, 4, 1, 0, 'a0d5d3bf-861d-5c91-a2f6-b0e308dd96b8', 1795914832183, NULL, 1795914832183, NULL, 1, 1, 1795914833305, NULL, '1c022587-d191-40b4-bcaf-6bfd35936cc2', NULL, NULL, '\x0000000000000000000000000000000001', '{"messages":[{"type":"text","text":"your order 17 is paid"}]}', NULL);
INSERT INTO public.hikyaku_delivery OVERRIDING SYSTEM VALUE VALUES (2, 'default', NULL, NULL, 0, 1, 'order-18', '\xf90a80597553f25cc1c8c3b5e9a7b37f499422fc668af7d150e59e3606576bd6', 1795914831966, 0, 5, 1, 0, '5c74305c-d08c-58c0-b30f-7ad8ce5e4c88', 1795914832294, NULL, 1795914832294, NULL, 1, 1, 1795914831966, NULL, NULL, 400, 'rejected (400): Failed to send messages [request id b1acd831-5826-42fe-beb2-7bb817d8f033]', '\x00ffffffffffffffffffffffffffffffff', '{"messages":[{"type":"text","text":"to nobody"}]}', NULL);
INSERT INTO public.hikyaku_delivery OVERRIDING SYSTEM VALUE VALUES (4, 'default', NULL, NULL, 0, 1, 'reminder', '\xc9a0a6eca41ea0ef48b04f19e3af983c021c3cda28e1d722905964a788724408', 1795914832476, 0, 0, 1, 0, '517ba458-de43-5bf3-a0e6-8f74eef4c48a', NULL, NULL, NULL, NULL, 0, 0, 2524608000000, NULL, NULL, NULL, NULL, '\x0000000000000000000000000000000002', '{"messages":[{"type":"text","text":"see you"}]}', NULL);
INSERT INTO public.hikyaku_delivery OVERRIDING SYSTEM VALUE VALUES (5, 'default', 1, 0, 0, 2, NULL, '\x', 1795914832572, 0, 2, 1, 0, 'e0b1e492-bb10-5e07-8810-c1a3dab15704', NULL, NULL, NULL, NULL, 0, 0, 1795914832560, NULL, NULL, NULL, NULL, '\x0000000000000000000000000000000001', '{"messages":[{"text":"Hello N1","type":"text"}]}', NULL);
INSERT INTO public.hikyaku_delivery OVERRIDING SYSTEM VALUE VALUES (6, 'default', 1, 1, 0, 2, NULL, '\x', 1795914832572, 0, 2, 1, 0, '96c9f55f-b882-5e56-a21c-0b9ccf0c7995', NULL, NULL, NULL, NULL, 0, 0, 1795914832560, NULL, NULL, NULL, NULL, '\x0000000000000000000000000000000002', '{"messages":[{"text":"Hello N2","type":"text"}]}', NULL);
INSERT INTO public.hikyaku_delivery OVERRIDING SYSTEM VALUE VALUES (7, 'default', 1, 2, 0, 2, NULL, '\x', 1795914832572, 0, 2, 1, 0, '1690889c-b26b-5811-bb0a-dfda79a6f07d', NULL, NULL, NULL, NULL, 0, 0, 1795914832560, NULL, NULL, NULL, NULL, '\x0000000000000000000000000000000003', '{"messages":[{"text":"Hello N3","type":"text"}]}', NULL);
INSERT INTO public.hikyaku_delivery OVERRIDING SYSTEM VALUE VALUES (8, 'default', 1, 3, 0, 2, NULL, '\x', 1795914832572, 0, 2, 1, 0, '900a0200-156f-5b26-ad34-c2bacd3b3a13', NULL, NULL, NULL, NULL, 0, 0, 1795914832560, NULL, NULL, NULL, NULL, '\x0000000000000000000000000000000004', '{"messages":[{"text":"Hello N4","type":"text"}]}', NULL);
INSERT INTO public.hikyaku_delivery OVERRIDING SYSTEM VALUE VALUES (9, 'default', 1, 4, 0, 2, NULL, '\x', 1795914832572, 0, 2, 1, 0, '22f97ab1-7759-56fd-b985-8c4afed4aee7', NULL, NULL, NULL, NULL, 0, 0, 1795914832560, NULL, NULL, NULL, NULL, '\x0000000000000000000000000000000005', '{"messages":[{"text":"Hello N5","type":"text"}]}', NULL);
INSERT INTO public.hikyaku_delivery OVERRIDING SYSTEM VALUE VALUES (10, 'default', 1, 5, 0, 2, NULL, '\x', 1795914832572, 0, 2, 1, 0, '71f1a026-a1a8-5b48-a508-b5acc4acb0e0', NULL, NULL, NULL, NULL, 0, 0, 1795914832560, NULL, NULL, NULL, NULL, '\x0000000000000000000000000000000006', '{"messages":[{"text":"Hello N6","type":"text"}]}', NULL);
INSERT INTO public.hikyaku_delivery OVERRIDING SYSTEM VALUE VALUES (11, 'default', 1, 6, 0, 2, NULL, '\x', 1795914832572, 0, 2, 1, 0, '004b5536-cbc6-50ed-b5f6-30f831aba4a6', NULL, NULL, NULL, NULL, 0, 0, 1795914832560, NULL, NULL, NULL, NULL, '\x0000000000000000000000000000000007', '{"messages":[{"text":"Hello N7","type":"text"}]}', NULL);
INSERT INTO public.hikyaku_delivery OVERRIDING SYSTEM VALUE VALUES (12, 'default', 1, 7, 0, 2, NULL, '\x', 1795914832572, 0, 2, 1, 0, 'bf118d79-9707-5859-a4a1-40c25d9c2f32', NULL, NULL, NULL, NULL, 0, 0, 1795914832560, NULL, NULL, NULL, NULL, '\x0000000000000000000000000000000008', '{"messages":[{"text":"Hello N8","type":"text"}]}', NULL);
INSERT INTO public.hikyaku_delivery OVERRIDING SYSTEM VALUE VALUES (14, 'support', 3, 0, 1, 2, NULL, '\x', 1795914832843, 1, 0, 8, 0, '9fb33dec-b272-5c73-8630-f24e92d8a6d3', NULL, NULL, NULL, NULL, 0, 0, 1795914832824, NULL, NULL, NULL, NULL, '\x000000000000000000000000000000000100000000000000000000000000000002000000000000000000000000000000030000000000000000000000000000000400000000000000000000000000000005000000000000000000000000000000060000000000000000000000000000000700000000000000000000000000000008', NULL, NULL);
INSERT INTO public.hikyaku_delivery OVERRIDING SYSTEM VALUE VALUES (15, 'default', NULL, NULL, 0, 1, 'order-19', '\xc0ece80311b587b245da7743b876c2a2a4f45ea5c6dd2a3a7603e41e64f58b29', 1795914832894, 0, 1, 1, 0, 'c46935c9-3802-5144-9f46-0cbc85f22877', 1795914832985, NULL, 1795914832985, 1795914892985, 1, 1, 1795914832894, NULL, NULL, NULL, NULL, '\x0000000000000000000000000000000002', '{"messages":[{"type":"text","text":"in flight"}]}', NULL);
INSERT INTO public.hikyaku_delivery OVERRIDING SYSTEM VALUE VALUES (13, 'default', 2, 0, 1, 2, NULL, '\x', 1795914832741, 1, 4, 8, 0, '3c5acb53-5044-5b8b-9ce6-3b0e580e47fd', 1795914832985, NULL, 1795914832985, NULL, 1, 1, 1795914834062, NULL, '187bb04a-157d-4981-90e2-aa3e9be013c6', NULL, NULL, '\x000000000000000000000000000000000100000000000000000000000000000002000000000000000000000000000000030000000000000000000000000000000400000000000000000000000000000005000000000000000000000000000000060000000000000000000000000000000700000000000000000000000000000008', NULL, NULL);

INSERT INTO public.hikyaku_meta VALUES (true, 1, NULL, false);

INSERT INTO public.hikyaku_quota VALUES ('default', NULL, 17, 1, 1795914832978);

INSERT INTO public.hikyaku_send_log VALUES ('default', 2, 1795914832183);

SELECT pg_catalog.setval('public.hikyaku_campaign_id_seq', 3, true);

SELECT pg_catalog.setval('public.hikyaku_delivery_id_seq', 15, true);

ALTER TABLE ONLY public.hikyaku_bucket
    ADD CONSTRAINT hikyaku_bucket_pkey PRIMARY KEY (channel, lane);

ALTER TABLE ONLY public.hikyaku_campaign
    ADD CONSTRAINT hikyaku_campaign_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.hikyaku_delivery
    ADD CONSTRAINT hikyaku_delivery_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.hikyaku_meta
    ADD CONSTRAINT hikyaku_meta_pkey PRIMARY KEY (one);

ALTER TABLE ONLY public.hikyaku_quota
    ADD CONSTRAINT hikyaku_quota_pkey PRIMARY KEY (channel);

ALTER TABLE ONLY public.hikyaku_seen
    ADD CONSTRAINT hikyaku_seen_pkey PRIMARY KEY (campaign, id);

CREATE UNIQUE INDEX hikyaku_campaign_key ON public.hikyaku_campaign USING btree (channel, idempotency_key) WHERE (idempotency_key IS NOT NULL);

CREATE INDEX hikyaku_delivery_campaign ON public.hikyaku_delivery USING btree (campaign, state, id) WHERE (campaign IS NOT NULL);

CREATE UNIQUE INDEX hikyaku_delivery_chunk ON public.hikyaku_delivery USING btree (campaign, chunk) WHERE (chunk IS NOT NULL);

CREATE INDEX hikyaku_delivery_claimable ON public.hikyaku_delivery USING btree (channel, lane, priority, due, id) WHERE (state = ANY (ARRAY[0, 3]));

CREATE INDEX hikyaku_delivery_dead ON public.hikyaku_delivery USING btree (state, id) WHERE (state = ANY (ARRAY[5, 6]));

CREATE INDEX hikyaku_delivery_doubted ON public.hikyaku_delivery USING btree (key_used_at) WHERE ((first_maybe_at IS NOT NULL) AND (state = ANY (ARRAY[0, 2])));

CREATE INDEX hikyaku_delivery_finished ON public.hikyaku_delivery USING btree (due) WHERE ((state = 4) OR (state >= 7));

CREATE UNIQUE INDEX hikyaku_delivery_key ON public.hikyaku_delivery USING btree (channel, idempotency_key) WHERE (idempotency_key IS NOT NULL);

CREATE INDEX hikyaku_delivery_leased ON public.hikyaku_delivery USING btree (lease_until) WHERE (state = 1);

CREATE INDEX hikyaku_send_log_lane ON public.hikyaku_send_log USING btree (channel, lane, at);

ALTER TABLE ONLY public.hikyaku_delivery
    ADD CONSTRAINT hikyaku_delivery_campaign_fkey FOREIGN KEY (campaign) REFERENCES public.hikyaku_campaign(id);

