use clap::Args;
use hikyaku::model::ChannelSecret;

use crate::{
    failure::{invalid, usage},
    profile::Profile,
    secret::Secret,
};

// The secret that LINE signs a channel's webhooks with.
#[derive(Debug, Args)]
pub(crate) struct ChannelSecretArgs {
    /// The channel's secret, or @FILE; rather set the variable: other users can read arguments
    #[arg(
        long,
        env = "LINE_CHANNEL_SECRET",
        hide_env_values = true,
        value_name = "SECRET",
        allow_hyphen_values = true
    )]
    channel_secret: Option<Secret>,
}

impl ChannelSecretArgs {
    /// The secret, from where it is set.
    pub(crate) fn read(&self, profile: &Profile) -> anyhow::Result<ChannelSecret> {
        let secret = match &self.channel_secret {
            Some(secret) => secret.read()?,
            None => profile.channel_secret().ok_or_else(|| {
                usage(
                    "no channel secret; put it into LINE_CHANNEL_SECRET, a profile or a file \
                     (--channel-secret @FILE)",
                )
            })?,
        };
        ChannelSecret::new(secret)
            .map_err(|why| invalid("channel_secret", format!("the channel secret {why}")))
    }
}
