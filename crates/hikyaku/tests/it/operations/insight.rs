use hikyaku::insight::{Gender, InsightStatus};

use super::check;
use crate::day;

#[tokio::test]
async fn counts_of_a_day() {
    let deliveries = check(
        r#"{"status":"ready","broadcast":5385,"apiPush":7,"brandNewWay":1}"#,
        async |client| client.message_deliveries(day(2026, 1, 2)).await,
        "GET /v2/bot/insight/message/delivery?date=20260102",
    )
    .await;
    assert_eq!((deliveries.broadcast, deliveries.api_reply), (Some(5385), None));
    assert_eq!(deliveries.extra.get("brandNewWay"), Some(&1.into()));
    let followers = check(
        r#"{"status":"unready"}"#,
        async |client| client.number_of_followers(day(2026, 1, 2)).await,
        "GET /v2/bot/insight/followers?date=20260102",
    )
    .await;
    assert_eq!((&followers.status, followers.followers), (&InsightStatus::Unready, None));
}

#[tokio::test]
async fn demographics() {
    let people = check(
        r#"{"available":true,"genders":[{"gender":"unknown","percentage":37.6},{"gender":"x","percentage":0.1}],"ages":[{"age":"from0to14","percentage":1}]}"#,
        async |client| client.friends_demographics().await,
        "GET /v2/bot/insight/demographic",
    )
    .await;
    let genders = people.genders.as_ref().unwrap();
    assert_eq!(genders[0].gender, Gender::Unknown);
    assert_eq!(genders[1].gender, Gender::Other("x".to_owned()));
}

#[tokio::test]
async fn statistics_of_messages() {
    let statistics = r#"{"overview":{"requestId":"R","timestamp":1568214000,"delivered":32,"uniqueImpression":4,"uniqueClick":null},"messages":[{"seq":1,"impression":18,"mediaPlayed25Percent":null}],"clicks":[{"seq":1,"url":"https://a","click":1}]}"#;
    let of_request = check(
        statistics,
        async |client| client.message_statistics("R").await,
        "GET /v2/bot/insight/message/event?requestId=R",
    )
    .await;
    assert_eq!(of_request.overview.delivered, Some(32));
    assert_eq!(of_request.messages[0].impression, Some(18));
    check(
        statistics,
        async |client| {
            client.statistics_per_unit("promotion_a", day(2026, 1, 2), day(2026, 1, 31)).await
        },
        "GET /v2/bot/insight/message/event/aggregation?customAggregationUnit=promotion_a&from=20260102&to=20260131",
    )
    .await;
}

#[tokio::test]
async fn statistics_of_a_rich_menu() {
    let (from, to) = (day(2026, 1, 2), day(2026, 1, 31));
    let summary = check(
        r#"{"richMenuId":"richmenu-1","impression":{"metrics":{"count":100,"uniqueUsers":40}},"clicks":[{"bounds":{"x":0,"y":0,"width":1,"height":1},"metrics":{"count":9,"uniqueUsers":8}}]}"#,
        async |client| client.rich_menu_summary("richmenu-1", from, to).await,
        "GET /v2/bot/insight/richmenu/richmenu-1/summary?from=20260102&to=20260131",
    )
    .await;
    assert_eq!(summary.impression.as_ref().unwrap().metrics.unique_users, 40);
    let daily = check(
        r#"{"richMenuId":"richmenu-1"}"#,
        async |client| client.rich_menu_daily("richmenu-1", from, to).await,
        "GET /v2/bot/insight/richmenu/richmenu-1/daily?from=20260102&to=20260131",
    )
    .await;
    assert!(daily.impression.is_none());
}
