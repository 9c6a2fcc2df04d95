use hikyaku_sim::{Host, Sim};

use crate::http::{call, get, send};

/// The operations of the client's table, as `docs/coverage.md` has them: the test that writes that page fails when it is
/// stale.
fn operations() -> Vec<(&'static str, &'static str, &'static str)> {
    let page = include_str!("../../../../docs/coverage.md");
    let rows = page.lines().filter_map(|line| {
        let cells: Vec<&str> = line.split('|').map(str::trim).collect();
        match cells.as_slice() {
            ["", _, method, host, path, _, ""] if path.starts_with("`/") => {
                Some((*method, *host, path.trim_matches('`')))
            }
            _ => None,
        }
    });
    rows.collect()
}

#[tokio::test]
async fn every_operation_of_the_client_is_served() {
    let sim = Sim::start().await.unwrap();
    let operations = operations();
    assert_eq!(operations.len(), 125);
    for (method, host, path) in operations {
        let url = if host == "api-data.line.me" { sim.data_url() } else { sim.api_url() };
        // Without a token, a path that is there is refused for that, or for its missing parameters.
        let answer = send(&url, method, &path.replace(['{', '}'], ""), &[], b"").await.unwrap();
        let served = [200, 400, 401].contains(&answer.status);
        assert!(served, "{method} {path}: {} {}", answer.status, answer.text());
    }
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
    assert_eq!(call(&sim, "POST", "/v2/bot/membership/list", "").await.status, 405);
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
