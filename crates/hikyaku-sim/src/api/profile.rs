use hikyaku_model::limits::rates;
use http::Method;
use serde_json::json;

use super::{Action, Answer, Auth, Endpoint, Request};
use crate::state::{friendship::Friendship, log::Host, person::UserKey};

/// A friend's profile, or that of a person who has written.
///
/// Source: <https://developers.line.biz/en/reference/messaging-api/#get-profile>
pub(crate) const ENDPOINT: Endpoint = Endpoint {
    host: Host::Api,
    method: Method::GET,
    path: "/v2/bot/profile/{userId}",
    rate: rates::USUAL,
    takes_retry_key: false,
    auth: Auth::Channel,
    read,
};

fn read(request: &Request) -> Result<Action, Answer> {
    let user = UserKey::parse(request.step(3));
    let user = user.ok_or_else(|| Answer::parameter_invalid("userId"))?;
    Ok(Box::new(move |scene| {
        let friends = &scene.world.channels[scene.channel].friends;
        let visible = match friends.get(user) {
            Friendship::Friend => true,
            Friendship::Blocked => false,
            Friendship::None => friends.has_written(user),
        };
        let Some(person) = scene.world.people.get(user).filter(|_| visible) else {
            return Answer::not_found();
        };
        let mut profile = json!({ "displayName": person.display_name, "userId": person.user_id });
        if let Some(language) = &person.language {
            profile["language"] = language.as_str().into();
        }
        if let Some(picture) = &person.picture_url {
            profile["pictureUrl"] = picture.as_str().into();
        }
        if let Some(message) = &person.status_message {
            profile["statusMessage"] = message.as_str().into();
        }
        Answer::ok(&profile)
    }))
}
