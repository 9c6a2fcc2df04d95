use hikyaku_model::{
    Checker, Message, PreparedMessages, UserId,
    message::{StickerMessage, Substitution, TextMessage, TextV2Message},
    send::{
        AggregationUnit, DeliveryTag, PhoneHash, SendKind, check_aggregation_units,
        check_loading_seconds, check_messages, check_multicast_users,
    },
};

use super::letters;

#[track_caller]
fn check(check: impl FnOnce(&mut Checker), expected: &[&str]) {
    let mut checker = Checker::default();
    check(&mut checker);
    let said = match checker.finish() {
        Ok(()) => Vec::new(),
        Err(violations) => violations.iter().map(ToString::to_string).collect(),
    };
    assert_eq!(said, expected);
}

#[test]
fn a_request_has_one_to_five_messages() {
    let messages = |count| vec![Message::text("hi"); count];
    check(|checker| check_messages(&messages(5), None, checker), &[]);
    check(
        |checker| check_messages(&messages(6), None, checker),
        &["messages: must have 1 to 5 items, has 6"],
    );
    check(
        |checker| check_messages(&[], None, checker),
        &["messages: must have 1 to 5 items, has 0"],
    );
    let broken = [Message::text("hi"), Message::text(""), Message::sticker("", "1")];
    check(
        |checker| check_messages(&broken, Some(SendKind::Push), checker),
        &["messages[1].text: must not be empty", "messages[2].packageId: must not be empty"],
    );
}

#[test]
fn only_replies_and_pushes_quote_and_mention() {
    let messages: [Message; 4] = [
        TextMessage::new("hi").quote_token("q").into(),
        StickerMessage::new("1", "2").quote_token("q").into(),
        TextV2Message::new("hi").quote_token("q").into(),
        TextV2Message::new("{a}").substitute("a", Substitution::mention_all()).into(),
    ];
    let quote = "quoteToken: must not be set: only a reply or a push can quote";
    let expected = [
        &format!("messages[0].{quote}"),
        &format!("messages[1].{quote}"),
        &format!("messages[2].{quote}"),
        "messages[3].substitution: must not be set: only a reply or a push can mention",
    ];
    let prepared = PreparedMessages::new(&messages).unwrap();
    for send in SendKind::ALL {
        let allowed = matches!(send, SendKind::Reply | SendKind::Push);
        let expected: &[&str] = if allowed { &[] } else { &expected };
        check(|checker| check_messages(&messages, Some(send), checker), expected);
        assert_eq!(prepared.check(send).is_ok(), allowed);
    }
}

#[test]
fn a_message_to_a_phone_number_is_no_image_video_or_audio() {
    let messages = [
        Message::image("https://a"),
        Message::video("https://a", "https://b"),
        Message::audio("https://a", std::time::Duration::from_secs(1)),
        Message::text("hi"),
    ];
    let why = "type: must not be set: a message to a phone number cannot be an image, a video or an audio";
    let expected = [
        &*format!("messages[0].{why}"),
        &*format!("messages[1].{why}"),
        &*format!("messages[2].{why}"),
    ];
    check(|checker| check_messages(&messages, Some(SendKind::PhoneNumber), checker), &expected);
    check(|checker| check_messages(&messages, Some(SendKind::Broadcast), checker), &[]);
}

#[test]
fn a_multicast_has_1_to_500_users_and_no_groups() {
    let users = |count: usize| -> Vec<UserId> {
        (0..count).map(|user| format!("U{user}").into()).collect()
    };
    check(|checker| check_multicast_users(&users(500), checker), &[]);
    check(
        |checker| check_multicast_users(&users(501), checker),
        &["to: must have 1 to 500 items, has 501"],
    );
    check(
        |checker| check_multicast_users::<UserId>(&[], checker),
        &["to: must have 1 to 500 items, has 0"],
    );
    let mixed: [UserId; 3] = ["U1".into(), "C0123456789abcdef0123456789abcdef".into(), "".into()];
    check(
        |checker| check_multicast_users(&mixed, checker),
        &[
            "to[1]: is the id of a group; a different kind of id goes here",
            "to[2]: must not be empty",
        ],
    );
}

#[test]
fn a_loading_animation_lasts_5_to_60_seconds_in_steps_of_five() {
    for seconds in [5, 20, 60] {
        check(|checker| check_loading_seconds(seconds, checker), &[]);
    }
    check(
        |checker| check_loading_seconds(7, checker),
        &["loadingSeconds: must be a multiple of 5"],
    );
    check(
        |checker| check_loading_seconds(65, checker),
        &["loadingSeconds: must be between 5 and 60"],
    );
    check(
        |checker| check_loading_seconds(61, checker),
        &["loadingSeconds: must be between 5 and 60", "loadingSeconds: must be a multiple of 5"],
    );
    check(
        |checker| check_loading_seconds(0, checker),
        &["loadingSeconds: must be between 5 and 60"],
    );
}

#[test]
fn the_texts_of_calls_have_their_forms() {
    let unit = |name: &str| name.parse::<AggregationUnit>().is_ok();
    assert!(unit("summer_2026") && unit(&letters(30)));
    assert!(!unit("") && !unit(&letters(31)) && !unit("a-b") && !unit("夏"));
    let units = ["a".into(), "b-c".into()];
    check(
        |checker| check_aggregation_units(&units, checker),
        &[
            "customAggregationUnits: must have 0 to 1 items, has 2",
            "customAggregationUnits[1]: must match ^[a-zA-Z0-9_]{1,30}$",
        ],
    );
    let tag = |tag: &str| tag.parse::<DeliveryTag>().map_err(|problem| problem.to_string());
    assert!(tag(&letters(16)).is_ok() && tag(&letters(100)).is_ok());
    for length in [15, 101] {
        let said = format!("must have 16 to 100 UTF-16 code units, has {length}");
        assert_eq!(tag(&letters(length)), Err(said));
    }
    assert!(tag("sixteen letters\n").is_err());
    let hash = |hash: &str| hash.parse::<PhoneHash>().is_ok();
    assert!(hash(&letters(64)));
    assert!(!hash(&letters(63)) && !hash(&"A".repeat(64)) && !hash(&"g".repeat(64)));
}
