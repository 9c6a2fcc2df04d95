//! Where in the JSON the parts of a drawing say they are.

use hikyaku_model::{Message, flex::Container};
use hikyaku_page::{
    Look,
    chat::{self, Entry},
    flex,
};
use proptest::prelude::*;
use serde_json::json;

use crate::{hostile::container, markup::Markup};

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn every_place_is_in_the_json(json in container()) {
        let drawn: Container = serde_json::from_value(json.clone()).unwrap();
        let drawn = flex(&drawn, &Look::default().with_places(), "");
        let markup = Markup::read(drawn.as_str());
        for (_, place) in markup.with("data-at") {
            prop_assert!(json.pointer(place).is_some(), "{place} in {json}");
        }
    }
}

#[test]
fn messages_components_and_columns_say_where_they_are() {
    let action = json!({"type": "message", "label": "l", "text": "t"});
    let spans = json!([{"type": "span", "text": "a"}, {"type": "span", "text": "b"}]);
    let messages: Vec<Message> = serde_json::from_value(json!([
        {"type": "text", "text": "one"},
        {"type": "template", "altText": "t", "template": {"type": "carousel", "columns": [
            {"text": "c", "actions": [action]}]}},
        {"type": "flex", "altText": "f", "contents": {"type": "bubble",
            "hero": {"type": "image", "url": "https://example.com/"},
            "body": {"type": "box", "layout": "vertical", "contents": [
                {"type": "text", "contents": spans}, {"type": "separator"}, {"type": "filler"},
                {"type": "button", "action": action}, {"type": "brandNew"}]}}},
    ]))
    .unwrap();
    let pointers: Vec<String> = (0..3).map(|index| format!("/messages/{index}")).collect();
    let entries: Vec<Entry<'_>> =
        messages.iter().zip(&pointers).map(|(it, pointer)| Entry::message(it, pointer)).collect();
    let drawn = chat::draw(&entries, &Look::default().with_places());
    let markup = Markup::read(drawn.as_str());
    let places: Vec<&str> = markup.with("data-at").map(|(_, place)| place).collect();
    let body = "/messages/2/contents/body";
    let expected = [
        "/messages/0",
        "/messages/1",
        "/messages/1/template/columns/0",
        "/messages/2",
        "/messages/2/contents",
        "/messages/2/contents/hero",
        body,
        &format!("{body}/contents/0"),
        &format!("{body}/contents/0/contents/0"),
        &format!("{body}/contents/0/contents/1"),
        &format!("{body}/contents/1"),
        &format!("{body}/contents/2"),
        &format!("{body}/contents/3"),
        &format!("{body}/contents/4"),
    ];
    assert_eq!(places, expected);
    let silent = chat::draw(&entries, &Look::default());
    assert!(!silent.as_str().contains("data-at"), "only a look that wants it");
}
