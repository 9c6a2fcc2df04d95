use hikyaku_sim::Sim;
use serde_json::json;

use crate::http::post;

const MULTICAST: &str = "/v2/bot/message/multicast";

fn hello(to: &[impl AsRef<str>]) -> String {
    let to: Vec<_> = to.iter().map(AsRef::as_ref).collect();
    json!({ "to": to, "messages": [{ "type": "text", "text": "hello" }] }).to_string()
}

#[tokio::test]
async fn a_multicast_reaches_friends_and_passes_over_the_rest() {
    let sim = Sim::start().await.unwrap();
    let friends = sim.add_friends(2);
    let blocked = sim.add_friend();
    sim.block(&blocked);
    let nobody = format!("U{:032x}", u64::MAX).into();
    let to = [friends[0].clone(), blocked, sim.add_user(), nobody, friends[1].clone()];
    post(&sim, MULTICAST, &hello(&to)).await.is(200, "{}");
    let reached: Vec<_> = sim.outbox().into_iter().map(|delivery| delivery.to).collect();
    assert_eq!(reached, friends);
}

#[tokio::test]
async fn a_multicast_takes_500_people_and_no_groups() {
    let sim = Sim::start().await.unwrap();
    let friends = sim.add_friends(501);
    post(&sim, MULTICAST, &hello(&friends[..500])).await.is(200, "{}");
    assert_eq!(sim.delivered(), 500);
    post(&sim, MULTICAST, &hello(&friends)).await.is(
        400,
        r#"{"message":"The request body has 1 error(s)","details":[{"message":"Size must be between 1 and 500","property":"to"}]}"#,
    );
    let group = sim.add_group(&friends[..1]);
    for bad in [group.as_str(), "someone"] {
        post(&sim, MULTICAST, &hello(&[friends[0].as_str(), bad])).await.is(
            400,
            r#"{"message":"The property, to[1], in the request body is invalid (line: -, column: -)"}"#,
        );
    }
    assert_eq!(sim.delivered(), 500);
}

#[tokio::test]
async fn a_broadcast_reaches_all_friends() {
    let sim = Sim::start().await.unwrap();
    let friends = sim.add_friends(3);
    sim.add_user();
    sim.block(&friends[1]);
    let body = r#"{"messages":[{"type":"text","text":"hello"}],"notificationDisabled":true}"#;
    post(&sim, "/v2/bot/message/broadcast", body).await.is(200, "{}");
    let reached: Vec<_> = sim.outbox().into_iter().map(|delivery| delivery.to).collect();
    assert_eq!(reached, [friends[0].clone(), friends[2].clone()]);
    assert!(sim.outbox()[0].notification_disabled);
}

#[tokio::test]
async fn for_load_everybody_can_be_a_friend_and_counts_outlive_the_messages() {
    let sim = Sim::builder().any_user_is_friend().keep_messages(10).start().await.unwrap();
    let people: Vec<_> = (0..500).map(|number| format!("U{number:032x}")).collect();
    post(&sim, MULTICAST, &hello(&people)).await.is(200, "{}");
    post(&sim, MULTICAST, &hello(&people[7..8])).await.is(200, "{}");
    assert_eq!((sim.delivered(), sim.people_reached(), sim.outbox().len()), (501, 500, 10));
    assert_eq!(sim.delivery_count(&people[0].as_str().into()), 1);
    assert_eq!(sim.duplicates(), [(people[7].as_str().into(), 2)]);
    assert_eq!(sim.outbox()[9].seq, 501);
}
