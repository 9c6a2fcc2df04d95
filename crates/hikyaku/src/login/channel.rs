use hikyaku_model::ChannelSecret;

/// A LINE Login channel: its id and its secret.
#[derive(Clone, Debug)]
pub struct LoginChannel {
    pub(super) id: Box<str>,
    pub(super) secret: ChannelSecret,
}

impl LoginChannel {
    /// Creates a channel from its id and secret.
    pub fn new(id: impl Into<Box<str>>, secret: ChannelSecret) -> Self {
        Self { id: id.into(), secret }
    }

    /// Returns the channel's id, the `client_id` of its logins.
    pub fn id(&self) -> &str {
        &self.id
    }
}
