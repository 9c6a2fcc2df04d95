use serde::Deserialize;

use crate::{Error, chat_id};

/// The settings of alerts to the operator.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AlertSettings {
    /// The channel that sends the alerts.
    #[serde(default = "super::channel::usual")]
    pub channel: String,
    /// The operator's chat: the id of a user, group or room.
    pub chat: String,
}

impl AlertSettings {
    pub(super) fn check(&self, has_channel: bool) -> Result<(), Error> {
        if !has_channel {
            let channel = &self.channel;
            return Err(Error::new(format!("alerts.channel: there is no channel.{channel}")));
        }
        chat_id::check(&self.chat).map_err(|why| Error::invalid_because("alerts.chat", why))
    }
}
