//! What is not known, or does not fit.

use hikyaku_model::event::{ContentKind, Event, EventKind, EventType, SharedStr, Str};
use proptest::prelude::*;
use serde_json::{Value, json};

use super::event;

fn read(json: &str) -> Event {
    let (event, rest) = Event::read(json).unwrap();
    assert_eq!(rest, "");
    let (borrowed, _) = Event::<Str>::read(json).unwrap();
    assert_eq!(serde_json::to_string(&borrowed).unwrap(), serde_json::to_string(&event).unwrap());
    event
}

fn misfit(json: &str) -> (Event, String) {
    let event = read(json);
    assert_eq!(serde_json::to_string(&event).unwrap(), json, "written as it came");
    assert_eq!(event.event_type(), EventType::Unknown);
    let misfit = event.misfit().unwrap_or_else(|| panic!("it fits: {event:?}"));
    assert_eq!(misfit.json, json);
    let reason = misfit.reason.clone();
    (event, reason)
}

#[test]
fn an_event_of_a_new_type_has_its_shared_fields_and_keeps_the_others() {
    let event = event(&json!({
        "type": "messageReaction",
        "replyToken": "abc",
        "messageReaction": {"emoji": "(love)", "deep": [{"er": 18_446_744_073_709_551_615_u64}]},
        "message": {"id": "1", "type": "text", "text": "hi", "brandNew": null},
    }));
    assert!(!event.is_known() && event.misfit().is_none());
    assert_eq!((event.type_word(), event.reply_token()), ("messageReaction", Some("abc")));
    assert_eq!(event.extra.get("messageReaction").unwrap()["emoji"], "(love)");
    assert_eq!(event.text(), None);
}

#[test]
fn a_message_of_a_new_type_keeps_its_fields_and_its_event() {
    let event = event(&json!({
        "type": "message",
        "message": {"id": "1", "type": "hologram", "quoteToken": "q", "fileSize": 3, "depth": {"cm": 30}},
    }));
    let message = event.message().unwrap();
    assert!(matches!(&message.kind, ContentKind::Unknown { r#type } if r#type == "hologram"));
    assert_eq!((&*message.id, message.extra.get("fileSize")), ("1", Some(&json!(3))));
}

/// Reads this, and writes the same again.
fn kept(json: &Value) -> Event {
    let event = read(&json.to_string());
    assert_eq!(serde_json::to_value(&event).unwrap(), *json);
    event
}

/// A payload for each type of event that has one.
fn payloads() -> Vec<(EventType, &'static str, Value)> {
    let text = json!({"id": "1", "type": "text", "text": "hi"});
    let members = json!({"members": [{"type": "user", "userId": "U1"}]});
    vec![
        (EventType::Message, "message", text.clone()),
        (EventType::MessageEdited, "message", text),
        (EventType::Unsend, "unsend", json!({"messageId": "1"})),
        (EventType::Follow, "follow", json!({"isUnblocked": false})),
        (EventType::MemberJoined, "joined", members.clone()),
        (EventType::MemberLeft, "left", members),
        (EventType::Postback, "postback", json!({"data": "a"})),
        (EventType::VideoPlayComplete, "videoPlayComplete", json!({"trackingId": "t"})),
        (EventType::Beacon, "beacon", json!({"hwid": "h", "type": "enter"})),
        (EventType::AccountLink, "link", json!({"result": "ok", "nonce": "n"})),
        (EventType::Membership, "membership", json!({"type": "joined", "membershipId": 1})),
        (EventType::Module, "module", json!({"type": "attached", "botId": "U1", "scopes": []})),
        (EventType::Activated, "chatControl", json!({"expireAt": 1})),
        (EventType::Delivery, "delivery", json!({"data": "d"})),
    ]
}

#[test]
fn a_field_with_the_name_of_another_types_payload_may_have_any_form() {
    let mut types: Vec<_> = payloads()
        .into_iter()
        .map(|(kind, key, payload)| (kind, json!({"type": kind.as_str(), key: payload})))
        .collect();
    for kind in [
        EventType::Unfollow,
        EventType::Join,
        EventType::Leave,
        EventType::Deactivated,
        EventType::BotSuspended,
        EventType::BotResumed,
    ] {
        types.push((kind, json!({"type": kind.as_str()})));
    }
    types.push((EventType::Unknown, json!({"type": "messageReaction"})));
    types.push((EventType::Follow, json!({"type": "follow"})));
    for (kind, plain) in types {
        let plain_event = kept(&plain);
        assert_eq!((plain_event.event_type(), plain_event.misfit()), (kind, None), "{plain}");
        for (_, key, _) in payloads() {
            if plain.get(key).is_some() || plain == json!({"type": key}) {
                continue;
            }
            let mut with = plain.clone();
            with[key] = "x".into();
            with["replyToken"] = "abc".into();
            let found = kept(&with);
            assert_eq!((found.event_type(), found.misfit()), (kind, None), "{with}");
            assert_eq!(found.kind, plain_event.kind, "{with}");
            assert_eq!(found.extra.get(key), Some(&"x".into()), "{with}");
            assert_eq!(found.reply_token(), Some("abc"), "{with}");
        }
    }
}

#[test]
fn a_field_with_the_name_of_another_kinds_may_have_any_form() {
    let kinds = [
        json!({"type": "text", "text": "hi"}),
        json!({"type": "image", "contentProvider": {"type": "line"}}),
        json!({"type": "video", "contentProvider": {"type": "line"}, "duration": 1}),
        json!({"type": "audio", "contentProvider": {"type": "line"}, "duration": 1}),
        json!({"type": "file", "fileName": "f", "fileSize": 1}),
        json!({"type": "location", "title": "t", "address": "a", "latitude": 1.5, "longitude": 2.5}),
        json!({"type": "sticker", "packageId": "1", "stickerId": "2"}),
        json!({"type": "hologram"}),
    ];
    let names = [
        "contentProvider",
        "imageSet",
        "fileName",
        "fileSize",
        "title",
        "address",
        "latitude",
        "longitude",
        "packageId",
        "stickerId",
        "duration",
    ];
    for kind in kinds {
        for name in names {
            if kind.get(name).is_some() || (name, &kind["type"]) == ("imageSet", &json!("image")) {
                continue;
            }
            let mut message = kind.clone();
            message["id"] = "1".into();
            let plain = kept(&json!({"type": "message", "message": message}));
            message[name] = json!([7]);
            for event_type in ["message", "messageEdited"] {
                let found = kept(&json!({"type": event_type, "message": message, "link": 5}));
                let (EventKind::Message(found_message) | EventKind::MessageEdited(found_message)) =
                    &found.kind
                else {
                    panic!("{message}: {found:?}")
                };
                assert_eq!(found_message.kind, plain.message().unwrap().kind, "{message}");
                assert_eq!(found_message.extra.get(name), Some(&json!([7])), "{message}");
                assert_eq!(found.extra.get("link"), Some(&json!(5)), "{message}");
            }
        }
    }
    // What belongs to the kind must fit, and a field that comes twice is not known.
    misfit(r#"{"type":"message","message":{"id":"1","type":"text","text":7,"title":7}}"#);
    misfit(r#"{"type":"follow","membership":"gold","membership":"silver"}"#);
}

#[test]
fn new_fields_are_kept_at_every_depth() {
    let new = json!({"a": [1, "b", {"c": null}]});
    let event = event(&json!({
        "type": "message",
        "new": new,
        "source": {"type": "group", "groupId": "C1", "roomId": "R1", "new": new},
        "deliveryContext": {"isRedelivery": true, "new": new},
        "message": {
            "id": "1", "type": "text", "text": "hi", "new": new, "imageSet": {"id": "E0", "new": new},
            "emojis": [{"index": 0, "length": 1, "productId": "p", "emojiId": "e", "new": new}],
            "mention": {"new": new, "mentionees": [{"index": 0, "length": 1, "type": "bots", "new": new}]},
        },
    }));
    assert_eq!(event.extra.get("new"), Some(&new));
}

#[test]
fn the_order_of_fields_does_not_matter() {
    let first =
        r#"{"type":"message","message":{"type":"text","id":"1","text":"hi"},"timestamp":1}"#;
    let last = r#"{"timestamp":1,"message":{"text":"hi","id":"1","type":"text"},"type":"message"}"#;
    assert_eq!(read(first), read(last));
}

#[test]
fn null_is_as_good_as_nothing() {
    assert_eq!(
        read(r#"{"type":"join","source":null,"replyToken":null,"follow":null,"mode":null}"#),
        read(r#"{"type":"join"}"#)
    );
}

#[test]
fn an_event_that_does_not_fit_says_why_and_keeps_what_does() {
    let (event, reason) = misfit(
        r#"{"type":"unsend","unsend":{"messageId":7},"webhookEventId":"01F","replyToken":"abc","timestamp":"soon","source":{"type":"user","userId":"U1"},"mode":"active","deliveryContext":{"isRedelivery":true}}"#,
    );
    assert_eq!(reason, "invalid type: integer `7`, expected a string at line 1 column 40");
    assert_eq!((event.type_word(), event.reply_token()), ("unsend", Some("abc")));
    assert_eq!((event.webhook_event_id(), event.timestamp), (Some("01F"), None));
    assert_eq!(event.user_id().unwrap().as_str(), "U1");
    assert!(event.is_redelivery());
}

#[test]
fn half_an_emoji_costs_the_message_but_not_the_shared_fields() {
    let (event, _) = misfit(
        r#"{"type":"message","message":{"type":"text","id":"1","text":"\ud83d"},"webhookEventId":"01F","replyToken":"abc","source":{"type":"user","userId":"U1"}}"#,
    );
    assert_eq!((event.webhook_event_id(), event.reply_token()), (Some("01F"), Some("abc")));
    assert_eq!((event.type_word(), event.user_id().unwrap().as_str()), ("message", "U1"));
}

#[test]
fn each_required_field_is_named_when_it_is_missing() {
    for (json, field) in [
        ("{}", "type"),
        (r#"{"type":"message"}"#, "message"),
        (r#"{"type":"message","message":{"type":"text"}}"#, "id"),
        (r#"{"type":"message","message":{"id":"1"}}"#, "type"),
        (r#"{"type":"message","message":{"type":"text","id":"1"}}"#, "text"),
        (r#"{"type":"message","message":{"type":"image","id":"1"}}"#, "contentProvider"),
        (r#"{"type":"message","message":{"type":"file","id":"1","fileSize":1}}"#, "fileName"),
        (r#"{"type":"message","message":{"type":"location","id":"1","latitude":1}}"#, "longitude"),
        (
            r#"{"type":"message","message":{"type":"sticker","id":"1","packageId":"1"}}"#,
            "stickerId",
        ),
        (r#"{"type":"join","source":{"type":"group"}}"#, "groupId"),
        (r#"{"type":"postback","postback":{}}"#, "data"),
        (r#"{"type":"activated"}"#, "chatControl"),
        (r#"{"type":"accountLink"}"#, "link"),
    ] {
        let (_, reason) = misfit(json);
        assert!(reason.starts_with(&format!("missing field `{field}`")), "{json}: {reason}");
    }
}

#[test]
fn what_json_allows_and_rust_does_not_is_kept_as_it_came() {
    for json in [
        "7",
        "null",
        r#""text""#,
        "[[]]",
        r#"{"type":7}"#,
        r#"{"type":"join","type":"leave"}"#,
        r#"{"type":"message","message":{"type":"text","id":"1","text":"a lone \ud83d half"}}"#,
        r#"{"type":"join","timestamp":18446744073709551616}"#,
        r#"{"type":"join","timestamp":1e400}"#,
        r#"{"type":"message","message":{"type":"file","id":"1","fileName":"f","fileSize":-1}}"#,
    ] {
        misfit(json);
    }
    let deep = format!(r#"{{"type":"join","new":{}{}}}"#, "[".repeat(100_000), "]".repeat(100_000));
    let (_, reason) = misfit(&deep);
    assert!(reason.starts_with("recursion limit exceeded"), "{reason}");
}

#[test]
fn numbers_beyond_what_a_float_holds_stay_exact() {
    let id = 9_007_199_254_740_993_u64;
    let event = event(&json!({
        "type": "membership", "new": id, "timestamp": id, "membership": {"type": "joined", "membershipId": id},
    }));
    assert!(
        matches!(event.kind, EventKind::Membership(membership) if membership.membership_id == id)
    );
}

#[test]
fn escapes_are_read_and_need_no_borrowing() {
    let json =
        r#"{"type":"message","message":{"type":"text","id":"1","text":"a\n\u98db\ud83d\ude00"}}"#;
    assert_eq!(read(json).text(), Some("a\n飛😀"));
    assert_eq!(Event::<Str>::read(json).unwrap().0.text(), Some("a\n飛😀"));
}

#[test]
fn what_is_no_json_is_an_error() {
    for json in ["", " ", "{", r#"{"type":"join""#, "nul", "}", r#"{"type":"join",}"#] {
        assert!(Event::<SharedStr>::read(json).is_err(), "{json}");
    }
}

fn any_json() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<u64>().prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        ".{0,8}".prop_map(Value::from),
    ];
    leaf.prop_recursive(3, 16, 4, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
            prop::collection::btree_map("[a-z]{1,6}", inner, 0..4)
                .prop_map(|fields| Value::Object(fields.into_iter().collect())),
        ]
    })
}

proptest! {
    #[test]
    fn unknown_fields_round_trip_wherever_they_are(new in any_json()) {
        let json = json!({
            "type": "message",
            "zNew": new,
            "source": {"type": "user", "userId": "U1", "zNew": new},
            "message": {"type": "text", "id": "1", "text": "hi", "zNew": new},
        });
        let text = json.to_string();
        let event = Event::<Str>::read(&text).unwrap().0;
        prop_assert!(event.is_known());
        prop_assert_eq!(serde_json::to_value(&event).unwrap(), json);
    }

    #[test]
    fn any_json_is_an_event_and_is_written_as_it_came(
        word in "message|follow|postback|join|brandNew", payload in any_json(), source in any_json(), own in any_json(),
    ) {
        let json = json!({"type": word, "message": payload, "follow": payload, "postback": own, "source": source});
        let text = json.to_string();
        let event = Event::<SharedStr>::read(&text).unwrap().0;
        let mut back: Value = serde_json::from_str(&serde_json::to_string(&event).unwrap()).unwrap();
        if event.misfit().is_none() {
            // A shared field or payload that is null is as good as absent.
            for (name, value) in json.as_object().unwrap() {
                if value.is_null() {
                    back[name] = Value::Null;
                }
            }
        }
        prop_assert_eq!(back, json);
    }
}
