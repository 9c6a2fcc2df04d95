use base64::{Engine as _, prelude::BASE64_STANDARD as BASE64};
use http::{Method, header};
use serde_json::json;

use crate::{
    api::{
        Action, Answer, Endpoint, Request,
        form::{Form, missed, oauth_error},
    },
    state::{holder::Holder, module_acts::NotAttached},
};

/// Attaches a module channel to the account whose administrator has agreed. LINE has it at `manager.line.biz`.
///
/// What LINE says of a wrong code is not documented; these words are ours. A `code_verifier` is not looked at, because
/// codes are made here without a challenge.
///
/// Source: <https://developers.line.biz/en/reference/partner-docs/#link-attach-by-operation-module-channel-provider>
pub(crate) const ATTACH: Endpoint =
    Endpoint::new(Method::POST, "/module/auth/v1/token", read).open();

fn read(request: &Request) -> Result<Action, Answer> {
    let form = Form::read(request)?;
    if form.field("grant_type")? != "authorization_code" {
        return Err(missed());
    }
    let (code, redirect_uri) = (form.field("code")?, form.field("redirect_uri")?);
    let (id, secret) = match basic(request) {
        Some(credentials) => credentials,
        None => (form.field("client_id")?, form.field("client_secret")?),
    };
    Ok(Box::new(move |scene| {
        let Some(Holder::Module(place)) = scene.world.holder_of_id(&id) else {
            return oauth_error("invalid_client", "invalid client_id");
        };
        if scene.world.modules[place].secret.expose() != secret {
            return oauth_error("invalid_client", "invalid client_secret");
        }
        match scene.world.attach_module(place, &code, &redirect_uri) {
            Err(NotAttached::Code) => oauth_error("invalid_grant", "invalid authorization code"),
            // LINE documents that it is refused; the words are ours.
            Err(NotAttached::Exclusive) => oauth_error(
                "access_denied",
                "another module channel with the Default Active feature is attached to the account",
            ),
            Ok(channel) => {
                let bot = &scene.world.channels[channel].bot;
                let scopes = scene.world.modules[place].attached.get(&channel);
                Answer::ok(&json!({ "bot_id": bot, "scopes": scopes }))
            }
        }
    }))
}

/// The id and secret of the `Authorization` header.
pub(crate) fn basic(request: &Request) -> Option<(String, String)> {
    let header = request.headers.get(header::AUTHORIZATION)?.to_str().ok()?;
    let text = String::from_utf8(BASE64.decode(header.strip_prefix("Basic ")?).ok()?).ok()?;
    text.split_once(':').map(|(id, secret)| (id.to_owned(), secret.to_owned()))
}
