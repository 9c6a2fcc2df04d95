use http::Method;
use serde_json::json;

use super::{bearer, user_token};
use crate::{
    api::{Action, Answer, Endpoint, Request},
    state::{friendship::Friendship, login::Scope},
};

/// Whether the person who has agreed is a friend of the account that is linked to the channel.
///
/// Source: <https://developers.line.biz/en/reference/line-login/#get-friendship-status>
pub(crate) const STATUS: Endpoint =
    Endpoint::new(Method::GET, "/friendship/v1/status", read).open();

#[expect(clippy::unnecessary_wraps, reason = "one form for all operations")]
fn read(request: &Request) -> Result<Action, Answer> {
    let token = bearer(request);
    Ok(Box::new(move |scene| match user_token(scene, token.as_deref(), Scope::Profile) {
        Err(refused) => refused,
        Ok((place, token)) => {
            let linked = scene.world.logins.get(place).map(|login| login.linked);
            let account = linked.and_then(|place| scene.world.channels.get(place));
            let is_friend = account
                .is_some_and(|channel| channel.friends.get(token.user) == Friendship::Friend);
            Answer::ok(&json!({ "friendFlag": is_friend }))
        }
    }))
}
