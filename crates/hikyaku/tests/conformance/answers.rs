//! Answers that a call reads into something that is written otherwise, or not at all: a secret is not.

use hikyaku::{
    Accepted, Client, Error,
    model::{ChannelSecret, UserId},
};
use serde_json::{Value, json};

use crate::{calls::answered, way::Back};

fn read<T>(
    instance: &Value,
    call: impl AsyncFnOnce(&Client) -> Result<T, Error>,
) -> Result<T, String> {
    answered(200, instance, call).0.map_err(|why| why.to_string())
}

/// What a send says of the messages that it made, in LINE's words.
fn sent(accepted: &Accepted) -> Value {
    let messages = accepted.sent_messages.iter().map(|message| {
        let mut json = json!({ "id": message.id });
        if let Some(token) = &message.quote_token {
            json["quoteToken"] = token.as_str().into();
        }
        json
    });
    messages.collect()
}

fn back(json: Value) -> Back {
    Back { json, debug: String::new() }
}

pub(crate) fn reply(instance: &Value) -> Result<Back, String> {
    let accepted = read(instance, async |client| client.reply("token", "hi").await)?;
    Ok(back(json!({ "sentMessages": sent(&accepted) })))
}

pub(crate) fn push(instance: &Value) -> Result<Back, String> {
    let accepted = read(instance, async |client| client.push("U1", "hi").await)?;
    Ok(back(json!({ "sentMessages": sent(&accepted) })))
}

pub(crate) fn sent_message(instance: &Value) -> Result<Back, String> {
    let sent = push(&json!({ "sentMessages": [instance] }))?;
    Ok(back(sent.json["sentMessages"][0].clone()))
}

/// An answer without a property: what matters is that the call takes it.
fn nothing(accepted: &Accepted) -> Result<Back, String> {
    if accepted.sent_messages.is_empty() { Ok(back(json!({}))) } else { Err("messages".to_owned()) }
}

pub(crate) fn multicast(instance: &Value) -> Result<Back, String> {
    let to = [UserId::from("U1")];
    nothing(&read(instance, async |client| client.multicast(&to, "hi").await)?)
}

pub(crate) fn narrowcast(instance: &Value) -> Result<Back, String> {
    nothing(&read(instance, async |client| client.narrowcast("hi").await)?)
}

pub(crate) fn broadcast(instance: &Value) -> Result<Back, String> {
    nothing(&read(instance, async |client| client.broadcast("hi").await)?)
}

pub(crate) fn start_loading(instance: &Value) -> Result<Back, String> {
    read(instance, async |client| client.start_loading("U1").await)?;
    Ok(back(json!({})))
}

pub(crate) fn error(instance: &Value) -> Result<Back, String> {
    let result = answered(400, instance, async |client| client.bot_info().await).0;
    let error = result.err().ok_or("a 400 is no success")?;
    let mut json = json!({ "message": error.message() });
    if instance.get("details").is_some() {
        let details = error.details().iter().map(|detail| {
            let mut json = json!({});
            for (name, value) in [("message", &detail.message), ("property", &detail.property)] {
                if let Some(value) = value {
                    json[name] = value.as_str().into();
                }
            }
            json
        });
        json["details"] = details.collect();
    }
    // The messages of an earlier request under the same retry key: a push reads them from its 409.
    if instance.get("sentMessages").is_some() {
        let result = answered(409, instance, async |client| client.push("U1", "hi").await).0;
        json["sentMessages"] = sent(&result.map_err(|why| why.to_string())?);
    }
    Ok(back(json))
}

/// A detail that says nothing is dropped.
pub(crate) fn error_detail(instance: &Value) -> Result<Back, String> {
    let error = error(&json!({ "message": "m", "details": [instance] }))?;
    Ok(back(error.json["details"].get(0).cloned().unwrap_or(json!({}))))
}

/// The error of the calls that speak OAuth: its two parts make one message.
pub(crate) fn oauth_error(instance: &Value) -> Result<Back, String> {
    let result = answered(400, instance, async |client| client.bot_info().await).0;
    let error = result.err().ok_or("a 400 is no success")?;
    let mut json = json!({});
    if let Some((word, description)) = error.message().split_once(": ") {
        json = json!({ "error": word, "error_description": description });
    } else if error.message() != "Bad Request (the answer gives no reason)" {
        json["error"] = error.message().into();
    }
    Ok(back(json))
}

/// The token itself is written nowhere; it is read and compared.
pub(crate) fn issued_token(instance: &Value) -> Result<Back, String> {
    let secret = ChannelSecret::new("secret").map_err(|why| why.to_string())?;
    let issued = read(instance, async |client| client.issue_stateless_token("1", &secret).await)?;
    let mut json = json!({
        "access_token": issued.access_token.expose(),
        "expires_in": issued.expires_in,
        "token_type": issued.token_type,
    });
    if let Some(key_id) = &issued.key_id {
        json["key_id"] = key_id.as_str().into();
    }
    Ok(Back { json, debug: format!("{issued:?}") })
}
