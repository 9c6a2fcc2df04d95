use http::Method;

use super::{missed, oauth_error, verified};
use crate::{
    api::{Action, Answer, Endpoint, Request},
    state::token::TokenKind,
};

/// Tells how long a token is good. LINE does not say that it does so for stateless ones; here it does.
///
/// Source: <https://developers.line.biz/en/reference/messaging-api/#verify-channel-access-token-v2-1>
pub(crate) const VERIFY: Endpoint =
    Endpoint::new(Method::GET, "/oauth2/v2.1/verify", read_verify).open();

fn read_verify(request: &Request) -> Result<Action, Answer> {
    let token = request.parameter("access_token").ok_or_else(missed)?;
    Ok(Box::new(move |scene| {
        let (tokens, now) = (&scene.world.tokens, scene.now);
        match tokens.get(&token, now) {
            Some(token) if token.kind == TokenKind::Stateless => verified(scene, token),
            _ if tokens.has_expired(&token, now) => {
                oauth_error("invalid_request", "The access token expired")
            }
            _ => oauth_error("invalid_request", "The access token not JWS"),
        }
    }))
}
