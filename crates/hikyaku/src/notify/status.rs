use hikyaku_model::{Extra, NotifyToken, open_words};
use http::Method;
use serde::{Deserialize, Deserializer, Serialize};

use super::{
    NotifyClient, RateLimits,
    endpoint::{Body, Endpoint, Origin},
};
use crate::{Answer, Error, route::Repeat};

static STATUS: Endpoint = Endpoint {
    method: Method::GET,
    origin: Origin::Api,
    path: "/api/status",
    repeat: Repeat::Always,
};

/// The chat to which a token sends.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct Status {
    /// Whether it is a user or a group.
    pub target_type: TargetType,
    /// The user's or group's name, if it is available: not after the user has left the group.
    #[serde(default, deserialize_with = "name")]
    pub target: Option<String>,
    /// The remaining hourly limit on calls; this call counts as well.
    #[serde(skip)]
    pub rate_limits: RateLimits,
    /// Fields that this version does not know, and the response's own `status` and `message`.
    #[serde(flatten)]
    pub extra: Extra,
}

open_words! {
    /// The kind of chat to which a token sends.
    TargetType {
        /// A user, in a one-on-one chat with LINE Notify.
        User = "USER",
        /// A group.
        Group = "GROUP",
    }
}

impl NotifyClient {
    /// Returns the chat to which a token sends, and thereby whether the token still works.
    ///
    /// # Errors
    /// [`Unauthorized`](crate::ErrorKind::Unauthorized): the token does not work; delete it.
    pub async fn status(&self, token: &NotifyToken) -> Result<Answer<Status>, Error> {
        let answer = self.call(&STATUS, Some(token), Body::default()).await?.json::<Status>()?;
        let rate_limits = RateLimits::from_headers(answer.headers());
        Ok(answer.map(|status| Status { rate_limits, ..status }))
    }
}

/// For an unavailable name LINE documented "null", without saying whether in quotes.
fn name<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<String>, D::Error> {
    Ok(Option::<String>::deserialize(deserializer)?.filter(|name| name != "null"))
}
