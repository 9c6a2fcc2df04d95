//! Webhooks, through the public API.

#![expect(clippy::unwrap_used, reason = "helpers of tests fail by panic")]

mod axum;
mod body;
mod receive;
mod reply_token;
mod router;
mod seen;
mod signature;
mod types;

use hikyaku_model::ChannelSecret;
use hikyaku_webhook::{Receiver, Verifier, Webhook, sign};
use serde_json::json;

fn secret(text: &str) -> ChannelSecret {
    ChannelSecret::new(text).unwrap()
}

fn receiver() -> Receiver {
    Receiver::new(Verifier::new(&secret("secret")))
}

/// A request as LINE sends it, signed with this secret.
fn signed<B: AsRef<[u8]>>(with: &str, body: B) -> http::Request<B> {
    http::Request::post("/callback")
        .header("X-Line-Signature", sign(&secret(with), body.as_ref()))
        .body(body)
        .unwrap()
}

/// A webhook with a text message for each of these texts, whose ids are the texts' places.
fn texts(texts: &[&str]) -> Webhook {
    let events: Vec<_> = texts
        .iter()
        .enumerate()
        .map(|(at, text)| {
            json!({
                "type": "message",
                "webhookEventId": at.to_string(),
                "replyToken": format!("token {at}"),
                "message": {"type": "text", "id": "1", "text": text},
            })
        })
        .collect();
    webhook(&json!(events))
}

fn webhook(events: &serde_json::Value) -> Webhook {
    Webhook::parse(json!({"destination": "Ubot", "events": events}).to_string().as_bytes()).unwrap()
}
