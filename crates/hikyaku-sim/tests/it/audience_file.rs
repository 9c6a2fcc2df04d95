//! Audiences by file, by what people did with messages, and of others.

use std::time::Duration;

use hikyaku_model::UserId;
use hikyaku_sim::{Audience, ClockMode, Sim};
use serde_json::{Value, json};

use crate::http::{Answer, bearer, call, control, get, post, send};

const BY_FILE: &str = "/v2/bot/audienceGroup/upload/byFile";
const NOT_FOUND: &str =
    r#"{"message":"audience group not found","details":[{"message":"AUDIENCE_GROUP_NOT_FOUND"}]}"#;

async fn start() -> Sim {
    let start = "2026-08-01T00:00:00Z".parse().unwrap();
    Sim::builder().clock(ClockMode::Fixed(start)).rate_limits(false).start().await.unwrap()
}

async fn upload(
    sim: &Sim,
    method: &str,
    fields: &[(&str, &str)],
    media: &str,
    file: &str,
) -> Answer {
    let mut body = String::new();
    for (name, value) in fields {
        let head = format!("Content-Disposition: form-data; name=\"{name}\"");
        body.extend(["--b\r\n", &*head, "\r\n\r\n", value, "\r\n"]);
    }
    let head = "Content-Disposition: form-data; name=\"file\"; filename=\"a.txt\"";
    body.extend(["--b\r\n", head, "\r\nContent-Type: ", media, "\r\n\r\n", file, "\r\n--b--\r\n"]);
    let bearer = bearer(sim);
    let headers =
        [("authorization", &*bearer), ("content-type", "multipart/form-data; boundary=b")];
    send(&sim.data_url(), method, BY_FILE, &headers, body.as_bytes()).await.unwrap()
}

fn lines(users: &[UserId]) -> String {
    users.iter().flat_map(|user| [user.as_str(), "\r\n"]).collect()
}

async fn audience(sim: &Sim, id: i64) -> Value {
    get(sim, &format!("/v2/bot/audienceGroup/{id}")).await.json()["audienceGroup"].clone()
}

#[tokio::test]
async fn a_file_makes_an_audience_and_another_adds_to_it() {
    let sim = start().await;
    let friends = sim.add_friends(3);
    let fields = [("description", "audienceGroupName_01")];
    let made = upload(&sim, "POST", &fields, "text/plain", &lines(&friends[..2])).await;
    let id = made.json()["audienceGroupId"].as_i64().unwrap();
    let expected = json!({
        "audienceGroupId": id, "createRoute": "MESSAGING_API", "type": "UPLOAD",
        "description": "audienceGroupName_01", "created": 1_785_542_400, "permission": "READ_WRITE",
        "expireTimestamp": 1_785_542_400 + 180 * 86_400, "isIfaAudience": false,
    });
    assert_eq!((made.status, made.json()), (202, expected));
    let number = id.to_string();
    let fields = [("audienceGroupId", &*number), ("uploadDescription", "fileName")];
    let more =
        upload(&sim, "PUT", &fields, "text/plain; charset=utf-8", &lines(&friends[1..])).await;
    more.is(202, "{}");
    let found = get(&sim, &format!("/v2/bot/audienceGroup/{id}")).await.json();
    assert_eq!(
        (&found["audienceGroup"]["status"], &found["audienceGroup"]["audienceCount"]),
        (&json!("READY"), &json!(3))
    );
    assert_eq!(found["jobs"][0]["description"], "fileName");

    let invalid = r#"{"message":"UPLOAD_AUDIENCE_GROUP_INVALID_AUDIENCE_ID_FORMAT","details":[{"message":"UPLOAD_AUDIENCE_GROUP_INVALID_AUDIENCE_ID_FORMAT","property":"file"}]}"#;
    upload(&sim, "PUT", &fields, "text/plain", "U1\n").await.is(400, invalid);
    upload(&sim, "PUT", &fields, "text/csv", &lines(&friends)).await.is_status(415);
    let unknown = [("audienceGroupId", "1")];
    upload(&sim, "PUT", &unknown, "text/plain", &lines(&friends)).await.is(400, NOT_FOUND);
    sim.advance(Duration::from_secs(180 * 86_400));
    assert_eq!(audience(&sim, id).await["status"], "EXPIRED");
    let late = upload(&sim, "PUT", &fields, "text/plain", &lines(&friends)).await;
    let code = &late.json()["details"][0]["message"];
    assert_eq!(code, "AUDIENCE_GROUP_CAN_NOT_UPLOAD_STATUS_EXPIRED");
}

#[tokio::test]
async fn a_file_has_lines_limits() {
    let sim = start().await;
    let friends = sim.add_friends(1);
    let name = [("description", "a")];
    let code = |answer: &Answer| answer.json()["details"][0]["message"].clone();
    let long = "x".repeat(121);
    upload(&sim, "POST", &[("description", &*long)], "text/plain", &lines(&friends)).await.is(
        400,
        r#"{"message":"size over audienceGroupName","details":[{"message":"AUDIENCE_GROUP_NAME_SIZE_OVER"}]}"#,
    );
    for (description, code_of) in
        [(" ", "AUDIENCE_GROUP_NAME_EMPTY"), ("a\tb", "AUDIENCE_GROUP_NAME_WRONG")]
    {
        let fields = [("description", description)];
        let refused = upload(&sim, "POST", &fields, "text/plain", &lines(&friends)).await;
        assert_eq!((refused.status, code(&refused)), (400, json!(code_of)));
    }
    let empty = upload(&sim, "POST", &name, "text/plain", "\n\n").await;
    assert_eq!(code(&empty), "UPLOAD_AUDIENCE_GROUP_NO_VALID_AUDIENCE_IDS");
    // Larger than what other requests may be.
    let id = format!("{}\n", friends[0]);
    let most = upload(&sim, "POST", &name, "text/plain", &id.repeat(1_500_000)).await;
    assert_eq!(most.status, 202, "{}", most.text());
    let more = upload(&sim, "POST", &name, "text/plain", &id.repeat(1_500_001)).await;
    assert_eq!(code(&more), "UPLOAD_AUDIENCE_GROUP_TOO_MANY_AUDIENCE_IDS");
    let ifa = [("description", "a"), ("isIfaAudience", "true")];
    assert_eq!(upload(&sim, "POST", &ifa, "text/plain", "8d1a\n").await.status, 202);
    let bearer = bearer(&sim);
    for content_type in ["text/plain", "multipart/form-data", "multipart/form-data; boundary=c"] {
        let headers = [("authorization", &*bearer), ("content-type", content_type)];
        let broken = send(&sim.data_url(), "POST", BY_FILE, &headers, b"--b--").await.unwrap();
        assert_eq!(broken.status, 400, "{content_type}");
    }
}

#[tokio::test]
async fn an_audience_is_made_of_who_saw_or_opened_a_message() {
    let sim = start().await;
    sim.add_friends(60);
    let broadcast = async || {
        let before = sim.outbox().len();
        let body = json!({ "messages": [{ "type": "text", "text": "https://a.example/ https://b.example/" }] });
        let sent = post(&sim, "/v2/bot/message/broadcast", &body.to_string()).await;
        (sent.request_id().to_owned(), sim.outbox().split_off(before))
    };
    let create = async |kind: &str, body: Value| {
        post(&sim, &format!("/v2/bot/audienceGroup/{kind}"), &body.to_string()).await
    };
    let (id, deliveries) = broadcast().await;
    for (index, delivery) in deliveries.iter().enumerate() {
        sim.see(delivery);
        if index < 50 {
            sim.open(delivery, "https://a.example/");
        }
        if index >= 49 {
            sim.open(delivery, "https://b.example/");
        }
    }
    let by_url = json!({ "description": "a", "requestId": id, "clickUrl": "https://a.example/" });
    let made = create("click", by_url.clone()).await;
    let audience_id = made.json()["audienceGroupId"].as_i64().unwrap();
    let mut expected = json!({
        "audienceGroupId": audience_id, "createRoute": "MESSAGING_API", "type": "CLICK",
        "description": "a", "created": 1_785_542_400, "permission": "READ_WRITE",
        "expireTimestamp": 1_785_542_400 + 180 * 86_400, "isIfaAudience": false, "requestId": id,
        "clickUrl": "https://a.example/",
    });
    assert_eq!((made.status, made.json()), (202, expected.clone()));
    let found = audience(&sim, audience_id).await;
    expected["status"] = "READY".into();
    expected["audienceCount"] = 50.into();
    assert_eq!(found, expected);
    let code = |answer: &Answer| answer.json()["details"][0]["message"].clone();
    assert_eq!(code(&create("click", by_url).await), "AUDIENCE_GROUP_REQUESTID_DUPLICATE");
    // Eleven people are too few.
    let other = json!({ "description": "b", "requestId": id, "clickUrl": "https://b.example/" });
    let made = create("click", other).await.json();
    let found = audience(&sim, made["audienceGroupId"].as_i64().unwrap()).await;
    assert_eq!(
        (&found["status"], &found["failedType"]),
        (&json!("FAILED"), &json!("AUDIENCE_GROUP_AUDIENCE_INSUFFICIENT"))
    );
    let any = create("click", json!({ "description": "c", "requestId": id })).await.json();
    let any = audience(&sim, any["audienceGroupId"].as_i64().unwrap()).await;
    assert_eq!(any["audienceCount"], 60);
    let seen = create("imp", json!({ "description": "d", "requestId": id })).await;
    let seen_id = seen.json()["audienceGroupId"].as_i64().unwrap();
    assert_eq!((seen.status, seen.json()["type"].clone()), (202, json!("IMP")));
    assert_eq!(audience(&sim, seen_id).await["audienceCount"], 60);
    // A narrowcast can be sent to it.
    let narrowcast = json!({
        "messages": [{ "type": "text", "text": "hello" }],
        "recipient": { "type": "audience", "audienceGroupId": seen_id },
    });
    assert_eq!(post(&sim, "/v2/bot/message/narrowcast", &narrowcast.to_string()).await.status, 202);

    let unknown =
        json!({ "description": "e", "requestId": "bb9744f9-47fa-4a29-941e-1234567890ab" });
    assert_eq!(code(&create("imp", unknown).await), "REQUEST_NOT_FOUND");
    let another = sim.add_channel();
    let foreign = json!({ "description": "e", "requestId": id }).to_string();
    let foreign = post(&another, "/v2/bot/audienceGroup/imp", &foreign).await;
    assert_eq!(code(&foreign), "WRONG_BOT_ID");
    let long = "x".repeat(2001);
    let refused =
        create("click", json!({ "description": "a", "requestId": id, "clickUrl": long })).await;
    assert_eq!(refused.status, 400);
    create("imp", json!({ "description": "x".repeat(121), "requestId": id })).await.is(
        400,
        r#"{"message":"size over audienceGroupName","details":[{"message":"AUDIENCE_GROUP_NAME_SIZE_OVER"}]}"#,
    );

    let (old, _) = broadcast().await;
    sim.advance(Duration::from_secs(60 * 86_400));
    let body = json!({ "description": "f", "requestId": old });
    assert_eq!(create("imp", body).await.status, 202);
    let (old, _) = broadcast().await;
    sim.advance(Duration::from_secs(60 * 86_400 + 1));
    let body = json!({ "description": "f", "requestId": old });
    assert_eq!(code(&create("imp", body).await), "TOO_OLD_MESSAGES");
}

#[tokio::test]
async fn shared_audiences_are_another_accounts() {
    let sim = start().await;
    let users = sim.add_friends(2);
    let shared = Audience { user_ids: users.clone(), ..Audience::default() };
    let id = sim.add_shared_audience(&shared, "LINE Developers");
    let own = sim.add_audience(&Audience { user_ids: users, ..Audience::default() });
    let list = "/v2/bot/audienceGroup/shared/list?page=1&size=40";
    let found = get(&sim, list).await.json();
    let group = json!({
        "audienceGroupId": id, "createRoute": "BUSINESS_MANAGER", "type": "UPLOAD",
        "description": format!("audience {id}"), "status": "READY", "audienceCount": 2,
        "created": 1_785_542_400, "permission": "READ", "isIfaAudience": false,
    });
    let expected = json!({
        "audienceGroups": [group], "hasNextPage": false, "totalCount": 1,
        "readWriteAudienceGroupTotalCount": 0, "page": 1, "size": 40,
    });
    assert_eq!(found, expected);
    let both = get(&sim, &format!("{list}&includesOwnedAudienceGroups=true")).await.json();
    assert_eq!(
        (&both["totalCount"], &both["readWriteAudienceGroupTotalCount"]),
        (&json!(2), &json!(1))
    );
    get(&sim, &list.replace("40", "41")).await.is(
        400,
        r#"{"message":"size: must be less than or equal to 40","details":[{"message":"TOO_HIGH"}]}"#,
    );
    let one = get(&sim, &format!("/v2/bot/audienceGroup/shared/{id}")).await.json();
    assert_eq!(
        one,
        json!({
            "audienceGroup": group, "jobs": [],
            "owner": { "serviceType": "bm", "id": "SIM", "name": "LINE Developers" },
        })
    );
    for unknown in [own.to_string(), "1".into(), "x".into()] {
        get(&sim, &format!("/v2/bot/audienceGroup/shared/{unknown}")).await.is(400, NOT_FOUND);
    }
    let own_list = get(&sim, "/v2/bot/audienceGroup/list?page=1").await.json();
    assert_eq!(own_list["totalCount"], 1);
    let path = format!("/v2/bot/audienceGroup/{id}");
    call(&sim, "DELETE", &path, "").await.is(400, NOT_FOUND);
    let rename = format!("{path}/updateDescription");
    call(&sim, "PUT", &rename, r#"{"description":"mine"}"#).await.is(400, NOT_FOUND);
    let added = control(&sim, "POST", "/audiences/shared", r#"{"owner":"a","audience":{}}"#).await;
    assert_eq!(added.status, 201);
}
