use hikyaku_sim::{Person, Sim};
use serde_json::json;

use crate::http::{get, post};

const NOT_FOUND: &str = r#"{"message":"Not found"}"#;

#[tokio::test]
async fn followers_come_in_pages_without_those_who_blocked() {
    let sim = Sim::start().await.unwrap();
    let friends = sim.add_friends(5);
    sim.block(&friends[1]);
    let path = "/v2/bot/followers/ids?limit=3";
    let first = get(&sim, path).await.json();
    assert_eq!(first["userIds"], json!([friends[0], friends[2], friends[3]]));
    let next = first["next"].as_str().unwrap();
    get(&sim, &format!("{path}&start={next}"))
        .await
        .is(200, &format!(r#"{{"userIds":["{}"]}}"#, friends[4]));
    get(&sim, "/v2/bot/followers/ids?start=x")
        .await
        .is(400, r#"{"message":"Invalid start param"}"#);
    let invalid = r#"{"message":"The value for the 'limit' parameter is invalid"}"#;
    get(&sim, "/v2/bot/followers/ids?limit=1001").await.is(400, invalid);
}

#[tokio::test]
async fn a_group_tells_of_itself_and_its_members_until_it_is_left() {
    let sim = Sim::start().await.unwrap();
    let user = sim.add_user();
    let hana = sim.add_friend_as(Person { display_name: Some("Hana".into()), ..Person::default() });
    let group = sim.add_group(&[user.clone(), hana.clone()]);
    let path = format!("/v2/bot/group/{group}");
    let summary = format!(r#"{{"groupId":"{group}","groupName":"chat 1"}}"#);
    get(&sim, &format!("{path}/summary")).await.is(200, &summary);
    get(&sim, &format!("{path}/members/count")).await.is(200, r#"{"count":2}"#);
    let ids = format!(r#"{{"memberIds":["{user}","{hana}"]}}"#);
    get(&sim, &format!("{path}/members/ids")).await.is(200, &ids);
    let profile = format!(r#"{{"displayName":"Hana","userId":"{hana}"}}"#);
    get(&sim, &format!("{path}/member/{hana}")).await.is(200, &profile);
    let stranger = sim.add_user();
    get(&sim, &format!("{path}/member/{stranger}")).await.is(404, NOT_FOUND);
    let invalid = r#"{"message":"The value for the 'userId' parameter is invalid"}"#;
    get(&sim, &format!("{path}/member/me")).await.is(400, invalid);

    let other = sim.add_channel();
    get(&other, &format!("{path}/summary")).await.is(404, NOT_FOUND);
    post(&sim, &format!("{path}/leave"), "").await.is(200, "{}");
    post(&sim, &format!("{path}/leave"), "").await.is(404, NOT_FOUND);
    get(&sim, &format!("{path}/summary")).await.is(404, NOT_FOUND);
    let invalid = r#"{"message":"The value for the 'groupId' parameter is invalid"}"#;
    get(&sim, "/v2/bot/group/R00000000000000000000000000000001/summary").await.is(400, invalid);
    let invalid = r#"{"message":"The value for the 'roomId' parameter is invalid"}"#;
    let room = "/v2/bot/room/C00000000000000000000000000000001";
    get(&sim, &format!("{room}/members/count")).await.is(400, invalid);
    post(&sim, &format!("{room}/leave"), "").await.is(400, invalid);
}

#[tokio::test]
async fn a_room_of_many_has_pages_of_a_hundred_and_can_be_left_twice() {
    let sim = Sim::start().await.unwrap();
    let people: Vec<_> = (0..150).map(|_| sim.add_user()).collect();
    let room = sim.add_room(&people);
    let path = format!("/v2/bot/room/{room}");
    get(&sim, &format!("{path}/members/count")).await.is(200, r#"{"count":150}"#);
    let first = get(&sim, &format!("{path}/members/ids")).await.json();
    assert_eq!(first["memberIds"].as_array().unwrap().len(), 100);
    let next = format!("{path}/members/ids?start={}", first["next"].as_str().unwrap());
    assert_eq!(get(&sim, &next).await.json(), json!({ "memberIds": people[100..] }));
    assert_eq!(get(&sim, &format!("{path}/member/{}", people[0])).await.status, 200);
    for _ in 0..2 {
        post(&sim, &format!("{path}/leave"), "").await.is(200, "{}");
    }
    assert_eq!(get(&sim, &format!("{path}/summary")).await.status, 404);
}
