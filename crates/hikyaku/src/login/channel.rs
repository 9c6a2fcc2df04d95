use hikyaku_model::ChannelSecret;

/// A LINE Login channel: its id and its secret.
#[derive(Clone, Debug)]
pub struct LoginChannel {
    pub(super) id: Box<str>,
    pub(super) secret: ChannelSecret,
}

impl LoginChannel {
    /// The channel of this id and secret.
    pub fn new(id: impl Into<Box<str>>, secret: ChannelSecret) -> Self {
        Self { id: id.into(), secret }
    }

    /// The channel's id, the `client_id` of its logins.
    pub fn id(&self) -> &str {
        &self.id
    }
}
