use http::Method;
use serde_json::json;

use super::{bearer, user_token};
use crate::{
    api::{Action, Answer, Endpoint, Request},
    state::login::Scope,
};

/// Who has agreed, in the words of `OpenID`.
///
/// Source: <https://developers.line.biz/en/reference/line-login/#userinfo>
pub(crate) const INFO: Endpoint =
    Endpoint::new(Method::GET, "/oauth2/v2.1/userinfo", read_info).open();

/// The same by POST.
pub(crate) const INFO_BY_POST: Endpoint =
    Endpoint::new(Method::POST, "/oauth2/v2.1/userinfo", read_info).open();

/// The profile of the person who has agreed.
///
/// Source: <https://developers.line.biz/en/reference/line-login/#get-user-profile>
pub(crate) const PROFILE: Endpoint = Endpoint::new(Method::GET, "/v2/profile", read_profile).open();

#[expect(clippy::unnecessary_wraps, reason = "one form for all operations")]
fn read_info(request: &Request) -> Result<Action, Answer> {
    let token = bearer(request);
    Ok(Box::new(move |scene| match user_token(scene, token.as_deref(), Scope::Openid) {
        Err(refused) => refused,
        Ok((_, token)) => {
            let mut info = json!({ "sub": token.user.id() });
            let person = scene.world.people.get(token.user);
            if let Some(person) = person.filter(|_| token.scopes.contains(&Scope::Profile)) {
                if let Some(name) = &person.display_name {
                    info["name"] = name.as_str().into();
                }
                if let Some(picture) = &person.picture_url {
                    info["picture"] = picture.as_str().into();
                }
            }
            Answer::ok(&info)
        }
    }))
}

#[expect(clippy::unnecessary_wraps, reason = "one form for all operations")]
fn read_profile(request: &Request) -> Result<Action, Answer> {
    let token = bearer(request);
    Ok(Box::new(move |scene| match user_token(scene, token.as_deref(), Scope::Profile) {
        Err(refused) => refused,
        Ok((_, token)) => {
            let mut profile = json!({ "userId": token.user.id() });
            if let Some(person) = scene.world.people.get(token.user) {
                profile["displayName"] = json!(person.display_name);
                if let Some(picture) = &person.picture_url {
                    profile["pictureUrl"] = picture.as_str().into();
                }
                if let Some(message) = &person.status_message {
                    profile["statusMessage"] = message.as_str().into();
                }
            }
            Answer::ok(&profile)
        }
    }))
}
