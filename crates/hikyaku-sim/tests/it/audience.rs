use std::time::Duration;

use hikyaku_sim::{Audience, AudienceKind, ClockMode, Sim};
use serde_json::json;

use crate::http::{call, control, get, post};

const UPLOAD: &str = "/v2/bot/audienceGroup/upload";
const NOT_FOUND: &str =
    r#"{"message":"audience group not found","details":[{"message":"AUDIENCE_GROUP_NOT_FOUND"}]}"#;

#[tokio::test]
async fn an_audience_is_made_filled_renamed_and_deleted() {
    let start = "2026-08-01T00:00:00Z".parse().unwrap();
    let sim = Sim::builder().clock(ClockMode::Fixed(start)).start().await.unwrap();
    let friends = sim.add_friends(3);
    let made = json!({ "description": "Tokyo", "audiences": [{ "id": friends[0] }] }).to_string();
    let made = post(&sim, UPLOAD, &made).await;
    let id = made.json()["audienceGroupId"].as_i64().unwrap();
    let mut expected = json!({
        "audienceGroupId": id, "type": "UPLOAD", "description": "Tokyo", "created": 1_785_542_400,
        "permission": "READ_WRITE", "isIfaAudience": false, "createRoute": "MESSAGING_API",
        "expireTimestamp": 1_785_542_400 + 180 * 86_400,
    });
    assert_eq!((made.status, made.json()), (202, expected.clone()));

    let more = json!({
        "audienceGroupId": id, "uploadDescription": "more",
        "audiences": [{ "id": friends[1] }, { "id": friends[2] }],
    });
    call(&sim, "PUT", UPLOAD, &more.to_string()).await.is(202, "{}");
    let path = format!("/v2/bot/audienceGroup/{id}");
    let rename = r#"{"description":"Osaka"}"#;
    call(&sim, "PUT", &format!("{path}/updateDescription"), rename).await.is(200, "{}");
    let found = get(&sim, &path).await.json();
    expected["description"] = "Osaka".into();
    expected["status"] = "READY".into();
    expected["audienceCount"] = 3.into();
    assert_eq!(found["audienceGroup"], expected);
    assert_eq!(found["jobs"].as_array().unwrap().len(), 2);
    assert_eq!(
        (&found["jobs"][0]["description"], &found["jobs"][0]["jobStatus"]),
        (&json!("more"), &json!("FINISHED"))
    );
    assert_eq!(
        (found["jobs"][1].get("description"), found["jobs"][1].get("failedType")),
        (Some(&json!(null)), Some(&json!(null)))
    );
    let list = get(&sim, "/v2/bot/audienceGroup/list?page=1").await.json();
    assert_eq!(list["audienceGroups"], json!([expected]));
    call(&sim, "DELETE", &path, "").await.is(202, "{}");
    for (method, path, body) in [
        ("GET", &*path, ""),
        ("DELETE", &path, ""),
        ("GET", "/v2/bot/audienceGroup/x", ""),
        ("PUT", &format!("{path}/updateDescription"), rename),
        ("PUT", UPLOAD, &more.to_string()),
    ] {
        call(&sim, method, path, body).await.is(400, NOT_FOUND);
    }
}

#[tokio::test]
async fn an_id_stands_in_an_object() {
    let sim = Sim::start().await.unwrap();
    let user = sim.add_friend();
    for bad in [json!([user]), json!(user), json!(null), json!({})] {
        let body = json!({ "description": "a", "audiences": [bad] }).to_string();
        let answer = post(&sim, UPLOAD, &body).await;
        assert_eq!(answer.status, 400, "{body}");
    }
}

#[tokio::test]
async fn the_list_has_pages_and_filters() {
    let sim = Sim::start().await.unwrap();
    let user = sim.add_friend();
    for name in ["Tokyo A", "tokyo b", "Osaka"] {
        let made = json!({ "description": name, "audiences": [{ "id": user }] }).to_string();
        assert_eq!(post(&sim, UPLOAD, &made).await.status, 202);
    }
    assert_eq!(post(&sim, UPLOAD, r#"{"description":"empty"}"#).await.status, 202);
    let names = async |query: &str| {
        let list = get(&sim, &format!("/v2/bot/audienceGroup/list?{query}")).await.json();
        let groups = list["audienceGroups"].as_array().unwrap();
        let names: Vec<_> = groups.iter().map(|group| group["description"].clone()).collect();
        (json!(names), list["hasNextPage"].clone(), list["totalCount"].clone())
    };
    let page = names("page=1&size=3").await;
    assert_eq!(page, (json!(["empty", "Osaka", "tokyo b"]), json!(true), json!(4)));
    assert_eq!(names("page=2&size=3").await, (json!(["Tokyo A"]), json!(false), json!(4)));
    assert_eq!(names("page=1&description=TOKYO").await.2, 2);
    assert_eq!(names("page=1&status=IN_PROGRESS").await.0, json!(["empty"]));
    assert_eq!(names("page=1&createRoute=OA_MANAGER").await.2, 0);
    assert_eq!(names("page=1&createRoute=OA_MANAGER&createRoute=MESSAGING_API").await.2, 4);
    for unknown in ["status=OPEN", "status=ready", "createRoute=API"] {
        let path = format!("/v2/bot/audienceGroup/list?page=1&{unknown}");
        assert_eq!(get(&sim, &path).await.status, 400, "{unknown}");
    }
    let high = r#"{"message":"size: must be less than or equal to 40","details":[{"message":"TOO_HIGH"}]}"#;
    get(&sim, "/v2/bot/audienceGroup/list?page=1&size=41").await.is(400, high);
    assert_eq!(get(&sim, "/v2/bot/audienceGroup/list?page=0").await.status, 400);
}

#[tokio::test]
async fn what_no_audience_can_be_is_refused_with_lines_code() {
    let sim = Sim::start().await.unwrap();
    let many = vec![json!({ "id": "U1" }); 10_001];
    for (body, code) in [
        (json!({}), "AUDIENCE_GROUP_NAME_EMPTY"),
        (json!({ "description": "a".repeat(121) }), "AUDIENCE_GROUP_NAME_SIZE_OVER"),
        (
            json!({ "description": "a", "audiences": [{ "id": "U1" }] }),
            "UPLOAD_AUDIENCE_GROUP_INVALID_AUDIENCE_ID_FORMAT",
        ),
        (
            json!({ "description": "a", "audiences": many }),
            "UPLOAD_AUDIENCE_GROUP_TOO_MANY_AUDIENCE_IDS",
        ),
        (
            json!({ "description": "a", "uploadDescription": "a".repeat(301) }),
            "AUDIENCE_GROUP_UPLOAD_DESCRIPTION_SIZE_OVER",
        ),
    ] {
        let refused = post(&sim, UPLOAD, &body.to_string()).await;
        assert_eq!((refused.status, &refused.json()["details"][0]["message"]), (400, &json!(code)));
    }
    let ifa = json!({ "description": "a", "isIfaAudience": true, "audiences": [{ "id": "8d1a" }] });
    assert_eq!(post(&sim, UPLOAD, &ifa.to_string()).await.status, 202);
}

#[tokio::test]
async fn of_a_few_people_only_uploaded_ids_are_counted() {
    let sim = Sim::start().await.unwrap();
    let friends = sim.add_friends(20);
    for (kind, size, told) in [
        (AudienceKind::Upload, 1, 1),
        (AudienceKind::Click, 19, 0),
        (AudienceKind::Imp, 19, 0),
        (AudienceKind::Click, 20, 20),
    ] {
        let user_ids = friends[..size].to_vec();
        let id = sim.add_audience(&Audience { kind, user_ids, ..Audience::default() });
        let found = get(&sim, &format!("/v2/bot/audienceGroup/{id}")).await.json();
        assert_eq!(found["audienceGroup"]["audienceCount"], told, "{kind:?} {size}");
        assert_eq!(found["jobs"], json!([]));
    }
}

#[tokio::test]
async fn an_audience_takes_ten_uploads_at_a_time() {
    let start = "2026-08-01T00:00:00Z".parse().unwrap();
    let minute = Duration::from_secs(60);
    let builder = Sim::builder().clock(ClockMode::Fixed(start)).audience_job_time(minute);
    let sim = builder.start().await.unwrap();
    let friend = sim.add_friend();
    let made = json!({ "description": "Tokyo", "audiences": [{ "id": friend }] }).to_string();
    let id = post(&sim, UPLOAD, &made).await.json()["audienceGroupId"].as_i64().unwrap();
    let path = format!("/v2/bot/audienceGroup/{id}");
    let add = json!({ "audienceGroupId": id, "audiences": [{ "id": friend }] }).to_string();
    // Creating it was the first.
    for _ in 0..9 {
        call(&sim, "PUT", UPLOAD, &add).await.is(202, "{}");
    }
    let found = get(&sim, &path).await.json();
    assert_eq!(found["audienceGroup"]["status"], "IN_PROGRESS");
    let jobs = found["jobs"].as_array().unwrap();
    assert_eq!(jobs.iter().filter(|job| job["jobStatus"] == "WORKING").count(), 10);
    let words = r#"{"message":"The number of concurrent operations of this audience has been exceeded. Try again later."}"#;
    call(&sim, "PUT", UPLOAD, &add).await.is(429, words);
    // Another audience has its own.
    assert_eq!(post(&sim, UPLOAD, &made).await.status, 202);
    // A state brings the operations back.
    sim.import(&sim.export()).unwrap();
    call(&sim, "PUT", UPLOAD, &add).await.is(429, words);
    sim.advance(minute);
    call(&sim, "PUT", UPLOAD, &add).await.is(202, "{}");
    let found = get(&sim, &path).await.json();
    assert_eq!(found["audienceGroup"]["status"], "READY");
    assert_eq!(found["jobs"][0]["jobStatus"], "WORKING");
    assert_eq!(found["jobs"][1]["jobStatus"], "FINISHED");
}

#[tokio::test]
async fn an_audience_is_gone_a_month_after_it_is_over() {
    let start = "2026-08-01T00:00:00Z".parse().unwrap();
    let sim = Sim::builder().clock(ClockMode::Fixed(start)).start().await.unwrap();
    let id =
        sim.add_audience(&Audience { user_ids: vec![sim.add_friend()], ..Audience::default() });
    let path = format!("/v2/bot/audienceGroup/{id}");
    let days = |days: u64| Duration::from_secs(days * 24 * 60 * 60);
    sim.advance(days(209));
    assert_eq!(get(&sim, &path).await.json()["audienceGroup"]["status"], "EXPIRED");
    sim.advance(days(1));
    get(&sim, &path).await.is(400, NOT_FOUND);
}

#[tokio::test]
async fn a_click_audience_without_a_link_is_of_any() {
    let sim = Sim::builder().narrowcast_minimums(false).start().await.unwrap();
    sim.add_friends(2);
    let body = r#"{"messages":[{"type":"text","text":"https://a.example/ https://b.example/"}]}"#;
    let sent = post(&sim, "/v2/bot/message/broadcast", body).await;
    let outbox = sim.outbox();
    sim.open(&outbox[0], "https://a.example/");
    sim.open(&outbox[1], "https://b.example/");
    let click = json!({ "description": "a", "requestId": sent.request_id(), "clickUrl": "" });
    let made = post(&sim, "/v2/bot/audienceGroup/click", &click.to_string()).await;
    assert_eq!((made.status, made.json().get("clickUrl")), (202, None));
    let groups = control(&sim, "GET", "/audiences", "").await.json();
    assert_eq!(groups["audiences"][0]["users"], 2);
}
