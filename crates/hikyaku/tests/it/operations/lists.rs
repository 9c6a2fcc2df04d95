use futures_util::TryStreamExt;
use hikyaku::{
    Client, ErrorKind, RetryPolicy,
    audience::{AudienceCreateRoute, AudienceStatus},
    model::coupon::CouponStatus,
};

use super::check;
use crate::server::{Server, answer};

#[tokio::test]
async fn a_stream_of_followers_asks_for_page_after_page() {
    let server = Server::start([
        answer(200, r#"{"userIds":["U1","U2"],"next":"a b"}"#),
        answer(200, r#"{"userIds":[],"next":"c"}"#),
        answer(200, r#"{"userIds":["U3"]}"#),
    ])
    .await;
    let client = crate::client(&server);
    let users: Vec<_> = client.followers().limit(2).stream().try_collect().await.unwrap();
    assert_eq!(users, ["U1".into(), "U2".into(), "U3".into()]);
    assert_eq!(
        lines(&server),
        [
            "GET /v2/bot/followers/ids?limit=2",
            "GET /v2/bot/followers/ids?limit=2&start=a%20b",
            "GET /v2/bot/followers/ids?limit=2&start=c",
        ]
    );
}

#[tokio::test]
async fn a_stream_asks_for_nothing_before_it_must_and_ends_at_an_error() {
    let server = Server::start([
        answer(200, r#"{"memberIds":["U1"],"next":"2"}"#),
        answer(400, r#"{"message":"Invalid start param"}"#),
    ])
    .await;
    let client = crate::client(&server);
    let mut members = client.group_members("C1").stream();
    assert_eq!(server.requests().len(), 0);
    assert_eq!(members.next().await.unwrap().unwrap().as_str(), "U1");
    assert_eq!(server.requests().len(), 1);
    let error = members.next().await.unwrap().unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Rejected);
    assert!(members.next().await.is_none());
}

#[tokio::test]
async fn a_list_that_names_no_other_page_ends() {
    for next in ["", "s"] {
        let page = format!(r#"{{"userIds":["U1"],"next":"{next}"}}"#);
        let server = Server::start([answer(200, &page)]).await;
        let client = crate::client(&server);
        let users: Vec<_> = client.followers().start("s").stream().try_collect().await.unwrap();
        assert_eq!(users.len(), 1);
    }
}

#[tokio::test]
async fn a_page_that_fails_for_a_moment_is_asked_for_again() {
    let server = Server::start([answer(500, "{}"), answer(200, r#"{"userIds":["U1"]}"#)]).await;
    let policy = RetryPolicy::default().base_delay(std::time::Duration::ZERO);
    let client = Client::builder("TOKEN").api_base_url(server.url()).retry(policy).build().unwrap();
    let users: Vec<_> = client.followers().stream().try_collect().await.unwrap();
    assert_eq!(users.len(), 1);
}

#[tokio::test]
async fn the_members_of_what_is_no_group_or_room_are_not_asked_for() {
    let server = Server::start([]).await;
    let client = crate::client(&server);
    let [group, room, user] =
        ["C", "R", "U"].map(|kind| kind.to_owned() + &"0123456789abcdef".repeat(2));
    for (result, property) in [
        (client.group_members(&room).await, "groupId"),
        (client.group_members(&user).await, "groupId"),
        (client.room_members(&group).await, "roomId"),
        (client.room_members("").start("s").await, "roomId"),
    ] {
        let error = result.unwrap_err();
        assert_eq!(error.details()[0].property.as_deref(), Some(property), "{error}");
    }
    assert!(client.room_members(&group).stream().next().await.unwrap().is_err());
    assert!(server.requests().is_empty());
}

#[tokio::test]
async fn each_list_has_its_own_address() {
    let members = r#"{"memberIds":["U1"],"next":"n"}"#;
    let page = check(
        members,
        async |client| client.room_members("R1").start("s").await,
        "GET /v2/bot/room/R1/members/ids?start=s",
    )
    .await;
    assert_eq!(page.next.as_deref(), Some("n"));
    check(
        r#"{"userIds":[]}"#,
        async |client| client.membership_users(3189).limit(10).await,
        "GET /v2/bot/membership/3189/users/ids?limit=10",
    )
    .await;
    let coupons = check(
        r#"{"items":[{"couponId":"01J","title":"Ten off"}]}"#,
        async |client| {
            let coupons = client.coupons().status(&CouponStatus::Draft);
            coupons.status(&CouponStatus::Running).limit(5).await
        },
        "GET /v2/bot/coupon?status=DRAFT&status=RUNNING&limit=5",
    )
    .await;
    assert_eq!(coupons.items[0].title, "Ten off");
    check(
        r#"{"customAggregationUnits":["a"]}"#,
        async |client| client.aggregation_units().limit(100).await,
        "GET /v2/bot/message/aggregation/list?limit=100",
    )
    .await;
    check(
        r#"{"bots":[{"userId":"U1","basicId":"@1","displayName":"B"}]}"#,
        async |client| client.module_bots().limit(100).await,
        "GET /v2/bot/list?limit=100",
    )
    .await;
}

#[tokio::test]
async fn audiences_are_listed_by_the_number_of_the_page() {
    let page = |page: u64, more: bool| {
        format!(
            r#"{{"audienceGroups":[{{"audienceGroupId":{page},"type":"UPLOAD","description":"d","status":"READY"}}],"hasNextPage":{more},"page":{page}}}"#
        )
    };
    let server = Server::start([answer(200, &page(1, true)), answer(200, &page(2, false))]).await;
    let client = crate::client(&server);
    let list = client
        .audiences(true)
        .description("d e")
        .status(&AudienceStatus::Ready)
        .create_route(&AudienceCreateRoute::MessagingApi)
        .size(1);
    let audiences: Vec<_> = list.stream().try_collect().await.unwrap();
    assert_eq!(audiences.iter().map(|a| a.audience_group_id).collect::<Vec<_>>(), [1, 2]);
    let query = "includesExternalPublicGroups=true&description=d%20e&status=READY\
                 &createRoute=MESSAGING_API&size=1";
    assert_eq!(
        lines(&server),
        [
            format!("GET /v2/bot/audienceGroup/list?{query}&page=1"),
            format!("GET /v2/bot/audienceGroup/list?{query}&page=2"),
        ]
    );
}

#[tokio::test]
async fn a_list_ends_at_the_last_page_that_has_a_number() {
    let page = format!(r#"{{"audienceGroups":[],"hasNextPage":true,"page":{}}}"#, u64::MAX);
    let server = Server::start([answer(200, &page)]).await;
    let client = crate::client(&server);
    let audiences: Vec<_> = client.audiences(true).stream().try_collect().await.unwrap();
    assert!(audiences.is_empty());
}

fn lines(server: &Server) -> Vec<String> {
    let requests = server.requests();
    requests
        .iter()
        .map(|request| request.head.split_once(" HTTP/1.1").unwrap().0.to_owned())
        .collect()
}
