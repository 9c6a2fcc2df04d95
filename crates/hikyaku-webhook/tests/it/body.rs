use hikyaku_model::event::{Event, EventType, Str};
use hikyaku_webhook::{Error, Webhook};
use proptest::prelude::*;
use serde_json::{Value, json};

fn error(body: impl AsRef<[u8]>) -> String {
    let error = Webhook::parse(body.as_ref()).unwrap_err();
    assert_eq!(Webhook::borrow(body.as_ref()).unwrap_err(), error);
    assert_eq!(error.status(), 400);
    error.to_string()
}

#[test]
fn a_body_round_trips_with_what_is_new_in_it() {
    let json = json!({
        "destination": "U8e742f61d673b39c7fff3cecb7536ef0",
        "new": [1, {"deep": null}],
        "events": [{"type": "join", "timestamp": 1, "new": true}, {"type": "brandNew"}],
    });
    let body = json.to_string();
    let webhook = Webhook::parse(body.as_bytes()).unwrap();
    assert_eq!(webhook.destination.as_deref(), Some("U8e742f61d673b39c7fff3cecb7536ef0"));
    assert_eq!(serde_json::to_value(&webhook).unwrap(), json);
    assert_eq!(serde_json::to_value(Webhook::borrow(body.as_bytes()).unwrap()).unwrap(), json);
}

#[test]
fn blanks_and_order_do_not_matter_and_the_raw_event_is_what_came() {
    let body = " \n{ \"events\" : [ {\"type\" :\t\"join\"} ,\n{\"type\":\"unsend\"} , {\"type\":\"leave\",\"new\":\"あ\"}\r\n] , \"destination\":\"U1\" } ";
    let came =
        ["{\"type\" :\t\"join\"}", "{\"type\":\"unsend\"}", "{\"type\":\"leave\",\"new\":\"あ\"}"];
    let webhook = Webhook::borrow(body.as_bytes()).unwrap();
    let raw: Vec<_> = webhook.events.iter().map(|event| event.raw().unwrap()).collect();
    assert_eq!(raw, came);
    assert_eq!(webhook.destination, Some(Str::from("U1")));

    let Webhook { mut events, .. } = Webhook::parse(body.as_bytes()).unwrap();
    let raw: Vec<_> = events.iter().map(|event| event.raw().unwrap()).collect();
    assert_eq!(raw, came);
    let last = events.pop().unwrap();
    drop(events);
    assert_eq!(last.raw(), Some(came[2]), "an event keeps its JSON when the others are gone");
    assert!(!format!("{last:?}").contains("join"), "{last:?}");
}

#[test]
fn one_bad_event_does_not_touch_its_neighbours() {
    let deep = format!("{}{}", "[".repeat(10_000), "]".repeat(10_000));
    for bad in
        [r#"{"type":"unsend"}"#, r#"{"type":7}"#, "null", "[]", r#""\ud800""#, "1e999", &*deep]
    {
        let body = format!(r#"{{"events":[{{"type":"join"}},{bad},{{"type":"leave"}}]}}"#);
        let webhook = Webhook::parse(body.as_bytes()).unwrap();
        let types: Vec<_> = webhook.events.iter().map(Event::event_type).collect();
        assert_eq!(types, [EventType::Join, EventType::Unknown, EventType::Leave]);
        assert_eq!(webhook.events[1].misfit().unwrap().json, bad);
        assert_eq!(serde_json::to_string(&webhook).unwrap(), body);
    }
}

#[test]
fn no_events_and_no_destination_are_a_webhook() {
    assert_eq!(Webhook::parse(br#"{"events":[]}"#).unwrap().events, []);
    assert_eq!(Webhook::parse(br#"{"events":[ ],"destination":null}"#).unwrap().destination, None);
}

#[test]
fn what_is_no_webhook_is_refused_with_the_place_and_the_reason() {
    assert_eq!(error(""), "the body is no webhook, see byte 0: expected `{`");
    assert_eq!(error("[]"), "the body is no webhook, see byte 0: expected `{`");
    assert_eq!(error("{}"), "the body is no webhook, see byte 2: there is no `events`");
    assert_eq!(error(r#"{"events":{}}"#), "the body is no webhook, see byte 10: expected `[`");
    assert_eq!(error(r#"{"events":null}"#), "the body is no webhook, see byte 10: expected `[`");
    assert_eq!(error(r#"{"events":[{}]"#), "the body is no webhook, see byte 14: expected `,`");
    assert_eq!(
        error(r#"{"events":[{}],}"#),
        "the body is no webhook, see byte 15: expected value at line 1 column 1"
    );
    assert_eq!(
        error(r#"{"events":[],"events":[]}"#),
        "the body is no webhook, see byte 22: `events` comes twice"
    );
    assert_eq!(
        error(r#"{"events":[]} {}"#),
        "the body is no webhook, see byte 14: expected the end"
    );
    assert_eq!(error(b"{\"events\":[\xff]}"), "the body is not UTF-8 from byte 11 on");
    assert!(error(r#"{"destination":7,"events":[]}"#).contains("invalid type: integer `7`"));
    assert!(error(r#"{"events":[{"type":"join"},]}"#).contains("see byte 27: expected value"));
    assert!(error(r#"{"events":[{"type":"join"} {"type":"join"}]}"#).contains("expected `,`"));
    assert!(
        error(format!(r#"{{"new":{},"events":[]}}"#, "[".repeat(100_000)))
            .contains("recursion limit")
    );
    assert!(error(format!(r#"{{"events":{}"#, "[".repeat(100_000))).contains("EOF"));
}

#[test]
fn ten_thousand_events_are_read() {
    let body = json!({"events": vec![json!({"type": "join", "timestamp": 1_462_629_479_859_i64}); 10_000]}).to_string();
    assert_eq!(Webhook::borrow(body.as_bytes()).unwrap().events.len(), 10_000);
}

#[test]
fn more_events_than_bytes_can_tell_are_refused() {
    let body = json!({"events": vec![json!({}); 10_000]}).to_string();
    assert!(error(&body).ends_with("there are more events than a body of this length can have"));
    assert_eq!(
        Webhook::parse(json!({"events": vec![0; 256]}).to_string().as_bytes())
            .unwrap()
            .events
            .len(),
        256
    );
}

#[test]
fn every_error_has_a_status() {
    assert_eq!(Error::TooLarge { limit: 1 }.status(), 413);
    assert_eq!(Error::NoSecret.status(), 401);
    assert_eq!(Error::Interrupted.status(), 408);
}

/// Bytes that are nearly a webhook: tokens of JSON in any order, and a whole one with a piece replaced.
fn nearly_a_webhook() -> impl Strategy<Value = Vec<u8>> {
    const WHOLE: &str = r#"{"destination":"U1","events":[{"type":"message","message":{"type":"text","id":"1","text":"\u3042 hi","emojis":[{"index":0,"length":1,"productId":"p","emojiId":"e"}]},"source":{"type":"group","groupId":"C1","userId":"U1"},"timestamp":1462629479859,"mode":"active","deliveryContext":{"isRedelivery":false}},{"type":"memberJoined","joined":{"members":[{"type":"user","userId":"U1"}]}},{"type":"location","latitude":1.5e3}]}"#;
    let tokens = prop::sample::select(vec![
        "{",
        "}",
        "[",
        "]",
        ",",
        ":",
        " ",
        "null",
        "true",
        "-1",
        "1e999",
        "9007199254740993",
        "\"",
        "\\",
        "\\ud800",
        "\"type\"",
        "\"events\"",
        "\"message\"",
        "\"text\"",
        "\"join\"",
        "{\"type\":\"join\"}",
        "\u{3042}",
        "\u{0}",
        "\u{feff}",
    ]);
    let soup = prop::collection::vec(tokens.clone(), 0..40)
        .prop_map(|tokens| tokens.concat().into_bytes());
    let bytes = prop::collection::vec(any::<u8>(), 0..200);
    let changed = (any::<prop::sample::Index>(), 0..20_usize, prop::collection::vec(tokens, 0..4))
        .prop_map(|(at, length, tokens)| {
            let at = at.index(WHOLE.len());
            let mut body = WHOLE.as_bytes().to_vec();
            body.splice(at..(at + length).min(WHOLE.len()), tokens.concat().into_bytes());
            body
        });
    prop_oneof![soup, bytes, changed]
}

proptest! {
    #[test]
    fn no_body_makes_it_panic_and_all_that_is_read_is_written_back(body in nearly_a_webhook()) {
        let owned = Webhook::parse(&body);
        let borrowed = Webhook::borrow(&body);
        prop_assert_eq!(owned.as_ref().err(), borrowed.as_ref().err());
        if let (Ok(owned), Ok(borrowed)) = (owned, borrowed) {
            let raw: Vec<_> = owned.events.iter().map(Event::raw).collect();
            prop_assert_eq!(raw, borrowed.events.iter().map(Event::raw).collect::<Vec<_>>());
            let text = serde_json::to_string(&owned).unwrap();
            prop_assert_eq!(&text, &serde_json::to_string(&borrowed).unwrap());
            prop_assert_eq!(&Webhook::parse(text.as_bytes()).unwrap(), &owned);
        }
    }

    #[test]
    fn whatever_the_events_are_they_all_arrive(events in prop::collection::vec(".{0,20}".prop_map(Value::from), 0..20)) {
        let body = json!({"events": events}).to_string();
        prop_assert_eq!(Webhook::borrow(body.as_bytes()).unwrap().events.len(), events.len());
    }
}
