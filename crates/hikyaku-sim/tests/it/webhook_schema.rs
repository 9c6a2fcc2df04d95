//! Events held against what `webhook.yml` of LINE says that they always have. `LINE_OPENAPI_DIR` names its folder.

use std::collections::BTreeSet;

use hikyaku_model::{
    UserId,
    event::{BeaconContent, BeaconType},
};
use hikyaku_sim::{MembershipPlan, Person, Sim, Tap, UserMessage};
use serde_json::{Value, json};

use crate::{
    http::{control, post, post_with},
    module_webhooks::{HANA_TO_MODULES, chat_control, with_module},
    push::hello,
};

/// The SHA-256 of the phone number, in hexadecimal digits.
const PHONE_HASH: &str = "d41e0ad70dddfeb68f149ad6fc61574b9c5780ab7bcb2fba5517771ffbb2409c";

/// The schemas of LINE's file; nothing where it is not at hand.
fn schemas() -> Option<Value> {
    let folder = std::env::var_os("LINE_OPENAPI_DIR")?;
    let text = std::fs::read_to_string(std::path::Path::new(&folder).join("webhook.yml")).unwrap();
    let options = serde_saphyr::options! { strict_booleans: true };
    let root: Value = serde_saphyr::from_str_with_options(&text, options).unwrap();
    Some(root["components"]["schemas"].clone())
}

/// What a value lacks of what a schema requires, down to its smallest part.
fn lacks(schemas: &Value, schema: &Value, value: &Value, at: &str, lacking: &mut Vec<String>) {
    if let Some(name) = schema["$ref"].as_str() {
        let name = name.rsplit('/').next().unwrap();
        return lacks(schemas, &schemas[name], value, at, lacking);
    }
    for part in schema["allOf"].as_array().into_iter().flatten() {
        // The parts are of one value; a base would lead back to its own kinds.
        let base = part["$ref"].as_str().and_then(|name| name.rsplit('/').next());
        let mut part = base.map_or(part, |name| &schemas[name]).clone();
        part.as_object_mut().unwrap().remove("discriminator");
        lacks(schemas, &part, value, at, lacking);
    }
    for name in schema["required"].as_array().into_iter().flatten() {
        if value.get(name.as_str().unwrap()).is_none() {
            lacking.push(format!("{at}/{}", name.as_str().unwrap()));
        }
    }
    let kinds = &schema["discriminator"];
    if let Some(property) = kinds["propertyName"].as_str() {
        let word = value[property].as_str().unwrap_or_default();
        let kind = kinds["mapping"][word].as_str();
        let kind = kind.unwrap_or_else(|| panic!("{at}: LINE has no {property} `{word}`"));
        lacks(schemas, &json!({ "$ref": kind }), value, at, lacking);
    }
    for (name, schema) in schema["properties"].as_object().into_iter().flatten() {
        if let Some(field) = value.get(name) {
            lacks(schemas, schema, field, &format!("{at}/{name}"), lacking);
        }
    }
    for (index, item) in value.as_array().into_iter().flatten().enumerate() {
        if let Some(items) = schema.get("items") {
            lacks(schemas, items, item, &format!("{at}/{index}"), lacking);
        }
    }
}

#[tokio::test]
async fn every_event_has_what_line_says_that_it_has() {
    let Some(schemas) = schemas() else { return };
    let (sim, bot, module, server) = with_module(&["message:send", "message:receive"]).await;
    let phone = Some("+818000001234".to_owned());
    let (hana, ken) = (sim.add_user(), sim.add_friend_as(Person { phone, ..Person::default() }));
    sim.follow(&hana);
    sim.block(&hana);
    sim.follow(&hana);
    talk(&sim, &hana).await;
    let group = sim.invite(std::slice::from_ref(&hana));
    sim.member_joins(&group, &ken);
    let said = sim.member_sends(&group, &ken, UserMessage::text("@bot hi").mentioning_bot());
    sim.edit(&said, "hello");
    sim.unsend(&said);
    sim.member_leaves(&group, &ken);
    sim.remove_from(&group);
    sim.postback(&hana, "buy=1");
    sim.postback(&hana, Tap::new("when").date("2026-12-25"));
    sim.postback(&hana, Tap::new("to=2").switched_to("second"));
    sim.play_video(&hana, "video-1");
    sim.beacon(&hana, BeaconContent::new("d41d8cd98f", BeaconType::Enter));
    let plan = sim.add_membership(MembershipPlan::default());
    sim.join_membership(&hana, plan);
    sim.renew_membership(&hana, plan);
    sim.leave_membership(&hana, plan);
    let token = post(&sim, &format!("/v2/bot/user/{hana}/linkToken"), "").await.json();
    assert!(sim.link_account(token["linkToken"].as_str().unwrap(), "nonce"));
    let tag = [("x-line-delivery-tag", "0123456789abcdef")];
    post_with(&sim, "/bot/pnp/push", &tag, &hello(PHONE_HASH)).await.is_status(200);
    chat_control(&sim, &module, HANA_TO_MODULES, "acquire", r#"{"ttl":60}"#).await;
    chat_control(&sim, &module, HANA_TO_MODULES, "release", "").await;
    sim.set_suspended(true);
    sim.set_suspended(false);
    sim.webhooks().wait_until_idle().await.unwrap();
    let mut events = [bot.events(), server.events()].concat();
    // The file does not have this one yet.
    events.retain(|event| event["type"] != "messageEdited");
    let made: BTreeSet<&str> = events.iter().map(|event| event["type"].as_str().unwrap()).collect();
    let known = schemas["Event"]["discriminator"]["mapping"].as_object().unwrap().keys();
    assert_eq!(made, known.map(String::as_str).collect());
    for event in &events {
        let mut lacking = Vec::new();
        lacks(&schemas, &schemas["Event"], event, "", &mut lacking);
        // A channel that stands by cannot reply, whatever the file says.
        lacking.retain(|at| at != "/replyToken" || event["mode"] != "standby");
        assert!(lacking.is_empty(), "{event} lacks {lacking:?}");
    }
}

/// Lets a person send a message of each kind, by both ways in which tests do so.
async fn talk(sim: &Sim, user: &UserId) {
    for message in [
        UserMessage::text("hi"),
        UserMessage::sticker("446", "1988"),
        UserMessage::location(35.67, 139.7),
        UserMessage::image(&b"jpeg"[..]),
        UserMessage::video(&b"mp4"[..], 1500),
        UserMessage::audio(&b"m4a"[..], 900),
        UserMessage::file("a.txt", &b"text"[..]),
    ] {
        sim.user_sends(user, message);
    }
    for message in [
        json!({ "type": "text", "text": "hi" }),
        json!({ "type": "sticker", "packageId": "446", "stickerId": "1988" }),
        json!({ "type": "location", "latitude": 35.67, "longitude": 139.7 }),
        json!({ "type": "image" }),
        json!({ "type": "video" }),
        json!({ "type": "audio" }),
        json!({ "type": "file", "fileName": "a.txt", "fileSize": 4 }),
    ] {
        let body = json!({ "message": message }).to_string();
        control(sim, "POST", &format!("/chats/{user}/messages"), &body).await.is_status(201);
        let event = json!({ "type": "message", "message": message, "source": { "type": "user", "userId": user } });
        let body = event.to_string();
        control(sim, "POST", "/channels/sim-channel-1/events", &body).await.is_status(201);
    }
}
