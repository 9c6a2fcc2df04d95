use hikyaku_sim::{Host, Sim};

use crate::http::{bearer, call, get, send};

const NOT_YET: &str = r#"{"message":"The simulator does not serve this operation yet"}"#;

#[tokio::test]
async fn an_operation_that_is_not_served_is_no_answer_of_lines() {
    let sim = Sim::start().await.unwrap();
    for (method, path) in [
        ("POST", "/liff/v1/apps"),
        ("GET", "/v2/bot/insight/followers?date=20260801"),
        ("GET", "/v2/bot/membership/list"),
        ("POST", "/v2/bot/audienceGroup/click"),
        ("GET", "/v2/bot/audienceGroup/shared/list"),
    ] {
        let answer = call(&sim, method, path, "").await;
        answer.is(501, NOT_YET);
        assert!(!answer.headers.contains_key("x-line-request-id"), "{path}");
    }
    let log = sim.requests();
    let hint = log[0].hint.as_deref();
    assert_eq!(hint, Some("the simulator does not serve POST /liff/v1/apps yet"));
    let by_file = "/v2/bot/audienceGroup/upload/byFile";
    let data = sim.data_url();
    let token = bearer(&sim);
    let answer = send(&data, "PUT", by_file, &[("authorization", &token)], b"").await.unwrap();
    answer.is(501, NOT_YET);
}

#[tokio::test]
async fn what_line_has_not_either_stays_lines_404() {
    let sim = Sim::start().await.unwrap();
    for path in ["/v2/bot/insight", "/v2/bot/membership/lists", "/liff/v2/apps", "/x"] {
        let answer = get(&sim, path).await;
        answer.is(404, r#"{"message":"Not found"}"#);
        assert!(answer.headers.contains_key("x-line-request-id"));
    }
    let by_file = call(&sim, "POST", "/v2/bot/audienceGroup/upload/byFile", "").await;
    by_file.is(404, r#"{"message":"Not found"}"#);
    let log = sim.requests();
    let hint = log[1].hint.as_deref();
    assert_eq!(hint, Some("unknown path; did you mean /v2/bot/membership/list?"));
    let hint = log[4].hint.as_deref();
    let elsewhere = "/v2/bot/audienceGroup/upload/byFile is served by the data listener, as by api-data.line.me";
    assert_eq!(hint, Some(elsewhere));
    assert_eq!(call(&sim, "POST", "/v2/bot/membership/list", "").await.status, 404);
}

#[tokio::test]
async fn one_listener_serves_the_paths_of_both_hosts_when_asked_to() {
    let sim = Sim::builder().one_listener().start().await.unwrap();
    assert_eq!(sim.api_url(), sim.data_url());
    let friend = sim.add_friend();
    let said = sim.user_sends(&friend, hikyaku_sim::UserMessage::image(&b"\x89PNG\r\n\x1a\n"[..]));
    let path = format!("/v2/bot/message/{}/content", said.message_id);
    assert_eq!(get(&sim, &path).await.body, b"\x89PNG\r\n\x1a\n");
    assert_eq!(get(&sim, "/v2/bot/info").await.status, 200);
    assert!(sim.requests().iter().all(|request| request.host == Host::Api));
    assert_eq!(get(&sim, "/v2/bot/info/").await.status, 404);
}
