use http::Method;

use super::{assertion, channel, issued};
use crate::api::{
    Action, Answer, Endpoint, Request,
    form::{Form, oauth_error},
};

/// Issues a stateless token, by secret or by an assertion.
///
/// Source: <https://developers.line.biz/en/reference/messaging-api/#issue-stateless-channel-access-token>
pub(crate) const ISSUE: Endpoint =
    Endpoint::new(Method::POST, "/oauth2/v3/token", read_issue).open();

fn read_issue(request: &Request) -> Result<Action, Answer> {
    let form = Form::read(request)?;
    if form.field("grant_type")? != "client_credentials" {
        return Err(invalid());
    }
    if let Some(jwt) = form.optional("client_assertion") {
        if form.field("client_assertion_type")? != assertion::TYPE {
            return Err(invalid());
        }
        return Ok(Box::new(move |scene| match assertion::check(scene, &jwt) {
            Ok(assertion) => {
                let token = scene.world.tokens.issue_stateless(assertion.holder, scene.now);
                Answer::ok(&issued(scene, &token))
            }
            Err(refused) => refused,
        }));
    }
    let (id, secret) = (form.field("client_id")?, form.field("client_secret")?);
    Ok(Box::new(move |scene| match channel(scene, &id, &secret) {
        Ok(channel) => {
            let token = scene.world.tokens.issue_stateless(channel, scene.now);
            Answer::ok(&issued(scene, &token))
        }
        Err(_) => invalid(),
    }))
}

fn invalid() -> Answer {
    oauth_error("invalid_request", "Invalid 'client_credentials'.")
}
