use hikyaku_model::{Extra, UserId};
use serde::{Deserialize, Serialize};

use crate::{
    Answer, Client, Error,
    client::id,
    route::{Gives, Route},
};

pub(crate) static ROUTE: Route = Route::post("issueLinkToken", "/v2/bot/user/{userId}/linkToken")
    .without_body()
    .idempotent()
    .gives(Gives::Object);

/// A token for starting an account link.
#[derive(Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct LinkToken {
    /// The token, valid for 10 minutes and one use.
    pub link_token: String,
    /// Fields that this version does not know.
    #[serde(flatten)]
    pub extra: Extra,
}

impl std::fmt::Debug for LinkToken {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("LinkToken").field("extra", &self.extra).finish_non_exhaustive()
    }
}

impl LinkToken {
    /// Returns the URL to which the service sends the user after login on its own page. LINE then sends the bot an
    /// `accountLink` event with this nonce.
    ///
    /// # Errors
    /// The nonce is not 10 to 255 characters long. It must also be unpredictable (at least 128 random bits) and used
    /// only once.
    /// # Source
    /// <https://developers.line.biz/en/docs/messaging-api/linking-accounts/>
    pub fn account_link_url(&self, nonce: &str) -> Result<String, Error> {
        if !(10..=255).contains(&nonce.chars().count()) {
            return Err(Error::invalid("nonce", "must have 10 to 255 characters"));
        }
        let query =
            crate::form::Form::default().field("linkToken", &self.link_token).field("nonce", nonce);
        Ok(format!("https://access.line.me/dialog/bot/accountLink?{}", query.as_str()))
    }
}

impl Client {
    /// Issues a token for linking a user's account on a service with the user's LINE account.
    ///
    /// # Source
    /// <https://developers.line.biz/en/reference/messaging-api/#issue-link-token>
    pub async fn issue_link_token(
        &self,
        user: &(impl AsRef<str> + ?Sized),
    ) -> Result<Answer<LinkToken>, Error> {
        self.request(&ROUTE, &[id("userId", user, UserId::check)?])?.read().await
    }
}
