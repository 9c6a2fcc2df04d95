use std::time::Duration;

use hikyaku_sim::{ClockMode, MembershipPlan, Sim};
use serde_json::{Value, json};

use crate::http::{control, get};

async fn start() -> Sim {
    let start = "2026-08-01T00:00:00Z".parse().unwrap();
    Sim::builder().clock(ClockMode::Fixed(start)).start().await.unwrap()
}

#[tokio::test]
async fn a_plan_is_joined_billed_and_left() {
    let sim = start().await;
    let hana = sim.add_friend();
    get(&sim, "/v2/bot/membership/list")
        .await
        .is(404, r#"{"message":"Membership plan not found"}"#);
    let plan = MembershipPlan {
        description: "You will receive messages and photos every Saturday.".into(),
        benefits: vec!["Members Only Messages".into(), "Members Only Photos".into()],
        ..MembershipPlan::default()
    };
    let id = sim.add_membership(plan);
    assert!(sim.join_membership(&hana, id));
    assert!(!sim.join_membership(&hana, id));
    let mut of_plan = json!({
        "membershipId": id, "title": "Basic Plan",
        "description": "You will receive messages and photos every Saturday.",
        "benefits": ["Members Only Messages", "Members Only Photos"],
        "price": 500.0, "currency": "JPY",
    });
    let subscription = async || get(&sim, &format!("/v2/bot/membership/subscription/{hana}")).await;
    let user = |next: &str, months: i32| {
        json!({
            "membershipNo": 1, "joinedTime": 1_785_542_400, "nextBillingDate": next,
            "totalSubscriptionMonths": months,
        })
    };
    let subscribed =
        |user: Value| json!({ "subscriptions": [{ "membership": of_plan, "user": user }] });
    assert_eq!(subscription().await.json(), subscribed(user("2026-09-01", 1)));
    sim.advance(Duration::from_secs(31 * 24 * 60 * 60));
    assert_eq!(subscription().await.json(), subscribed(user("2026-10-01", 2)));
    // What begins with the clock is renewed as one month, and what is renewed before is one more.
    assert!(sim.renew_membership(&hana, id));
    assert_eq!(subscription().await.json(), subscribed(user("2026-10-01", 2)));
    assert!(sim.renew_membership(&hana, id));
    assert_eq!(subscription().await.json(), subscribed(user("2026-11-01", 3)));
    for (name, value) in [
        ("memberCount", json!(1)),
        ("memberLimit", Value::Null),
        ("isInAppPurchase", json!(true)),
        ("isPublished", json!(true)),
    ] {
        of_plan[name] = value;
    }
    let list = get(&sim, "/v2/bot/membership/list").await.json();
    assert_eq!(list, json!({ "memberships": [of_plan] }));
    assert!(sim.leave_membership(&hana, id));
    subscription().await.is(404, r#"{"message":"Not found"}"#);
    get(&sim, "/v2/bot/membership/subscription/U1")
        .await
        .is(400, r#"{"message":"The value for the 'userId' parameter is invalid"}"#);
}

#[tokio::test]
async fn members_are_listed_who_are_friends() {
    let sim = start().await;
    let added = control(&sim, "POST", "/memberships", r#"{"title":"Gold","memberLimit":3}"#).await;
    let id = added.json()["membershipId"].as_u64().unwrap();
    let friends = sim.add_friends(4);
    for (index, user) in friends.iter().enumerate() {
        let path = format!("/memberships/{id}/members/{user}");
        let joined = control(&sim, "PUT", &path, "").await;
        assert_eq!(joined.json(), json!({ "changed": index < 3 }));
    }
    sim.block(&friends[1]);
    let path = format!("/v2/bot/membership/{id}/users/ids");
    get(&sim, &path).await.is(200, &json!({ "userIds": [friends[0], friends[2]] }).to_string());
    let first = get(&sim, &format!("{path}?limit=1")).await.json();
    assert_eq!(first["userIds"], json!([friends[0]]));
    let next = first["next"].as_str().unwrap();
    let second = get(&sim, &format!("{path}?limit=1&start={next}")).await.json();
    assert_eq!(second, json!({ "userIds": [friends[2]] }));
    assert_eq!(get(&sim, &format!("{path}?limit=1000")).await.status, 200);
    assert_eq!(get(&sim, &format!("{path}?limit=1001")).await.status, 400);
    get(&sim, &format!("{path}?start=x")).await.is(400, r#"{"message":"Invalid start param"}"#);
    for unknown in ["9999", "x"] {
        get(&sim, &format!("/v2/bot/membership/{unknown}/users/ids"))
            .await
            .is(404, r#"{"message":"Membership ID is not found"}"#);
    }
    let none = control(&sim, "PUT", &format!("/memberships/1/members/{}", friends[0]), "").await;
    assert_eq!(none.status, 404);
}
