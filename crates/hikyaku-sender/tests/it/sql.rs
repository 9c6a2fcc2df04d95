//! Enqueueing from any language, by the function that the database has, and the views to join.

use std::{
    path::{Path, PathBuf},
    process::{Command, Output, Stdio},
};

use hikyaku_sender::{Limits, NewDelivery, Outbox, Priority, State, Time, UnknownPolicy};
use serde_json::{Value, json};

use crate::{cluster::Cluster, postgres::client, stores::user, worker::line};

/// A database with an outbox: its name, its URL and the outbox.
async fn database(cluster: &Cluster) -> (String, String, Outbox) {
    let url = cluster.database();
    let name = url.split(['/', '?']).nth(3).unwrap().to_owned();
    let outbox = Outbox::open(&url).await.unwrap();
    (name, url, outbox)
}

fn quoted(text: &str) -> String {
    format!("'{}'", text.replace('\'', "''"))
}

/// What `psql` prints of it, a row a line.
fn enqueue(cluster: &Cluster, database: &str, sends: &str) -> String {
    let sql = format!("SELECT id, existing FROM hikyaku_enqueue_v1({})", quoted(sends));
    cluster.sql(database, &sql)
}

fn push() -> Value {
    json!({"kind": "push", "to": user(1), "messages": [{"type": "text", "text": "hello"}]})
}

const TRACEPARENT: &str = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";

/// One of each kind and option, as Rust writes them.
fn corpus() -> Vec<NewDelivery> {
    let flex = json!({"type": "flex", "altText": "a \"quoted\" 😀", "contents": {"type": "bubble", "body":
        {"type": "box", "layout": "vertical", "contents": [{"type": "text", "text": "x", "flex": 0}]}}});
    let place = json!({"type": "location", "title": "here", "address": "there", "latitude": 35.50, "longitude": -1e-7});
    let messages =
        |json: Value| -> Vec<hikyaku::model::Message> { serde_json::from_value(json).unwrap() };
    let at = Time::from_millis(4_000_000_000_123);
    let filter = json!({"demographic": {"type": "operator", "and": [{"type": "gender", "oneOf": ["male"]},
        {"type": "operator", "not": {"type": "age", "gte": "age_20", "lt": "age_25"}}]}});
    let filter: hikyaku::model::audience::Filter = serde_json::from_value(filter).unwrap();
    let recipient = json!({"type": "operator", "or": [{"type": "audience", "audienceGroupId": 5_614_991_017_776_i64}]});
    let recipient: hikyaku::model::audience::Recipient = serde_json::from_value(recipient).unwrap();
    let limit = hikyaku::model::audience::Limit::new().max(100_u32);
    let hash = "d41e0ad70dddfeb68f149ad6fc61574b9c5780ab7bcb2fba5517771ffbb2409c";
    vec![
        NewDelivery::push(user(1), "hello"),
        NewDelivery::push("a form of the future".replace(' ', "-"), "hello")
            .priority(Priority::High),
        NewDelivery::push("Uffffffffffffffffffffffffffffffff", "x").idempotency_key("a'b\\c é 😀"),
        NewDelivery::push("UFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFF", "x")
            .idempotency_key("x".repeat(200)),
        NewDelivery::push(
            user(2),
            messages(json!([flex, place, {"type": "text", "text": "line\nbreak\t\u{7f}"}])),
        )
        .idempotency_key("many")
        .notification_disabled(false)
        .unit("unit_1")
        .in_order("chat 2")
        .reference(json!({"order": 17, "of": [1, 2.50, null]}))
        .tell_outcome(),
        NewDelivery::multicast([user(3), user(4)], "hello")
            .channel("second")
            .idempotency_key("multicast")
            .priority(Priority::Low)
            .on_unknown(UnknownPolicy::SendAgain)
            .notification_disabled(true),
        NewDelivery::multicast([user(3), "of-another-form".to_owned()], "hello")
            .at(at)
            .in_order(user(3))
            .expires_at(Time::from_millis(4_000_000_999_000)),
        NewDelivery::multicast((0..500).map(user), "hello").on_unknown(UnknownPolicy::Drop),
        NewDelivery::broadcast("hello").idempotency_key("broadcast"),
        NewDelivery::push(user(5), "hello")
            .fairness_key("tenant 5")
            .trace_context(TRACEPARENT, Some("rojo=00f067aa0ba902b7,congo=t61rcWkgMzE")),
        NewDelivery::narrowcast("hello")
            .idempotency_key("narrowcast")
            .filter(filter)
            .recipient(recipient)
            .limit(limit),
        NewDelivery::reply("nHuyWiB7yP5Zw52FIkcQobQuGDXCTA", "hello"),
        NewDelivery::reply("nHuyWiB7yP5Zw52FIkcQobQuGDXCTB", "hello").expires_at(at),
        NewDelivery::phone(hash, "hello").delivery_tag("sixteen_of_ascii"),
    ]
}

/// Every column but those that are made up anew, with what is JSON as such.
const ROWS: &str = "SELECT jsonb_pretty(jsonb_agg(to_jsonb(it) - ARRAY['id', 'created_at'] || jsonb_build_object( \
    'body', body::jsonb, 'reference', reference::jsonb, 'due', CASE WHEN due <> created_at THEN due END, 'turn', CASE WHEN turn <> created_at THEN turn END, \
    'expires_at', CASE WHEN kind = 4 AND expires_at < 4000000000000 THEN expires_at - due ELSE expires_at END, \
    'retry_key', CASE WHEN idempotency_key IS NOT NULL THEN retry_key END) ORDER BY id)) FROM hikyaku_delivery AS it";

#[tokio::test]
async fn the_function_makes_the_rows_that_rust_makes() {
    let Some(cluster) = Cluster::shared() else { return };
    let (rust, _, outbox) = database(cluster).await;
    let (sql, _, other) = database(cluster).await;
    outbox.enqueue_all(corpus()).await.unwrap();
    let all: Vec<String> = corpus().iter().map(|it| it.to_json().unwrap()).collect();
    let all = format!("[{}]", all.join(","));
    enqueue(cluster, &sql, &all);
    assert_eq!(cluster.sql(&sql, ROWS), cluster.sql(&rust, ROWS));
    // Each knows what the other has enqueued under a key.
    for it in corpus().into_iter().filter(|it| it.to_json().unwrap().contains("idempotency_key")) {
        let json = it.to_json().unwrap();
        assert!(enqueue(cluster, &rust, &json).ends_with("|t"), "{json}");
        assert!(other.enqueue(it).await.unwrap().existing, "{json}");
    }
}

#[tokio::test]
async fn a_malformed_trace_is_dropped_and_the_send_is_not() {
    let Some(cluster) = Cluster::shared() else { return };
    let (name, _, _outbox) = database(cluster).await;
    let zeros = TRACEPARENT.replace("b7ad6b7169203331", "0000000000000000");
    let long = format!("a={}", "b".repeat(511));
    for (parent, state, kept) in [
        (TRACEPARENT, " a=1, ,b=2 ", format!("{TRACEPARENT}|a=1, ,b=2")),
        (TRACEPARENT, "no member", format!("{TRACEPARENT}|")),
        (TRACEPARENT, "a=\u{e9}", format!("{TRACEPARENT}|")),
        (TRACEPARENT, &long, format!("{TRACEPARENT}|")),
        (&zeros, "a=1", "|".to_owned()),
        (&TRACEPARENT.to_uppercase(), "a=1", "|".to_owned()),
        (&TRACEPARENT.replacen("00", "ff", 1), "a=1", "|".to_owned()),
        ("", "a=1", "|".to_owned()),
    ] {
        let mut send = push();
        send["traceparent"] = parent.into();
        send["tracestate"] = state.into();
        enqueue(cluster, &name, &send.to_string());
        let newest =
            "SELECT traceparent, tracestate FROM hikyaku_delivery ORDER BY id DESC LIMIT 1";
        assert_eq!(cluster.sql(&name, newest), kept, "{send}");
    }
}

/// What a call is refused with: its SQLSTATE, the words, and what to write.
async fn refusal(client: &tokio_postgres::Client, sends: &str) -> (String, String) {
    let sql = "SELECT * FROM hikyaku_enqueue_v1($1::text::jsonb)";
    let error = client.query(sql, &[&sends]).await.unwrap_err();
    let error = error.as_db_error().unwrap();
    let told = format!("{} ({})", error.message(), error.hint().unwrap_or_default());
    (error.code().code().to_owned(), told)
}

#[tokio::test]
#[expect(clippy::too_many_lines, reason = "most of it is a table")]
async fn what_cannot_be_sent_is_refused_with_its_place_and_what_to_write() {
    let Some(cluster) = Cluster::shared() else { return };
    let (name, url, outbox) = database(cluster).await;
    let client = client(&url).await;
    let with = |changes: Value| {
        let mut send = push();
        let all = send.as_object_mut().unwrap();
        all.extend(changes.as_object().unwrap().clone());
        send
    };
    let broad = |kind: &str, changes: Value| {
        let mut send = with(changes);
        let all = send.as_object_mut().unwrap();
        all.remove("to");
        all.insert("kind".to_owned(), kind.into());
        all.insert("idempotency_key".to_owned(), "all".into());
        send
    };
    let text = |text: String| json!({"messages": [{"type": "text", "text": text}]});
    for (send, told) in [
        (json!(1), "sends: must be one send, or a list of them (such as {"),
        (json!([push(), 1]), "[1].send: must be an object (such as {"),
        (
            with(json!({"kind": "fax"})),
            "kind: must say how it is sent (known are push, multicast, ",
        ),
        (
            with(json!({"prioritty": "high"})),
            "prioritty: is no field that belongs here (known are kind, to, messages, ",
        ),
        (
            json!([push(), with(json!({"TO": 1}))]),
            "[1].TO: is no field that belongs here (known are ",
        ),
        (with(json!({"to": null})), "to: must be one text (a user, "),
        (with(json!({"to": ["U1"]})), "to: must be one text (a user, "),
        (with(json!({"to": "U 1"})), "to: must not contain blanks or control characters ("),
        (with(json!({"kind": "multicast", "to": []})), "to: must be a list of 1 to 500 users ("),
        (with(json!({"kind": "multicast", "to": [1]})), "to: must be a list of 1 to 500 users ("),
        (
            with(json!({"kind": "multicast", "to": ["U1", "C0123456789abcdef0123456789abcdef"]})),
            "to[1]: is the id of a group or a room; a multicast goes to users (send a push to it)",
        ),
        (
            with(json!({"kind": "push-by-phone", "to": "+81"})),
            "to: must be a SHA-256 digest in 64 lower-case hexadecimal digits (",
        ),
        (
            with(json!({"kind": "broadcast"})),
            "to: does not go with this kind, which picks its own recipients (leave it out)",
        ),
        (
            broad("broadcast", json!({"idempotency_key": 1, "to": null, "channel": ""})),
            "channel: must have 1 to 200 bytes",
        ),
        (
            with(json!({"idempotency_key": 17})),
            "idempotency_key: must be a text (write it in quotes)",
        ),
        (
            with(json!({"idempotency_key": "a\nb"})),
            "idempotency_key: must have 1 to 200 bytes and no control characters (",
        ),
        (
            with(json!({"idempotency_key": "é".repeat(101)})),
            "idempotency_key: must have 1 to 200 bytes and no control characters (",
        ),
        (
            with(json!({"messages": null})),
            "messages: must be a list of 1 to 5 messages (such as [{",
        ),
        (
            with(json!({"messages": vec![json!({"type": "text", "text": "a"}); 6]})),
            "messages: must be a list of 1 to 5 messages (",
        ),
        (
            with(json!({"messages": [{"text": "a"}]})),
            "messages[0]: must be a message with a type (",
        ),
        (
            with(json!({"messages": [{"type": "text"}]})),
            "messages[0].text: must be there (add \"text\" to the message)",
        ),
        (with(text(String::new())), "messages[0].text: must have 1 to 5000 characters and has 0 ("),
        (
            with(text("😀".repeat(2501))),
            "messages[0].text: must have 1 to 5000 characters and has 5002 (LINE counts in UTF-16; ",
        ),
        (
            with(json!({"at": "tomorrow"})),
            "at: is no time (write a time with its offset, such as 2026-12-24T18:00:00+09:00, or a wait, ",
        ),
        (with(json!({"at": "2026-12-24T18:00:00"})), "at: is no time ("),
        (
            with(json!({"at": "2h", "expires": "1h"})),
            "expires: must be later than the time to send it at, or it is never sent (",
        ),
        (
            with(json!({"priority": "urgent"})),
            "priority: is not known (known are high, normal, low)",
        ),
        (
            with(json!({"on_unknown": "keep"})),
            "on_unknown: is not known (known are hold, drop, send-again)",
        ),
        (
            with(json!({"notification_disabled": "true"})),
            "notification_disabled: must be true or false (without quotes)",
        ),
        (with(json!({"tell_outcome": 1})), "tell_outcome: must be true or false (without quotes)"),
        (with(json!({"unit": "a-b"})), "unit: must have 1 to 30 of a-z, A-Z, 0-9 and _ ("),
        (
            broad("broadcast", json!({"unit": "a"})),
            "unit: goes with a push or a multicast only (leave it out)",
        ),
        (
            with(json!({"delivery_tag": "sixteen_of_ascii"})),
            "delivery_tag: goes with a push-by-phone only (leave it out)",
        ),
        (
            with(json!({"filter": {}})),
            "recipient, filter and limit: go with a narrowcast only (leave them out)",
        ),
        (
            broad("narrowcast", json!({"filter": {"demographics": {}}})),
            "filter: must have demographic (",
        ),
        (
            broad(
                "narrowcast",
                json!({"filter": {"demographic": {"type": "age", "gt": "age_20"}}}),
            ),
            "filter.demographic.gt: is no field that belongs here (known are type, gte, lt)",
        ),
        (
            broad(
                "narrowcast",
                json!({"filter": {"demographic": {"type": "operator", "and": [{"type": "sex"}]}}}),
            ),
            "filter.demographic.and[0].type: is not known (known are gender, age, ",
        ),
        (
            broad("narrowcast", json!({"recipient": {"type": "operator"}})),
            "recipient: must have and, or or, or not (",
        ),
        (
            broad("narrowcast", json!({"limit": {"maximum": 1}})),
            "limit: must have max, upToRemainingQuota or forbidPartialDelivery (",
        ),
        (
            with(json!({"fairness_key": "campaign:1"})),
            "fairness_key: must not begin with campaign: because the keys of campaigns do (",
        ),
        (
            with(json!({"order_key": ""})),
            "order_key: must have 1 to 200 bytes and no control characters (",
        ),
        (
            with(json!({"reference": "x".repeat(3000)})),
            "reference: must have at most 2000 bytes and 127 levels as JSON (",
        ),
    ] {
        let (code, found) = refusal(&client, &send.to_string()).await;
        assert!(found.starts_with(told), "{send}\n{found}\n{told}");
        assert_eq!(code, "22023", "{send}");
    }
    let (code, _) =
        refusal(&client, &with(json!({"at": "2026-02-30T18:00:00Z"})).to_string()).await;
    assert_eq!(code, "22008");
    let unnamed = json!({"kind": "broadcast", "messages": [{"type": "text", "text": "hello"}]});
    let (_, told) = refusal(&client, &unnamed.to_string()).await;
    assert!(
        told.starts_with(
            "idempotency_key: must be set, so that what goes to many is never sent twice"
        ),
        "{told}"
    );
    assert_eq!(outbox.overview().await.unwrap().deliveries, []);

    let named = with(json!({"idempotency_key": "order-17"}));
    assert_eq!(enqueue(cluster, &name, &json!([named, named]).to_string()).lines().count(), 2);
    let mut other = named.clone();
    other["messages"][0]["text"] = "bye".into();
    let (code, told) = refusal(&client, &other.to_string()).await;
    assert_eq!(code, "23505");
    assert!(
        told.starts_with("idempotency_key: it already stands for another send (delivery "),
        "{told}"
    );
}

/// A program that enqueues needs no right to read what others have enqueued.
#[tokio::test]
async fn each_needs_few_rights() {
    let Some(cluster) = Cluster::own() else { return };
    let (name, _, owners) = database(&cluster).await;
    let (_sim, line) = line().await;
    let tables =
        "SELECT string_agg(tablename, ', ') FROM pg_tables WHERE tablename LIKE 'hikyaku%'";
    let tables = cluster.sql(&name, tables);
    for sql in [
        "CREATE ROLE shop LOGIN",
        "CREATE ROLE reader LOGIN",
        "CREATE ROLE worker LOGIN",
        "CREATE ROLE program LOGIN",
        "GRANT SELECT, INSERT ON hikyaku_delivery TO program",
        "GRANT SELECT ON hikyaku_meta TO program",
        "GRANT EXECUTE ON FUNCTION hikyaku_enqueue_v1(jsonb) TO shop",
        "GRANT SELECT ON hikyaku_delivery_v1, hikyaku_campaign_v1 TO reader",
        &format!("GRANT SELECT, INSERT, UPDATE, DELETE ON {tables} TO worker"),
    ] {
        cluster.sql(&name, sql);
    }
    let url = |role: &str| format!("postgres://{role}@/{name}?host={}", cluster.host().display());
    let (shop, reader) = (client(&url("shop")).await, client(&url("reader")).await);
    let sql = "SELECT id, existing FROM hikyaku_enqueue_v1($1::text::jsonb)";
    let row = shop.query_one(sql, &[&push().to_string()]).await.unwrap();
    assert!(!row.get::<_, bool>(1));
    shop.query("SELECT hikyaku_wake_v1()", &[]).await.unwrap();
    for (client, sql) in [
        (&shop, "SELECT * FROM hikyaku_delivery"),
        (&shop, "SELECT * FROM hikyaku_delivery_v1"),
        (&reader, "SELECT * FROM hikyaku_delivery"),
        (&reader, "SELECT * FROM hikyaku_enqueue_v1('[]')"),
    ] {
        let refused = client.query(sql, &[]).await.unwrap_err();
        assert_eq!(refused.code().unwrap().code(), "42501", "{sql}");
    }
    let worker = Outbox::open(url("worker")).await.unwrap();
    let worker = worker.worker().channel("default", line).limits(Limits::none()).until_idle();
    assert_eq!(worker.run(std::future::pending()).await.unwrap().accepted, 1);
    let seen =
        reader.query_one("SELECT state, recipients FROM hikyaku_delivery_v1", &[]).await.unwrap();
    assert_eq!((seen.get(0), seen.get(1)), ("accepted", 1));
    assert_eq!(owners.overview().await.unwrap().count(State::Accepted), 1);

    let program = Outbox::open(url("program")).await.unwrap();
    program.enqueue(NewDelivery::push(user(2), "hello")).await.unwrap();
    let cancelled = program.cancel(hikyaku_sender::DeliveryId::from(1)).await.unwrap_err();
    assert!(cancelled.to_string().contains("permission denied"), "{cancelled}");

    // What another puts in the way of the tables is not what the function takes.
    shop.batch_execute("CREATE TEMP TABLE hikyaku_delivery (id bigint); CREATE TEMP TABLE hikyaku_meta (moved_to text)").await.unwrap();
    shop.query_one(sql, &[&push().to_string()]).await.unwrap();
    assert_eq!(owners.overview().await.unwrap().count(State::Ready), 2);
}

#[tokio::test]
async fn the_views_say_what_lists_say() {
    let Some(cluster) = Cluster::shared() else { return };
    let (name, _, outbox) = database(cluster).await;
    let campaign = outbox.new_campaign("hello").idempotency_key("spring").start().await.unwrap();
    campaign.feed_ids((0..3).map(user)).await.unwrap();
    outbox.enqueue_all(corpus()).await.unwrap();
    let states = "UPDATE hikyaku_delivery SET state = (ARRAY[0, 1, 3, 4, 5, 6, 7, 8, 9])[id % 9 + 1] WHERE kind <> 4";
    cluster.sql(&name, states);
    let seen = cluster.sql(&name, "SELECT json_agg(it ORDER BY id) FROM hikyaku_delivery_v1 AS it");
    let seen: Vec<Value> = serde_json::from_str(&seen).unwrap();
    assert!(seen.len() > State::ALL.len());
    for it in &seen {
        let id = hikyaku_sender::DeliveryId::from(it["id"].as_i64().unwrap());
        let listed = outbox.show(id).await.unwrap().unwrap();
        assert_eq!(it["state"], listed.state.name(), "{it}");
        assert_eq!(it["kind"], hikyaku_sender::Lane::of(listed.kind).name(), "{it}");
        assert_eq!(it["channel"], listed.channel, "{it}");
        assert_eq!(it["reference"], listed.reference.unwrap_or_default(), "{it}");
        assert_eq!(it["order_key"], json!(listed.order_key), "{it}");
        assert_eq!(it["fairness_key"], json!(listed.fairness_key), "{it}");
        if it["kind"] == "reply" {
            assert_eq!(it["recipient_ids"], Value::Null);
        } else {
            assert_eq!(it["recipient_ids"], json!(listed.to), "{it}");
        }
    }
    let token = "nHuyWiB7yP5Zw52FIkcQobQuGDXCTA";
    assert!(!seen.iter().any(|it| it.to_string().contains(token)));
    let state =
        "SELECT state, total, list_is_read, created_at > '2020-01-01' FROM hikyaku_campaign_v1";
    assert_eq!(cluster.sql(&name, state), "running|3|t|t");
    campaign.cancel().await.unwrap();
    assert!(cluster.sql(&name, state).starts_with("cancelled|"));
}

#[tokio::test]
async fn one_reference_makes_no_view_unreadable() {
    let Some(cluster) = Cluster::shared() else { return };
    let (name, _, outbox) = database(cluster).await;
    for reference in [json!({ "note": "a\0b" }), json!("\\u0000"), json!("\\\0"), json!(7)] {
        let push = hikyaku_sender::NewDelivery::push(user(1), "hi").reference(reference);
        outbox.enqueue(push).await.unwrap();
    }
    let seen = "SELECT json_agg(reference ORDER BY id) FROM hikyaku_delivery_v1";
    let seen: Value = serde_json::from_str(&cluster.sql(&name, seen)).unwrap();
    // PostgreSQL's JSON has no U+0000.
    assert_eq!(seen, json!([null, "\\u0000", null, 7]));
}

/// PostgreSQL lets transactions that notify commit only one after the other.
#[tokio::test]
async fn only_a_wake_notifies() {
    let Some(cluster) = Cluster::shared() else { return };
    let (name, _, _outbox) = database(cluster).await;
    let send = quoted(&push().to_string());
    let told = |sql: &str| {
        cluster.sql(&name, &format!("LISTEN hikyaku; {sql}")).contains("Asynchronous notification")
    };
    assert!(!told(&format!("SELECT hikyaku_enqueue_v1({send})")));
    assert!(told("SELECT hikyaku_wake_v1()"));
}

/// What the two programs of a shop are to come to.
async fn orders(outbox: &Outbox) {
    let (sim, line) = line().await;
    let worker = outbox.worker().channel("default", line).limits(Limits::none()).until_idle();
    assert_eq!(worker.run(std::future::pending()).await.unwrap().accepted, 1);
    assert_eq!(sim.delivered(), 1);
    let user = "U4af4980629000000000000000000000a";
    let again = NewDelivery::push(user, "order 1 is on its way").idempotency_key("order-1");
    assert!(outbox.enqueue(again).await.unwrap().existing);
}

#[tokio::test]
async fn a_python_program_commits_an_order_and_its_notification_together() {
    let Some(cluster) = Cluster::shared() else { return };
    let Some(python) = python() else { return };
    let (name, _, outbox) = database(cluster).await;
    let place = format!("user=postgres dbname={name} host={}", cluster.host().display());
    let mut program = Command::new(python);
    program.arg(here("order.py")).arg(place);
    let said = said(program).await;
    let id = &said["first"][0];
    assert_eq!(said["first"], json!([id, false]));
    assert_eq!(said["again"], json!(vec![json!([id, true]); 12]));
    let hint = "such as [{\"type\": \"text\", \"text\": \"hello\"}]";
    assert_eq!(said["refused"], json!(["messages: must be a list of 1 to 5 messages", hint]));
    let conflict = format!("idempotency_key: it already stands for another send (delivery {id})");
    assert_eq!(said["conflict"], conflict);
    assert_eq!(said["seen"], json!([["ready"]]));
    orders(&outbox).await;
}

#[tokio::test]
async fn a_node_program_commits_an_order_and_its_notification_together() {
    let Some(cluster) = Cluster::shared() else { return };
    let Some(folder) = node() else { return };
    let (name, _, outbox) = database(cluster).await;
    let place = json!({"user": "postgres", "database": name, "host": cluster.host()});
    let mut program = Command::new("node");
    program.arg("order.mjs").arg(place.to_string()).current_dir(folder);
    let said = said(program).await;
    let id = &said["first"][0][0];
    assert_eq!(said["again"], json!([[id, true], [id, true]]));
    assert_eq!(
        (&said["refused"]["code"], &said["conflict"]["code"]),
        (&json!("22023"), &json!("23505"))
    );
    assert_eq!(said["refused"]["message"], "prioritty: is no field that belongs here");
    orders(&outbox).await;
}

/// Runs a program, and reads the JSON that it prints.
pub(crate) async fn said(mut program: Command) -> Value {
    let output = tokio::task::spawn_blocking(move || program.output().unwrap()).await.unwrap();
    assert!(output.status.success(), "{}", stderr(&output));
    serde_json::from_slice(&output.stdout).unwrap()
}

pub(crate) fn here(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/sql").join(name)
}

/// A Python that has psycopg; nothing where that is not possible here and need not be.
pub(crate) fn python() -> Option<PathBuf> {
    let wanted = std::fs::read(here("requirements.txt")).unwrap();
    let to = Path::new(env!("CARGO_TARGET_TMPDIR")).join("python");
    let (python, installed) = (to.join("bin/python"), to.join("installed.txt"));
    let lock = std::fs::File::create(to.with_extension("lock")).unwrap();
    lock.lock().unwrap();
    if std::fs::read(&installed).is_ok_and(|installed| installed == wanted) {
        return Some(python);
    }
    let mut made = Command::new("python3");
    made.args(["-m", "venv"]).arg(&to);
    let mut psycopg = Command::new(&python);
    psycopg.args(["-m", "pip", "install", "-q", "-r"]).arg(here("requirements.txt"));
    for command in [&mut made, &mut psycopg] {
        if let Err(why) = done(command) {
            return skip("HIKYAKU_TEST_PYTHON", &why);
        }
    }
    std::fs::write(installed, wanted).unwrap();
    Some(python)
}

/// A folder with the program and pg; nothing where that is not possible here and need not be.
fn node() -> Option<PathBuf> {
    let wanted = std::fs::read(here("package-lock.json")).unwrap();
    let to = Path::new(env!("CARGO_TARGET_TMPDIR")).join("pg");
    std::fs::create_dir_all(&to).unwrap();
    let installed = to.join("installed.json");
    let lock = std::fs::File::create(to.join("lock")).unwrap();
    lock.lock().unwrap();
    for name in ["order.mjs", "package.json", "package-lock.json"] {
        std::fs::copy(here(name), to.join(name)).unwrap();
    }
    if std::fs::read(&installed).is_ok_and(|installed| installed == wanted) {
        return Some(to);
    }
    let mut npm = Command::new("npm");
    npm.args(["ci", "--no-audit", "--no-fund", "--ignore-scripts"]).current_dir(&to);
    if let Err(why) = done(&mut npm) {
        return skip("HIKYAKU_TEST_NODE", &why);
    }
    std::fs::write(installed, wanted).unwrap();
    Some(to)
}

/// Why it did not work, if so.
fn done(command: &mut Command) -> Result<(), String> {
    match command.stdin(Stdio::null()).output() {
        Ok(output) if output.status.success() => Ok(()),
        Ok(output) => Err(format!("{command:?} failed: {}", stderr(&output))),
        Err(why) => Err(format!("{command:?} failed: {why}")),
    }
}

fn skip(variable: &str, why: &str) -> Option<PathBuf> {
    assert_ne!(
        std::env::var(variable).as_deref(),
        Ok("required"),
        "{variable} demands it, but {why}"
    );
    crate::tell(&format!("skipped: {why}"));
    None
}

fn stderr(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}
