use hikyaku_model::{Extra, NotifyToken};
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

/// Whom a token sends to.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct Status {
    /// Whether it is a user or a group.
    pub target_type: TargetType,
    /// The user's or group's name, where it can be had: not after the user has left the group.
    #[serde(default, deserialize_with = "name")]
    pub target: Option<String>,
    /// How much of the hour's calls is left; this call counts too.
    #[serde(skip)]
    pub rate_limits: RateLimits,
    /// Fields that this version does not know, and the answer's own `status` and `message`.
    #[serde(flatten)]
    pub extra: Extra,
}

/// What kind of chat a token sends to.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "UPPERCASE")]
#[non_exhaustive]
pub enum TargetType {
    /// A user, alone with LINE Notify.
    User,
    /// A group.
    Group,
    /// A word that this version does not know.
    #[serde(untagged)]
    Other(String),
}

impl NotifyClient {
    /// Whom a token sends to, and whether it still works.
    ///
    /// # Errors
    /// [`Unauthorized`](crate::ErrorKind::Unauthorized): it does not; forget the token.
    pub async fn status(&self, token: &NotifyToken) -> Result<Answer<Status>, Error> {
        let answer = self.call(&STATUS, Some(token), Body::default()).await?.json::<Status>()?;
        let rate_limits = RateLimits::from_headers(answer.headers());
        Ok(answer.map(|status| Status { rate_limits, ..status }))
    }
}

/// LINE wrote of a name that cannot be had that it is "null", and did not say whether in quotes.
fn name<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<String>, D::Error> {
    Ok(Option::<String>::deserialize(deserializer)?.filter(|name| name != "null"))
}
