use std::time::Duration;

use hikyaku_model::{ChannelSecret, ChannelToken, Extra};
use serde::{Deserialize, Serialize};

use super::verified::VerifiedToken;
use crate::{
    Answer, Client, Error,
    form::Form,
    route::{Auth, BodyKind, Route},
    supply::{ASSERTION_TYPE, AssertionKey, IssuedToken, TokenFile},
};

pub(super) static KEY_IDS: Route =
    Route::get("getsAllValidChannelAccessTokenKeyIds", "/oauth2/v2.1/tokens/kid")
        .query(&["client_assertion_type", "client_assertion"])
        .auth(Auth::Caller);
pub(super) static VERIFY: Route = Route::get("verifyChannelTokenByJWT", "/oauth2/v2.1/verify")
    .query(&["access_token"])
    .auth(Auth::Caller);
pub(super) static REVOKE: Route = Route::post("revokeChannelTokenByJWT", "/oauth2/v2.1/revoke")
    .body(BodyKind::Form)
    .auth(Auth::Caller)
    .idempotent();

/// The key ids of a channel's valid v2.1 tokens: those of the tokens, not that of the key that signed for them.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct KeyIds {
    /// The ids, as in [`IssuedToken::key_id`].
    pub kids: Vec<String>,
    /// Fields that this version does not know.
    #[serde(flatten)]
    pub extra: Extra,
}

impl Client {
    /// Issues a v2.1 token with the given lifetime, at most 30 days. A channel can have at most 30 of them: store the
    /// result, and revoke tokens that are no longer needed.
    ///
    /// The call is retried only after a 429 for the rate limit, or while no byte can have left, since a lost response
    /// leaves a token that nobody knows.
    ///
    /// # Errors
    /// [`Invalid`](crate::ErrorKind::Invalid): the lifetime is shorter than a second or longer than 30 days.
    /// [`Rejected`](crate::ErrorKind::Rejected): 30 tokens are valid already, or the key does not belong to the
    /// channel.
    /// [`NotFound`](crate::ErrorKind::NotFound): the channel has no key with this id.
    /// # Source
    /// <https://developers.line.biz/en/reference/messaging-api/#issue-channel-access-token-v2-1>
    pub async fn issue_v2_1_token(
        &self,
        key: &AssertionKey,
        life: Duration,
    ) -> Result<Answer<IssuedToken>, Error> {
        self.token_endpoint().v2_1(key, life).await
    }

    /// Returns the key ids of the channel's valid v2.1 tokens.
    ///
    /// # Source
    /// <https://developers.line.biz/en/reference/messaging-api/#get-all-valid-channel-access-token-key-ids-v2-1>
    pub async fn v2_1_token_key_ids(&self, key: &AssertionKey) -> Result<Answer<KeyIds>, Error> {
        self.request(&KEY_IDS, &[])?
            .query("client_assertion_type", ASSERTION_TYPE)
            .query("client_assertion", key.sign(None)?.expose())
            .read()
            .await
    }

    /// Returns whether a v2.1 token is valid, and for how long.
    ///
    /// # Errors
    /// [`Rejected`](crate::ErrorKind::Rejected): the token is not valid.
    /// # Source
    /// <https://developers.line.biz/en/reference/messaging-api/#verify-channel-access-token-v2-1>
    pub async fn verify_v2_1_token(
        &self,
        token: &ChannelToken,
    ) -> Result<Answer<VerifiedToken>, Error> {
        self.request(&VERIFY, &[])?.query("access_token", token.expose()).read().await
    }

    /// Revokes a v2.1 token.
    ///
    /// # Source
    /// <https://developers.line.biz/en/reference/messaging-api/#revoke-channel-access-token-v2-1>
    pub async fn revoke_v2_1_token(
        &self,
        channel_id: &str,
        channel_secret: &ChannelSecret,
        token: &ChannelToken,
    ) -> Result<Answer<()>, Error> {
        let form = Form::default()
            .channel(channel_id, channel_secret)
            .field("access_token", token.expose());
        self.request(&REVOKE, &[])?.form(form).send().await?.empty()
    }
}

impl TokenFile {
    /// Revokes the token with this key id, and removes it from the file.
    ///
    /// # Errors
    /// [`Invalid`](crate::ErrorKind::Invalid): the file does not contain it. Otherwise those of
    /// [`revoke_v2_1_token`](Client::revoke_v2_1_token); the token then stays in the file.
    pub async fn revoke(
        &self,
        client: &Client,
        channel_id: &str,
        channel_secret: &ChannelSecret,
        key_id: &str,
    ) -> Result<(), Error> {
        let tokens = self.tokens().await?;
        let token = tokens
            .into_iter()
            .find(|token| token.channel_id == channel_id && token.key_id == key_id)
            .ok_or_else(|| {
                Error::invalid("key_id", "no token of this key id and channel is kept")
            })?;
        client.revoke_v2_1_token(channel_id, channel_secret, &token.access_token).await?;
        self.forget(token.access_token).await
    }
}
