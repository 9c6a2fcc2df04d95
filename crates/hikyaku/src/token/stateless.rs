use hikyaku_model::ChannelSecret;

use super::{AssertionKey, IssuedToken};
use crate::{
    Answer, Client, Error,
    form::Form,
    route::{Auth, BodyKind, Route},
};

/// Issuing is free and what it makes is gone in 15 minutes: a repeat harms nobody.
pub(super) static ISSUE: Route = Route::post("issueStatelessChannelToken", "/oauth2/v3/token")
    .body(BodyKind::Form)
    .auth(Auth::Caller)
    .idempotent();

impl Client {
    /// Issues a stateless token, for 15 minutes. There may be any number of them, and none can be revoked.
    ///
    /// # Errors
    /// [`Rejected`](crate::ErrorKind::Rejected): the channel id or secret is wrong.
    /// # Source
    /// <https://developers.line.biz/en/reference/messaging-api/#issue-stateless-channel-access-token>
    pub async fn issue_stateless_token(
        &self,
        channel_id: &str,
        channel_secret: &ChannelSecret,
    ) -> Result<Answer<IssuedToken>, Error> {
        let form = Form::default()
            .field("grant_type", "client_credentials")
            .field("client_id", channel_id)
            .field("client_secret", channel_secret.expose());
        self.request(&ISSUE, &[])?.form(form).read().await
    }

    /// The same, by a key in place of the channel's secret.
    ///
    /// # Errors
    /// [`Rejected`](crate::ErrorKind::Rejected): the key is not the channel's.
    /// [`NotFound`](crate::ErrorKind::NotFound): the channel has no key of this id.
    pub async fn issue_stateless_token_by_jwt(
        &self,
        key: &AssertionKey,
    ) -> Result<Answer<IssuedToken>, Error> {
        self.request(&ISSUE, &[])?.form(key.sign(None)?.form()).read().await
    }
}
