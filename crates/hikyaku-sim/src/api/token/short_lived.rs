use hikyaku_model::limits::rates;
use http::{Method, StatusCode};
use serde_json::json;

use super::{channel, is_token, issued, verified};
use crate::{
    api::{
        Action, Answer, Endpoint, Request,
        form::{Form, missed, oauth_error},
    },
    state::token::TokenKind,
};

/// Issues a short-lived token.
///
/// Source: <https://developers.line.biz/en/reference/messaging-api/#issue-shortlived-channel-access-token>
pub(crate) const ISSUE: Endpoint = Endpoint::new(Method::POST, "/v2/oauth/accessToken", read_issue)
    .rate(rates::SHORT_LIVED_TOKEN)
    .open();

/// Tells how long a long-lived or short-lived token is good.
///
/// Source: <https://developers.line.biz/en/reference/messaging-api/#verify-channel-access-token>
pub(crate) const VERIFY: Endpoint =
    Endpoint::new(Method::POST, "/v2/oauth/verify", read_verify).open();

/// Ends a long-lived or short-lived token.
///
/// Source: <https://developers.line.biz/en/reference/messaging-api/#revoke-longlived-or-shortlived-channel-access-token>
pub(crate) const REVOKE: Endpoint =
    Endpoint::new(Method::POST, "/v2/oauth/revoke", read_revoke).open();

fn read_issue(request: &Request) -> Result<Action, Answer> {
    let form = Form::read(request)?;
    if form.field("grant_type")? != "client_credentials" {
        return Err(missed());
    }
    let (id, secret) = (form.field("client_id")?, form.field("client_secret")?);
    Ok(Box::new(move |scene| match channel(scene, &id, &secret) {
        Ok(channel) => {
            let token = scene.world.tokens.issue_short_lived(channel, scene.now);
            Answer::ok(&issued(scene, &token))
        }
        Err(why) => oauth_error("invalid_client", why),
    }))
}

fn read_verify(request: &Request) -> Result<Action, Answer> {
    let token = Form::read(request)?.field("access_token")?;
    if !is_token(&token) {
        return Err(oauth_error("invalid_request", "access_token in invalid format"));
    }
    Ok(Box::new(move |scene| {
        let token = scene.world.tokens.get(&token, scene.now);
        let kinds = [TokenKind::LongLived, TokenKind::ShortLived];
        match token.filter(|token| kinds.contains(&token.kind)) {
            Some(token) => verified(scene, token),
            None => oauth_error("invalid_request", "access_token invalid"),
        }
    }))
}

fn read_revoke(request: &Request) -> Result<Action, Answer> {
    let malformed =
        || Answer::json(StatusCode::BAD_REQUEST, &json!({ "error": "invalid_request" }));
    let token = Form::read(request)?.field("access_token").map_err(|_| malformed())?;
    if !is_token(&token) {
        return Err(malformed());
    }
    Ok(Box::new(move |scene| {
        scene.world.tokens.revoke(&token);
        Answer::nothing(StatusCode::OK)
    }))
}
