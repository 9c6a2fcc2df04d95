use http::Method;

use super::{Form, channel, issued, no_key, oauth_error};
use crate::api::{Action, Answer, Endpoint, Request};

/// Issues a stateless token, by secret. By an assertion there is none, see [`no_key`].
///
/// Source: <https://developers.line.biz/en/reference/messaging-api/#issue-stateless-channel-access-token>
pub(crate) const ISSUE: Endpoint =
    Endpoint::new(Method::POST, "/oauth2/v3/token", read_issue).open();

fn read_issue(request: &Request) -> Result<Action, Answer> {
    let form = Form::read(request)?;
    let invalid = || oauth_error("invalid_request", "Invalid 'client_credentials'.");
    if form.field("grant_type")? != "client_credentials" {
        return Err(invalid());
    }
    if form.field("client_assertion").is_ok() {
        return Err(no_key());
    }
    let (id, secret) = (form.field("client_id")?, form.field("client_secret")?);
    Ok(Box::new(move |scene| match channel(scene, &id, &secret) {
        Ok(channel) => {
            let token = scene.world.tokens.issue_stateless(channel, scene.now);
            issued(scene, token)
        }
        Err(_) => invalid(),
    }))
}
