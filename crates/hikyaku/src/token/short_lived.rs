use hikyaku_model::{ChannelSecret, ChannelToken};

use super::verified::VerifiedToken;
use crate::{
    Answer, Client, Error,
    form::Form,
    route::{Auth, BodyKind, Route},
    supply::IssuedToken,
};

pub(super) static ISSUE: Route = Route::post("issueChannelToken", "/v2/oauth/accessToken")
    .body(BodyKind::Form)
    .auth(Auth::Caller);
pub(super) static VERIFY: Route = Route::post("verifyChannelToken", "/v2/oauth/verify")
    .body(BodyKind::Form)
    .auth(Auth::Caller)
    .idempotent();
pub(super) static REVOKE: Route = Route::post("revokeChannelToken", "/v2/oauth/revoke")
    .body(BodyKind::Form)
    .auth(Auth::Caller)
    .idempotent();

impl Client {
    /// Issues a short-lived token, valid for 30 days. A channel can have at most 30 of them: a further one revokes the
    /// oldest.
    ///
    /// # Errors
    /// [`Rejected`](crate::ErrorKind::Rejected): the channel id or secret is wrong.
    /// # Source
    /// <https://developers.line.biz/en/reference/messaging-api/#issue-shortlived-channel-access-token>
    pub async fn issue_short_lived_token(
        &self,
        channel_id: &str,
        channel_secret: &ChannelSecret,
    ) -> Result<Answer<IssuedToken>, Error> {
        let form = Form::default()
            .field("grant_type", "client_credentials")
            .channel(channel_id, channel_secret);
        self.request(&ISSUE, &[])?.form(form).read().await
    }

    /// Returns whether a long-lived or short-lived token is valid, and for how long.
    ///
    /// # Errors
    /// [`Rejected`](crate::ErrorKind::Rejected): the token is not valid.
    /// # Source
    /// <https://developers.line.biz/en/reference/messaging-api/#verify-channel-access-token>
    pub async fn verify_token(&self, token: &ChannelToken) -> Result<Answer<VerifiedToken>, Error> {
        let form = Form::default().field("access_token", token.expose());
        self.request(&VERIFY, &[])?.form(form).read().await
    }

    /// Revokes a long-lived or short-lived token. An unknown token is not an error.
    ///
    /// # Source
    /// <https://developers.line.biz/en/reference/messaging-api/#revoke-longlived-or-shortlived-channel-access-token>
    pub async fn revoke_token(&self, token: &ChannelToken) -> Result<Answer<()>, Error> {
        let form = Form::default().field("access_token", token.expose());
        self.request(&REVOKE, &[])?.form(form).send().await?.empty()
    }
}
