use hikyaku_model::ChannelSecret;

use crate::{
    Answer, Client, Error,
    supply::{AssertionKey, IssuedToken},
};

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
        self.token_endpoint().stateless(channel_id, channel_secret).await
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
        self.token_endpoint().stateless_by_jwt(key).await
    }
}
