use http::Method;
use serde_json::json;

use crate::{
    api::{
        Action, Answer, Endpoint, Request,
        form::{Form, oauth_error},
    },
    state::login::{Expected, InvalidIdToken, verify},
};

/// Tells what an ID token says, if it is one.
///
/// Source: <https://developers.line.biz/en/reference/line-login/#verify-id-token>
pub(crate) const VERIFY: Endpoint =
    Endpoint::new(Method::POST, "/oauth2/v2.1/verify", read_verify).open();

/// The public keys that ID tokens of apps are signed with.
///
/// Source: <https://developers.line.biz/en/docs/line-login/verify-id-token/#signature>
pub(crate) const KEYS: Endpoint =
    Endpoint::new(Method::GET, "/oauth2/v2.1/certs", read_keys).open();

fn read_verify(request: &Request) -> Result<Action, Answer> {
    let form = Form::read(request)?;
    let (id_token, channel_id) = (form.field("id_token")?, form.field("client_id")?);
    let (nonce, user_id) = (form.optional("nonce"), form.optional("user_id"));
    Ok(Box::new(move |scene| {
        let expected = Expected {
            channel_id: &channel_id,
            nonce: nonce.as_deref(),
            user_id: user_id.as_deref(),
        };
        let world = &scene.world;
        match verify(&world.logins, &world.id_token_key, &id_token, &expected, scene.now) {
            Ok(claims) => Answer::ok(&claims),
            Err(why) => oauth_error("invalid_request", words(why)),
        }
    }))
}

fn words(why: InvalidIdToken) -> &'static str {
    match why {
        InvalidIdToken::Token => "Invalid IdToken.",
        InvalidIdToken::Issuer => "Invalid IdToken Issuer.",
        InvalidIdToken::Expired => "IdToken expired.",
        InvalidIdToken::Audience => "Invalid IdToken Audience.",
        InvalidIdToken::Nonce => "Invalid IdToken Nonce.",
        InvalidIdToken::Subject => "Invalid IdToken Subject Identifier.",
    }
}

#[expect(clippy::unnecessary_wraps, reason = "one form for all operations")]
fn read_keys(_: &Request) -> Result<Action, Answer> {
    Ok(Box::new(|scene| Answer::ok(&json!({ "keys": [scene.world.id_token_key.jwk()] }))))
}
