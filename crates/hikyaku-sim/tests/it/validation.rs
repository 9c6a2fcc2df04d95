use hikyaku_sim::Sim;
use serde_json::{Value, json};

use crate::http::{post, post_with};

/// What the platform says of messages.
async fn judge(messages: Value) -> (u16, Value) {
    let sim = Sim::start().await.unwrap();
    let body = json!({ "messages": messages }).to_string();
    let answer = post(&sim, "/v2/bot/message/validate/push", &body).await;
    (answer.status, answer.json())
}

#[track_caller]
fn of_request((status, answer): &(u16, Value), details: &[(&str, &str)]) {
    let details: Vec<_> = details
        .iter()
        .map(|(property, message)| json!({ "message": message, "property": property }))
        .collect();
    let message = format!("The request body has {} error(s)", details.len());
    assert_eq!((*status, answer), (400, &json!({ "message": message, "details": details })));
}

#[track_caller]
fn of_message((status, answer): &(u16, Value), index: usize, details: &[(&str, &str)]) {
    let details: Vec<_> = details
        .iter()
        .map(|(property, message)| json!({ "message": message, "property": property }))
        .collect();
    let message = format!("A message (messages[{index}]) in the request body is invalid");
    assert_eq!((*status, answer), (400, &json!({ "message": message, "details": details })));
}

#[tokio::test]
async fn counts_lengths_types_and_missing_fields_are_told_from_the_root() {
    let text = json!({ "type": "text", "text": "a" });
    of_request(&judge(json!([])).await, &[("messages", "Size must be between 1 and 5")]);
    of_request(&judge(json!(null)).await, &[("messages", "May not be empty")]);
    let six = judge(json!([text, text, text, text, text, text])).await;
    of_request(&six, &[("messages", "Size must be between 1 and 5")]);
    let long = "x".repeat(5001);
    let many = judge(json!([
        { "type": "text", "text": "" },
        { "text": "a" },
        { "type": "text", "text": long },
        { "type": "text" },
    ]))
    .await;
    of_request(
        &many,
        &[
            ("messages[0].text", "May not be empty"),
            ("messages[1].type", "May not be empty"),
            ("messages[2].text", "Length must be between 0 and 5000"),
            ("messages[3].text", "May not be empty"),
        ],
    );
    let (status, answer) = judge(json!([{ "type": "hologram" }])).await;
    assert_eq!(status, 400);
    let detail = &answer["details"][0];
    assert_eq!(detail["property"], "messages[0].type");
    let message = detail["message"].as_str().unwrap();
    assert!(message.starts_with("Must be one of the following values: [text, "), "{message}");
}

#[tokio::test]
async fn what_is_inside_a_message_is_told_from_the_message() {
    let title = "x".repeat(41);
    let column = |title: &str| json!({ "title": title, "text": "t", "actions": [{ "type": "message", "label": "a", "text": "a" }] });
    let carousel = json!({
        "type": "template",
        "altText": "a",
        "template": { "type": "carousel", "columns": [column("ok"), column(&title)] },
    });
    of_message(
        &judge(json!([{ "type": "text", "text": "fine" }, carousel])).await,
        1,
        &[("template/columns/1/title", "must not be longer than 40 characters")],
    );
    let bubble =
        json!({ "type": "bubble", "hero": { "type": "image", "url": "ftp://example.com/a.png" } });
    let flex = judge(json!([{ "type": "flex", "altText": "a", "contents": bubble }])).await;
    assert_eq!(flex.0, 400, "{}", flex.1);
    assert_eq!(flex.1["message"], "A message (messages[0]) in the request body is invalid");
    assert_eq!(flex.1["details"][0]["property"], "/hero/url");
    assert_eq!(flex.1["details"][0]["message"], "invalid uri scheme");
    let carousel = json!({ "type": "carousel", "contents": [bubble] });
    let flex = judge(json!([{ "type": "flex", "altText": "a", "contents": carousel }])).await;
    assert_eq!(flex.1["details"][0]["property"], "/contents/0/hero/url");
    of_message(
        &judge(json!([{ "type": "textV2", "text": "hi {!owe}" }])).await,
        0,
        &[(
            "text",
            "The key '!owe' enclosed in '{}' does not match the pattern '^[a-zA-Z0-9_]{1,20}$'.",
        )],
    );
}

#[tokio::test]
async fn all_five_kinds_validate_as_they_would_send() {
    let sim = Sim::start().await.unwrap();
    let good = r#"{"messages":[{"type":"text","text":"a"}]}"#;
    let quote = r#"{"messages":[{"type":"text","text":"a","quoteToken":"q"}]}"#;
    for (kind, quotes) in
        [("reply", 200), ("push", 200), ("multicast", 400), ("narrowcast", 400), ("broadcast", 400)]
    {
        let path = format!("/v2/bot/message/validate/{kind}");
        post(&sim, &path, good).await.is(200, "{}");
        assert_eq!(post(&sim, &path, quote).await.status, quotes, "{kind}");
        assert_eq!(post(&sim, &path, "{}").await.status, 400);
    }
    assert_eq!(sim.delivered(), 0);
}

#[tokio::test]
async fn json_that_cannot_be_read_says_where() {
    let sim = Sim::start().await.unwrap();
    let path = "/v2/bot/message/validate/push";
    for (body, line, column) in
        [("{\n  \"messages\": x\n}", 2, 15), ("", 1, 0), ("{\"messages\":[]", 1, 14), ("[1]", 1, 0)]
    {
        let answer = post(&sim, path, body).await;
        assert_eq!(answer.status, 400);
        let text = answer.text();
        assert!(text.contains("The request body could not be parsed as JSON (line: "), "{text}");
        let place = format!("(line: {line}, column: {column})");
        assert!(text.contains(&place), "{body:?}: {text}");
    }
    for (body, property) in [
        (r#"{"messages":"hi"}"#, "messages"),
        (r#"{"messages":["hi"]}"#, "messages[0]"),
        (r#"{"to":1,"messages":[{"type":"text","text":"a"}]}"#, "to"),
    ] {
        let answer = post(&sim, "/v2/bot/message/push", body).await;
        let message = format!(
            r#"{{"message":"The property, '{property}', in the request body is invalid (line: -, column: -)"}}"#
        );
        answer.is(400, &message);
    }
}

#[tokio::test]
async fn another_content_type_is_refused() {
    let sim = Sim::start().await.unwrap();
    let path = "/v2/bot/message/validate/push";
    let body = r#"{"messages":[{"type":"text","text":"a"}]}"#;
    let bearer = crate::http::bearer(&sim);
    let send = async |content_type| {
        let headers = [("authorization", &*bearer), ("content-type", content_type)];
        crate::http::send(&sim.api_url(), "POST", path, &headers, body.as_bytes()).await.unwrap()
    };
    send("text/plain")
        .await
        .is(400, r#"{"message":"The content type, text/plain, is not supported"}"#);
    send("Application/JSON; charset=UTF-8").await.is(200, "{}");
    assert_eq!(post_with(&sim, path, &[], body).await.status, 200);
}
