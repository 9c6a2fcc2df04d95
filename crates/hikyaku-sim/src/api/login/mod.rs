//! LINE Login: a person agrees on a page, and a channel then calls in the person's name.

pub(super) mod account_link;
pub(super) mod authorize;
pub(super) mod deauthorize;
pub(super) mod friendship;
pub(super) mod id_token;
mod page;
mod request;
pub(super) mod token;
pub(super) mod user;

use http::StatusCode;

use super::{Answer, Request, Scene};
use crate::state::login::{InvalidUserToken, Scope, UserToken};

/// The channel and the access token that a call in a person's name has, if the person has agreed to this.
///
/// LINE's reference prints the words for tokens that are over, at another call; those for the rest are ours.
fn user_token<'a>(
    scene: &'a Scene<'_>,
    request_token: Option<&str>,
    needed: Scope,
) -> Result<(usize, &'a UserToken), Answer> {
    let token = request_token.ok_or(InvalidUserToken::Unknown);
    let found = token.and_then(|token| scene.world.user_token(token));
    let (place, token) = found.map_err(|why| {
        let words = match why {
            InvalidUserToken::Unknown => "invalid token",
            InvalidUserToken::Expired => "The access token expired",
            InvalidUserToken::Revoked => "The access token revoked",
        };
        Answer::error(StatusCode::UNAUTHORIZED, words)
    })?;
    if token.scopes.contains(&needed) {
        return Ok((place, token));
    }
    let words = format!("The access token does not have the scope '{}'", needed.word());
    Err(Answer::error(StatusCode::FORBIDDEN, &words))
}

/// The access token of a request, to be kept for its action.
fn bearer(request: &Request) -> Option<String> {
    request.token().map(str::to_owned)
}
