//! People change and take back what they have said themselves, in the chat where they said it, and nothing else.

use hikyaku_sim::{Sim, UserMessage};
use serde_json::json;

use crate::{
    http::{control, post},
    push::PUSH,
};

#[tokio::test]
async fn nobody_changes_or_unsends_the_words_of_others() {
    let sim = Sim::start().await.unwrap();
    let (hana, ken) = (sim.add_friend(), sim.add_friend());
    let members = [hana.clone(), ken.clone()];
    let (group, other) = (sim.add_group(&members), sim.add_group(&members));
    let said = sim.member_says(&group, &ken, "by Ken");
    let sticker = sim.member_sends(&group, &ken, UserMessage::sticker("446", "1988"));
    let push = json!({ "to": group, "messages": [{ "type": "text", "text": "by the bot" }] });
    let pushed = post(&sim, PUSH, &push.to_string()).await.json();
    let pushed = pushed["sentMessages"][0]["id"].as_str().unwrap().to_owned();
    let text = |user: &str| json!({ "text": "changed", "userId": user }).to_string();
    let in_group = |id: &str| format!("/chats/{group}/messages/{id}");
    let elsewhere = format!("/chats/{other}/messages/{}", said.message_id);
    for (path, user) in [
        (in_group(&said.message_id), &hana),
        (in_group(&sticker.message_id), &hana),
        (in_group(&pushed), &hana),
        (in_group(&pushed), &ken),
        (elsewhere, &ken),
    ] {
        let edited = control(&sim, "PUT", &path, &text(user.as_str())).await;
        assert_eq!(edited.status, 404, "{path} {}", edited.text());
        let unsent = control(&sim, "DELETE", &format!("{path}?userId={user}"), "").await;
        assert_eq!(unsent.status, 404, "{path} {}", unsent.text());
    }
    // A sticker has no text to change.
    let path = in_group(&sticker.message_id);
    control(&sim, "PUT", &path, &text(ken.as_str())).await.is_status(404);
    let acts = control(&sim, "GET", "/acts", "").await.json();
    assert_eq!(acts["acts"][0]["message"]["text"], "by Ken");

    // Without a name it is who said it, and what is unsent is gone for good.
    control(&sim, "PUT", &in_group(&said.message_id), r#"{"text":"by Ken, too"}"#)
        .await
        .is_status(200);
    control(&sim, "DELETE", &in_group(&said.message_id), "").await.is(204, "");
    control(&sim, "DELETE", &in_group(&said.message_id), "").await.is_status(404);
    control(&sim, "PUT", &in_group(&said.message_id), r#"{"text":"a"}"#).await.is_status(404);
    control(&sim, "DELETE", &path, "").await.is(204, "");
    let acts = control(&sim, "GET", "/acts", "").await.json();
    let did: Vec<_> = acts["acts"].as_array().unwrap().iter().collect();
    assert_eq!((&did[0]["type"], &did[0]["userId"]), (&json!("unsent"), &json!(ken)));
}

#[tokio::test]
async fn a_tap_takes_a_date_only_where_one_is_picked_and_only_as_line_writes_it() {
    let sim = Sim::start().await.unwrap();
    let hana = sim.add_friend();
    let template = json!({ "type": "template", "altText": "when", "template": {
        "type": "buttons", "text": "When?", "actions": [
            { "type": "datetimepicker", "label": "Pick", "data": "when", "mode": "date" },
            { "type": "postback", "label": "Never", "data": "never" },
        ] } });
    let push = json!({ "to": hana, "messages": [template] });
    let pushed = post(&sim, PUSH, &push.to_string()).await.json();
    let id = &pushed["sentMessages"][0]["id"];
    let tap = |action: u8, params: serde_json::Value| {
        let pointer = format!("/template/actions/{action}");
        json!({ "messageId": id, "pointer": pointer, "params": params }).to_string()
    };
    let path = format!("/chats/{hana}/tap");
    let date = json!({ "date": "2026-12-25" });
    let wrong = control(&sim, "POST", &path, &tap(0, json!({ "dat": "2026-12-25" }))).await;
    assert_eq!((wrong.status, &wrong.json()["pointer"]), (400, &json!("/params/dat")));
    let wrong = control(&sim, "POST", &path, &tap(1, date.clone())).await;
    assert_eq!((wrong.status, &wrong.json()["pointer"]), (400, &json!("/params")));
    assert_eq!(control(&sim, "GET", "/acts", "").await.json()["acts"], json!([]));
    control(&sim, "POST", &path, &tap(0, date)).await.is_status(200);
}

#[tokio::test]
async fn only_what_was_delivered_is_played_and_no_more_than_all_of_it() {
    let sim = Sim::start().await.unwrap();
    let hana = sim.add_friend();
    post(&sim, PUSH, &crate::push::hello(&hana)).await.is_status(200);
    for (body, pointer) in [
        (r#"{"message":0}"#, "/message"),
        (r#"{"message":2}"#, "/message"),
        (r#"{"message":1,"percent":101}"#, "/percent"),
    ] {
        let refused = control(&sim, "POST", "/outbox/1/played", body).await;
        assert_eq!((refused.status, &refused.json()["pointer"]), (400, &json!(pointer)), "{body}");
    }
    control(&sim, "POST", "/outbox/1/played", r#"{"message":1,"percent":100}"#).await.is(204, "");
}
