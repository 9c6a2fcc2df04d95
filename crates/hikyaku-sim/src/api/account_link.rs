use http::Method;
use serde_json::json;

use super::{Action, Answer, Endpoint, Request};
use crate::state::{id::random_token, person::UserKey};

/// Issues a token to link a person's account of the bot's own with.
///
/// Source: <https://developers.line.biz/en/reference/messaging-api/#issue-link-token>
pub(crate) const ENDPOINT: Endpoint =
    Endpoint::new(Method::POST, "/v2/bot/user/{userId}/linkToken", read);

fn read(request: &Request) -> Result<Action, Answer> {
    let user = UserKey::parse(request.step(3));
    let user = user.ok_or_else(|| Answer::parameter_invalid("userId"))?;
    Ok(Box::new(move |scene| {
        if !scene.world.knows_of(scene.channel, user) {
            return Answer::not_found();
        }
        let (token, now) = (random_token(), scene.now);
        scene.channel().link_tokens.insert(token.clone(), (user, false), now);
        Answer::ok(&json!({ "linkToken": token }))
    }))
}
