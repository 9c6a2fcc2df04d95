use hikyaku::ErrorKind;

use super::check;
use crate::{react, server::answer};

#[tokio::test]
async fn a_profile() {
    let profile = check(
        r#"{"displayName":"Yama","userId":"U1","pictureUrl":"https://p","language":"ja","new":1}"#,
        async |client| client.profile("U1").await,
        "GET /v2/bot/profile/U1",
    )
    .await
    .into_inner()
    .unwrap();
    assert_eq!((profile.display_name.as_str(), profile.language.as_deref()), ("Yama", Some("ja")));
    assert_eq!(profile.extra.get("new"), Some(&1.into()));
}

#[tokio::test]
async fn a_profile_that_there_is_none_of_is_told_from_a_wrong_address() {
    let none = react(answer(404, r#"{"message":"Not found"}"#), async |client| {
        client.profile("U1").await.unwrap()
    })
    .await;
    assert!(none.is_none());
    assert_eq!((none.http_status().as_u16(), none.request_id()), (404, Some("REQUEST-ID")));

    for page in ["<html>no such page</html>", ""] {
        let page = answer(404, page);
        let error = react(page, async |client| client.profile("U1").await.unwrap_err()).await;
        assert_eq!(error.kind(), ErrorKind::NotFound);
    }
}

#[tokio::test]
async fn an_id_of_another_kind_goes_nowhere() {
    let group = "C0123456789abcdef0123456789abcdef";
    let error = react(answer(200, "{}"), async |client| client.profile(group).await).await;
    let error = error.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Invalid);
    assert_eq!(error.details()[0].property.as_deref(), Some("userId"));
}

#[tokio::test]
async fn an_id_stays_in_its_place() {
    check(
        r#"{"count":3}"#,
        async |client| client.group_member_count("C1/../x?y#z").await,
        "GET /v2/bot/group/C1%2F..%2Fx%3Fy%23z/members/count",
    )
    .await;
}

#[tokio::test]
async fn groups_and_rooms() {
    let summary = check(
        r#"{"groupId":"C1","groupName":"Family","pictureUrl":"https://p"}"#,
        async |client| client.group_summary("C1").await,
        "GET /v2/bot/group/C1/summary",
    )
    .await;
    assert_eq!(summary.group_name, "Family");
    let count = check(
        r#"{"count":3}"#,
        async |client| client.room_member_count("R1").await,
        "GET /v2/bot/room/R1/members/count",
    )
    .await;
    assert_eq!(count.count, 3);
    let member = r#"{"displayName":"Yama","userId":"U1"}"#;
    let in_group = check(
        member,
        async |client| client.group_member_profile("C1", "U1").await,
        "GET /v2/bot/group/C1/member/U1",
    )
    .await;
    assert_eq!(in_group.display_name, "Yama");
    check(
        member,
        async |client| client.room_member_profile("R1", "U1").await,
        "GET /v2/bot/room/R1/member/U1",
    )
    .await;
    check("{}", async |client| client.leave_group("C1").await, "POST /v2/bot/group/C1/leave").await;
    check("{}", async |client| client.leave_room("R1").await, "POST /v2/bot/room/R1/leave").await;
}

#[tokio::test]
async fn an_account_link() {
    let token = check(
        r#"{"linkToken":"NMZTNuVrPTqlr2IF8Bnymkb7rXfYv5EY"}"#,
        async |client| client.issue_link_token("U1").await,
        "POST /v2/bot/user/U1/linkToken",
    )
    .await;
    assert_eq!(
        token.account_link_url("a nonce/+1").unwrap(),
        "https://access.line.me/dialog/bot/accountLink?\
         linkToken=NMZTNuVrPTqlr2IF8Bnymkb7rXfYv5EY&nonce=a%20nonce%2F%2B1"
    );
    assert_eq!(token.account_link_url("short").unwrap_err().kind(), ErrorKind::Invalid);
    assert!(!format!("{token:?}").contains("NMZTNuVr"));
}
