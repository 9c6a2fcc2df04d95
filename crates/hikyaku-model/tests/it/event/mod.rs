//! Every event, literal, in and out. The JSON has what LINE sends, and leaves out what LINE leaves out.

mod kept;
mod message;

use hikyaku_model::event::{
    BeaconType, Event, EventKind, EventType, LinkResult, MembershipType, Mode, ModuleType,
    RichMenuSwitchStatus, SourceKind, Str,
};
use serde_json::{Value, json};

use crate::survives;

/// Reads an event that has the shared fields and these.
fn event(own: &Value) -> Event {
    let mut all = json!({
        "mode": "active",
        "timestamp": 1_462_629_479_859_i64,
        "source": {"type": "user", "userId": "U4af4980629"},
        "webhookEventId": "01FZ74A0TDDPYRVKNK77XKC3ZR",
        "deliveryContext": {"isRedelivery": false},
    });
    let fields = all.as_object_mut().unwrap();
    fields.extend(own.as_object().unwrap().clone());
    fields.retain(|_, value| !value.is_null());
    survives_borrowed(&all);
    survives(&all)
}

/// The JSON, read as an event that borrows from it and written again, must be the same.
fn survives_borrowed(json: &Value) {
    let text = json.to_string();
    let (event, rest) = Event::<Str>::read(&text).unwrap();
    assert_eq!(event.misfit(), None);
    assert_eq!((event.raw(), rest), (Some(&*text), ""));
    assert_eq!(&serde_json::to_value(&event).unwrap(), json);
}

#[test]
fn what_all_events_share_is_reached_without_a_match() {
    let event =
        event(&json!({"type": "follow", "replyToken": "abc", "follow": {"isUnblocked": true}}));
    assert_eq!(event.event_type(), EventType::Follow);
    assert_eq!(event.type_word(), "follow");
    assert_eq!(event.timestamp, Some(1_462_629_479_859));
    assert_eq!(event.mode, Some(Mode::Active));
    assert_eq!(event.reply_token(), Some("abc"));
    assert_eq!(event.webhook_event_id(), Some("01FZ74A0TDDPYRVKNK77XKC3ZR"));
    assert_eq!(event.user_id().unwrap().as_str(), "U4af4980629");
    assert_eq!(event.chat_id().unwrap().as_str(), "U4af4980629");
    assert!(!event.is_redelivery() && !event.is_standby() && event.is_known());
}

#[test]
fn the_chat_of_an_event_is_the_group_or_room_if_there_is_one() {
    let in_group = event(&json!({
        "type": "join", "replyToken": "abc", "source": {"type": "group", "groupId": "C1", "userId": "U1"},
    }));
    assert_eq!(in_group.chat_id().unwrap().as_str(), "C1");
    assert_eq!(in_group.user_id().unwrap().as_str(), "U1");
    let in_room = event(&json!({"type": "leave", "source": {"type": "room", "roomId": "R1"}}));
    assert_eq!(in_room.chat_id().unwrap().as_str(), "R1");
    assert_eq!(in_room.user_id(), None);
    let elsewhere = event(
        &json!({"type": "leave", "source": {"type": "square", "squareId": "T1", "groupId": "C1"}}),
    );
    let source = elsewhere.source().unwrap();
    assert!(matches!(&source.kind, SourceKind::Unknown { r#type } if r#type == "square"));
    assert_eq!(elsewhere.chat_id(), None);
}

#[test]
fn a_standby_event_has_no_reply_token() {
    let event = event(&json!({
        "type": "message", "mode": "standby", "message": {"id": "1", "type": "text", "text": "hi"},
    }));
    assert!(event.is_standby());
    assert_eq!(event.reply_token(), None);
    assert_eq!(event.text(), Some("hi"));
}

#[test]
fn a_redelivery_says_so() {
    assert!(
        event(&json!({"type": "join", "deliveryContext": {"isRedelivery": true}})).is_redelivery()
    );
}

#[test]
fn an_unsend_names_the_message() {
    let event = event(&json!({"type": "unsend", "unsend": {"messageId": "325708"}}));
    assert!(matches!(event.kind, EventKind::Unsend(unsend) if unsend.message_id == "325708"));
}

#[test]
fn a_follow_of_old_has_no_detail() {
    let event = event(&json!({"type": "follow", "replyToken": "abc"}));
    assert_eq!(event.kind, EventKind::Follow(None));
}

#[test]
fn events_without_a_payload() {
    for (word, kind) in [
        ("unfollow", EventKind::Unfollow),
        ("join", EventKind::Join),
        ("leave", EventKind::Leave),
        ("deactivated", EventKind::Deactivated),
        ("botSuspended", EventKind::BotSuspended),
        ("botResumed", EventKind::BotResumed),
    ] {
        assert_eq!(event(&json!({"type": word})).kind, kind);
    }
}

#[test]
fn members_come_and_go() {
    let group = json!({"type": "group", "groupId": "C4af4980629"});
    let members =
        json!({"members": [{"type": "user", "userId": "U1"}, {"type": "user", "userId": "U2"}]});
    let joined = event(
        &json!({"type": "memberJoined", "replyToken": "abc", "source": group, "joined": members}),
    );
    let EventKind::MemberJoined(joined) = joined.kind else { panic!("{joined:?}") };
    assert_eq!(joined.members[1].user_id.as_ref().unwrap().as_str(), "U2");
    let left = event(&json!({"type": "memberLeft", "source": group, "left": members}));
    assert!(matches!(left.kind, EventKind::MemberLeft(left) if left.members.len() == 2));
}

#[test]
fn a_postback_has_what_the_user_chose() {
    let plain = event(
        &json!({"type": "postback", "replyToken": "abc", "postback": {"data": "action=buy"}}),
    );
    assert_eq!(plain.postback().unwrap().data, "action=buy");
    for params in [
        json!({"date": "2017-12-25"}),
        json!({"time": "01:00"}),
        json!({"datetime": "2017-12-25T01:00"}),
    ] {
        let event = event(
            &json!({"type": "postback", "postback": {"data": "storeId=12345", "params": params}}),
        );
        assert!(event.postback().unwrap().params.is_some());
    }
    let switch = event(&json!({"type": "postback", "postback": {
        "data": "richmenu-changed-to-b",
        "params": {"newRichMenuAliasId": "richmenu-alias-b", "status": "RICHMENU_ALIAS_ID_NOTFOUND"},
    }}));
    let params = switch.postback().unwrap().params.as_ref().unwrap();
    assert_eq!(params.status, Some(RichMenuSwitchStatus::AliasNotFound));
}

#[test]
fn a_video_was_seen_to_its_end() {
    let event = event(&json!({
        "type": "videoPlayComplete", "replyToken": "abc", "videoPlayComplete": {"trackingId": "track-id"},
    }));
    assert!(
        matches!(event.kind, EventKind::VideoPlayComplete(video) if video.tracking_id == "track-id")
    );
}

#[test]
fn a_beacon_is_near() {
    for (word, beacon_type) in [
        ("enter", BeaconType::Enter),
        ("banner", BeaconType::Banner),
        ("stay", BeaconType::Stay),
        ("leave", BeaconType::from("leave")),
    ] {
        let event = event(&json!({
            "type": "beacon", "replyToken": "abc", "beacon": {"hwid": "d41d8cd98f", "type": word},
        }));
        assert!(matches!(event.kind, EventKind::Beacon(beacon) if beacon.r#type == beacon_type));
    }
    event(
        &json!({"type": "beacon", "beacon": {"hwid": "d41d8cd98f", "type": "enter", "dm": "0102"}}),
    );
}

#[test]
fn a_failed_account_link_has_neither_source_nor_reply_token() {
    let failed = event(
        &json!({"type": "accountLink", "source": null, "link": {"result": "failed", "nonce": "n"}}),
    );
    assert!(
        matches!(failed.kind, EventKind::AccountLink(ref link) if link.result == LinkResult::Failed)
    );
    assert_eq!((failed.source(), failed.reply_token(), failed.chat_id()), (None, None, None));
    let linked = event(
        &json!({"type": "accountLink", "replyToken": "abc", "link": {"result": "ok", "nonce": "n"}}),
    );
    assert!(
        matches!(linked.kind, EventKind::AccountLink(link) if link.result == LinkResult::Ok && link.nonce == "n")
    );
}

#[test]
fn memberships() {
    for (word, membership_type) in [
        ("joined", MembershipType::Joined),
        ("left", MembershipType::Left),
        ("renewed", MembershipType::Renewed),
    ] {
        let event = event(&json!({
            "type": "membership", "replyToken": "abc", "membership": {"type": word, "membershipId": 3189},
        }));
        let EventKind::Membership(membership) = event.kind else { panic!("{event:?}") };
        assert_eq!((membership.r#type, membership.membership_id), (membership_type, 3189));
    }
}

#[test]
fn modules_are_attached_and_detached_and_speak() {
    let attached = event(&json!({
        "type": "module", "source": null,
        "module": {"type": "attached", "botId": "U53387d54817", "scopes": ["message:send", "message:receive"]},
    }));
    assert!(
        matches!(attached.kind, EventKind::Module(module) if module.r#type == ModuleType::Attached)
    );
    event(&json!({
        "type": "module", "source": null,
        "module": {"type": "detached", "botId": "U53387d54817", "reason": "bot_deleted"},
    }));
    let activated =
        event(&json!({"type": "activated", "chatControl": {"expireAt": 1_462_629_479_859_i64}}));
    assert!(
        matches!(activated.kind, EventKind::Activated(control) if control.expire_at == 1_462_629_479_859)
    );
}

#[test]
fn a_delivery_has_no_source() {
    let event = event(
        &json!({"type": "delivery", "source": null, "delivery": {"data": "15034552939884E28681A7D6"}}),
    );
    assert!(
        matches!(event.kind, EventKind::Delivery(ref delivery) if delivery.data.starts_with("1503"))
    );
    assert_eq!(event.source(), None);
}

#[test]
fn an_event_can_be_made_and_reads_back_the_same() {
    let mut made: Event = Event::new(EventKind::Join);
    made.source = Some(hikyaku_model::event::Source::group("C1", Some("U1".into())));
    made.reply_token = Some("abc".into());
    let text = serde_json::to_string(&made).unwrap();
    assert_eq!(
        text,
        r#"{"type":"join","source":{"type":"group","groupId":"C1","userId":"U1"},"replyToken":"abc"}"#
    );
    assert_eq!(Event::read(&text).unwrap().0, made);
}
