use hikyaku_model::ChannelSecret;

use crate::{
    Answer, Client, Error,
    supply::{AssertionKey, IssuedToken},
};

impl Client {
    /// Issues a stateless token, valid for 15 minutes. Their number is unlimited, and none can be revoked.
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
        self.token_endpoint().stateless(channel_id, channel_secret).await
    }

    /// Issues a stateless token, like [`issue_stateless_token`](Self::issue_stateless_token), with a key instead of the
    /// channel secret.
    ///
    /// # Errors
    /// [`Rejected`](crate::ErrorKind::Rejected): the key does not belong to the channel.
    /// [`NotFound`](crate::ErrorKind::NotFound): the channel has no key with this id.
    pub async fn issue_stateless_token_by_jwt(
        &self,
        key: &AssertionKey,
    ) -> Result<Answer<IssuedToken>, Error> {
        self.token_endpoint().stateless_by_jwt(key).await
    }
}
