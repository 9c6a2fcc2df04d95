use base64::{Engine as _, prelude::BASE64_URL_SAFE_NO_PAD as BASE64_URL};
use http::{Method, StatusCode};
use jiff::SignedDuration;
use serde_json::json;

use super::{assertion, channel, issued, verified};
use crate::{
    api::{
        Action, Answer, Endpoint, Request,
        form::{Form, missed, oauth_error},
        login,
    },
    state::{
        holder::Holder,
        login::{InvalidUserToken, words},
        token::{LONGEST_V2_1, TokenKind},
    },
};

/// Issues a token that is good for as long as an assertion asks; or, by another `grant_type`, one of a person who has
/// logged in.
///
/// Sources: <https://developers.line.biz/en/reference/messaging-api/#issue-channel-access-token-v2-1>,
/// <https://developers.line.biz/en/reference/line-login/#issue-access-token>
pub(crate) const ISSUE: Endpoint =
    Endpoint::new(Method::POST, "/oauth2/v2.1/token", read_issue).open();

/// What the tokens of a channel that are good are called.
///
/// Source: <https://developers.line.biz/en/reference/messaging-api/#get-all-valid-channel-access-token-key-ids-v2-1>
pub(crate) const KEY_IDS: Endpoint =
    Endpoint::new(Method::GET, "/oauth2/v2.1/tokens/kid", read_key_ids).open();

/// Tells how long a token is good, a channel's or a person's. LINE does not say that it does so for stateless ones; here
/// it does.
///
/// Sources: <https://developers.line.biz/en/reference/messaging-api/#verify-channel-access-token-v2-1>,
/// <https://developers.line.biz/en/reference/line-login/#verify-access-token>
pub(crate) const VERIFY: Endpoint =
    Endpoint::new(Method::GET, "/oauth2/v2.1/verify", read_verify).open();

/// Ends a token, a channel's or a person's. LINE says both that an unknown token is no error and that it is one; our choice is the first, for
/// tokens of the right form.
///
/// Sources: <https://developers.line.biz/en/reference/messaging-api/#revoke-channel-access-token-v2-1>,
/// <https://developers.line.biz/en/reference/line-login/#revoke-access-token>
pub(crate) const REVOKE: Endpoint =
    Endpoint::new(Method::POST, "/oauth2/v2.1/revoke", read_revoke).open();

fn read_issue(request: &Request) -> Result<Action, Answer> {
    let form = Form::read(request)?;
    match form.field("grant_type")?.as_str() {
        "client_credentials" => {}
        "authorization_code" => return login::token::read_exchange(&form),
        "refresh_token" => return login::token::read_refresh(&form),
        _ => return Err(missed()),
    }
    if form.field("client_assertion_type")? != assertion::TYPE {
        return Err(missed());
    }
    let jwt = form.field("client_assertion")?;
    Ok(Box::new(move |scene| {
        let assertion = match assertion::check(scene, &jwt) {
            Ok(assertion) => assertion,
            Err(refused) => return refused,
        };
        let life = assertion.token_life();
        let fits = |life: &SignedDuration| life.is_positive() && *life <= LONGEST_V2_1;
        let Some(life) = life.filter(fits) else {
            // LINE documents the limit; the words are ours.
            return oauth_error("invalid_client", "Invalid token_exp");
        };
        let Some(token) = scene.world.tokens.issue_v2_1(assertion.holder, life, scene.now) else {
            let message = "The maximum number of access tokens has already been issued";
            return Answer::error(StatusCode::BAD_REQUEST, message);
        };
        let mut json = issued(scene, &token);
        json["key_id"] = json!(token.1.key_id);
        Answer::ok(&json)
    }))
}

fn read_key_ids(request: &Request) -> Result<Action, Answer> {
    if request.parameter("client_assertion_type").as_deref() != Some(assertion::TYPE) {
        return Err(missed());
    }
    let jwt = request.parameter("client_assertion").ok_or_else(missed)?;
    Ok(Box::new(move |scene| match assertion::check(scene, &jwt) {
        Ok(assertion) => {
            let kids = scene.world.tokens.key_ids(assertion.holder, scene.now);
            Answer::ok(&json!({ "kids": kids }))
        }
        Err(refused) => refused,
    }))
}

fn read_verify(request: &Request) -> Result<Action, Answer> {
    let token = request.parameter("access_token").ok_or_else(missed)?;
    Ok(Box::new(move |scene| {
        let (tokens, now) = (&scene.world.tokens, scene.now);
        let kinds = [TokenKind::V2_1, TokenKind::Stateless];
        match tokens.get(&token, now) {
            Some(token) if kinds.contains(&token.kind) => return verified(scene, token),
            _ if tokens.has_expired(&token, now) => {
                return oauth_error("invalid_request", "The access token expired");
            }
            _ => {}
        }
        match scene.world.user_token(&token) {
            Ok((place, token)) => Answer::ok(&json!({
                "scope": words(&token.scopes),
                "client_id": &*scene.world.logins[place].id,
                "expires_in": token.expires_in(now),
            })),
            Err(why) => {
                let words = match why {
                    InvalidUserToken::Unknown => "The access token not JWS",
                    InvalidUserToken::Expired => "The access token expired",
                    InvalidUserToken::Revoked => "The access token revoked",
                };
                oauth_error("invalid_request", words)
            }
        }
    }))
}

fn read_revoke(request: &Request) -> Result<Action, Answer> {
    let form = Form::read(request)?;
    let (id, secret) = (form.field("client_id")?, form.field("client_secret")?);
    let token = form.field("access_token")?;
    Ok(Box::new(move |scene| {
        let channel = match channel(scene, &id, &secret) {
            Ok(channel) => channel,
            Err(why) => return oauth_error("invalid_client", why),
        };
        let was_a_persons = match channel {
            Holder::Login(place) => scene.world.logins[place].tokens.revoke(&token),
            Holder::Messaging(_) | Holder::Module(_) => false,
        };
        if was_a_persons || scene.world.tokens.revoke_v2_1(&token, channel) {
            return Answer::nothing(StatusCode::OK);
        }
        let parts: Vec<&str> = token.split('.').collect();
        if parts.len() != 3 {
            oauth_error("invalid_request", "The access token not JWS")
        } else if parts.iter().any(|part| part.is_empty() || BASE64_URL.decode(part).is_err()) {
            oauth_error("invalid_request", "The access token malformed")
        } else {
            Answer::nothing(StatusCode::OK)
        }
    }))
}
