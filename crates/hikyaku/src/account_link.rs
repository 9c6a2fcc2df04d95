use hikyaku_model::{Extra, UserId};
use serde::{Deserialize, Serialize};

use crate::{Answer, Client, Error, client::id, route::Route};

pub(crate) static ROUTE: Route =
    Route::post("issueLinkToken", "/v2/bot/user/{userId}/linkToken").without_body().idempotent();

/// A token to begin an account link with.
#[derive(Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct LinkToken {
    /// The token: for 10 minutes and one use.
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
    /// Where to send the user after the login on the service's own page. LINE then sends the bot an `accountLink`
    /// event with this nonce.
    ///
    /// # Errors
    /// The nonce is not 10 to 255 characters long. It must also be one that nobody can guess, of 128 random bits or
    /// more, and used once.
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
    /// Issues a token to begin linking a user's account on a service with the user's LINE.
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
