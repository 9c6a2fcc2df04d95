//! Channel access tokens: those that are issued here are good for all other calls until they end.

pub(super) mod short_lived;
pub(super) mod stateless;
pub(super) mod v2_1;

use http::{StatusCode, header};
use serde_json::json;

use super::{Answer, Request, Scene};
use crate::{query, state::token::Token};

/// The fields of a form.
struct Form(String);

impl Form {
    fn read(request: &Request) -> Result<Self, Answer> {
        let content_type = request.headers.get(header::CONTENT_TYPE);
        let content_type = content_type.and_then(|value| value.to_str().ok()).unwrap_or("");
        let media_type = content_type.split(';').next().unwrap_or("").trim();
        match str::from_utf8(&request.body) {
            Ok(text) if media_type.eq_ignore_ascii_case("application/x-www-form-urlencoded") => {
                Ok(Self(text.to_owned()))
            }
            _ => Err(missed()),
        }
    }

    fn field(&self, name: &str) -> Result<String, Answer> {
        query::parameter(&self.0, name).filter(|value| !value.is_empty()).ok_or_else(missed)
    }
}

/// The errors of these calls have a form of their own.
fn oauth_error(error: &str, description: &str) -> Answer {
    let body = json!({ "error": error, "error_description": description });
    Answer::json(StatusCode::BAD_REQUEST, &body)
}

fn missed() -> Answer {
    oauth_error("invalid_request", "some parameters missed or invalid")
}

/// The answer to an assertion. Our choice: channels have no keys registered, so that none of them fits.
fn no_key() -> Answer {
    let message = "Cannot find channel key that satisfies the conditions";
    Answer::error(StatusCode::NOT_FOUND, message)
}

fn issued(scene: &Scene<'_>, (text, token): (String, Token)) -> Answer {
    Answer::ok(&json!({
        "access_token": text,
        "expires_in": token.expires_in(scene.now),
        "token_type": "Bearer",
    }))
}

/// Whether a text has the form of a token: LINE's, as far as they have been seen, are of base64 and of a JWT's letters.
fn is_token(text: &str) -> bool {
    text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"+/=-_.".contains(&byte))
}

/// What is said of a token that is good.
fn verified(scene: &Scene<'_>, token: Token) -> Answer {
    let channel = &scene.world.channels[token.channel];
    Answer::ok(&json!({
        "client_id": &*channel.id,
        "expires_in": token.expires_in(scene.now),
        "scope": "P CM",
    }))
}

/// The channel whose id and secret these are.
fn channel(scene: &Scene<'_>, id: &str, secret: &str) -> Result<usize, &'static str> {
    let channel = scene.world.channel_of_id(id).ok_or("invalid client_id")?;
    let right = scene.world.channels[channel].secret.expose() == secret;
    if right { Ok(channel) } else { Err("invalid client_secret") }
}
