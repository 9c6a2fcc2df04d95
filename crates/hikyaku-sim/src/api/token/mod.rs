//! Channel access tokens: those that are issued here are good for all other calls until they end.

mod assertion;
pub(super) mod short_lived;
pub(super) mod stateless;
pub(super) mod v2_1;

use serde_json::{Value, json};

use super::{Answer, Scene};
use crate::state::{
    holder::Holder,
    token::{Token, TokenKind},
};

fn issued(scene: &Scene<'_>, (text, token): &(String, Token)) -> Value {
    json!({
        "access_token": text,
        "expires_in": token.expires_in(scene.now),
        "token_type": "Bearer",
    })
}

/// Whether a text has the form of a token: LINE's, as far as they have been seen, are of base64 and of a JWT's letters.
fn is_token(text: &str) -> bool {
    text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"+/=-_.".contains(&byte))
}

/// What is said of a token that is good.
fn verified(scene: &Scene<'_>, token: &Token) -> Answer {
    let scope = match token.kind {
        TokenKind::LongLived | TokenKind::ShortLived => "P CM",
        TokenKind::V2_1 | TokenKind::Stateless => "profile chat_message.write",
    };
    Answer::ok(&json!({
        "client_id": &**scene.world.id_of(token.holder),
        "expires_in": token.expires_in(scene.now),
        "scope": scope,
    }))
}

/// The channel whose id and secret these are.
fn channel(scene: &Scene<'_>, id: &str, secret: &str) -> Result<Holder, &'static str> {
    let holder = scene.world.holder_of_id(id).ok_or("invalid client_id")?;
    let right = scene.world.secret_of(holder).expose() == secret;
    if right { Ok(holder) } else { Err("invalid client_secret") }
}
