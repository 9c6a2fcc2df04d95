//! What a program has in hand is taken as it is.

use hikyaku_model::{
    Action, ChatId, GroupId, Message, MessageKind, RoomId, UserId,
    action::PostbackAction,
    event::PostbackParams,
    flex,
    imagemap::{ImagemapAction, ImagemapArea},
    message::{ImagemapMessage, QuickReplyItem, TextMessage},
    warnings,
};
use serde_json::{json, to_value};

#[test]
fn any_id_of_a_chat_becomes_a_chat_id() {
    let (user, group, room) = (UserId::from("U1"), GroupId::from("C1"), RoomId::from("R1"));
    let borrowed = [ChatId::from(&user), (&group).into(), (&room).into(), (&"X".to_owned()).into()];
    assert_eq!(borrowed.each_ref().map(AsRef::as_ref), ["U1", "C1", "R1", "X"]);
    assert_eq!(ChatId::from(user), borrowed[0]);
    assert_eq!(String::from(group), "C1");
}

#[test]
fn a_quick_reply_takes_actions_and_items() {
    let message = Message::text("Again?");
    let items = [QuickReplyItem::postback("Yes", "y"), QuickReplyItem::camera("Look")];
    let actions = [Action::postback("Yes", "y"), Action::camera("Look")];
    assert_eq!(message.clone().quick_reply(actions), message.clone().quick_reply(items));
    let of_one_kind = message.quick_reply([PostbackAction::new("y").label("Yes")]);
    assert_eq!(
        to_value(of_one_kind).unwrap()["quickReply"]["items"],
        json!([{"type": "action", "action": {"type": "postback", "label": "Yes", "data": "y"}}])
    );
}

#[test]
fn a_message_quotes_whatever_its_kind() {
    let quoted = Message::text("this").quoting("q1");
    assert_eq!(quoted, TextMessage::new("this").quote_token("q1").into());
    assert_eq!(to_value(Message::sticker("1", "2").quoting("q1")).unwrap()["quoteToken"], "q1");

    let newer: Message = serde_json::from_value(json!({"type": "hologram"})).unwrap();
    assert_eq!(
        to_value(newer.quoting("q1")).unwrap(),
        json!({"type": "hologram", "quoteToken": "q1"})
    );

    // LINE may take it one day. Until then it is told as what no version knows.
    let picture = Message::image("https://example.com/a.png").quoting("q1");
    assert_eq!(to_value(&picture).unwrap()["quoteToken"], "q1");
    assert_eq!(warnings(&picture).len(), 1);
}

#[test]
fn an_imagemap_is_made_in_one_call() {
    let areas = [ImagemapAction::message("left", ImagemapArea::new(0, 0, 520, 520))];
    let message = Message::imagemap("https://example.com/map", "Left?", 520, areas.clone());
    let long = ImagemapMessage::new("https://example.com/map", "Left?", 520).actions(areas);
    assert_eq!(message.kind, MessageKind::Imagemap(long));
}

#[test]
fn params_of_a_postback_begin_empty() {
    let mut params: PostbackParams = PostbackParams::default();
    params.date = Some("2026-12-25".into());
    assert_eq!(to_value(params).unwrap(), json!({"date": "2026-12-25"}));
}

#[test]
fn a_box_takes_a_tuple_an_array_or_a_vec() {
    let tuple = flex::Box::vertical((
        "a",
        flex::Separator::new(),
        flex::Text::new("b"),
        flex::Box::horizontal(()),
    ));
    let array: [flex::Component; 4] = [
        "a".into(),
        flex::Separator::new().into(),
        flex::Text::new("b").into(),
        flex::Box::horizontal(Vec::<flex::Component>::new()).into(),
    ];
    assert_eq!(tuple, flex::Box::vertical(array.to_vec()));
    assert_eq!(tuple, flex::Box::vertical(array));
    assert_eq!(flex::Box::baseline(["a"]), flex::Box::baseline((flex::Text::new("a"),)));

    let twelve =
        flex::Box::vertical(("1", "2", "3", "4", "5", "6", "7", "8", "9", "10", "11", "12"));
    assert_eq!(twelve, flex::Box::vertical((1..=12).map(|n| n.to_string()).collect::<Vec<_>>()));
}
