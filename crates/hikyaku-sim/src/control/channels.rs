use hikyaku_model::UserId;
use serde::{Deserialize, Serialize};
use serde_json::json;

use super::{Call, Problem, Reply};
use crate::state::{
    World,
    webhook::{InvalidWebhookUrl, WebhookSettings, deliverable},
};

/// A channel with its credentials, which are fake, and where its webhooks go.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct ChannelJson<'a> {
    channel_id: &'a str,
    channel_access_token: &'a str,
    channel_secret: &'a str,
    bot_user_id: &'a UserId,
    name: &'a str,
    provider: Option<&'a str>,
    webhook: &'a WebhookSettings,
    /// Whether LINE has suspended the account.
    suspended: bool,
}

fn describe(world: &World, place: usize) -> ChannelJson<'_> {
    let channel = &world.channels[place];
    ChannelJson {
        channel_id: &channel.id,
        channel_access_token: channel.token.expose(),
        channel_secret: channel.secret.expose(),
        bot_user_id: &channel.bot,
        name: &channel.name,
        provider: world.providers.get(channel.provider).map(String::as_str),
        webhook: &channel.webhook,
        suspended: channel.is_suspended,
    }
}

pub(super) fn channels(call: &Call<'_>) -> Reply {
    let world = call.shared.world();
    let channels: Vec<_> = (0..world.channels.len()).map(|place| describe(&world, place)).collect();
    Reply::ok(&json!({ "channels": channels }))
}

pub(super) fn add(call: &Call<'_>) -> Reply {
    call.shared.change(|world| {
        let place = world.add_channel();
        Reply::created(&describe(world, place))
    })
}

/// Registers the public half of an assertion signing key.
pub(super) fn register_key(call: &Call<'_>, id: &str) -> Result<Reply, Problem> {
    let jwk = String::from_utf8_lossy(call.body);
    call.shared.change(|world| {
        let holder = world.holder_of_id(id).ok_or_else(|| Problem::unknown("channel", id))?;
        match world.keys.register(holder, &jwk) {
            Ok(key_id) => Ok(Reply::created(&json!({ "keyId": key_id }))),
            Err(invalid) => Err(Problem::invalid("", invalid.to_string())),
        }
    })
}

/// Changes to where webhooks go and how. What is absent stays as it is.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct WebhookChanges {
    url: Option<String>,
    active: Option<bool>,
    redelivery: Option<bool>,
}

impl WebhookChanges {
    /// Refuses a URL that nothing is sent to.
    pub(super) fn check(&self, world: &World) -> Result<(), Problem> {
        let Some(url) = &self.url else { return Ok(()) };
        let allowed = deliverable(url, world.settings.webhook.remote_allowed);
        let refused =
            |invalid: InvalidWebhookUrl| Problem::invalid("/webhook/url", invalid.to_string());
        allowed.map(|_| ()).map_err(refused)
    }

    pub(super) fn apply(self, settings: &mut WebhookSettings) {
        *settings = WebhookSettings {
            url: self.url.or_else(|| settings.url.take()),
            active: self.active.unwrap_or(settings.active),
            redelivery: self.redelivery.unwrap_or(settings.redelivery),
        };
    }
}

/// Changes where a channel's webhooks go and how, and whether LINE has suspended its account.
pub(super) fn change(call: &Call<'_>, id: &str) -> Result<Reply, Problem> {
    #[derive(Deserialize)]
    #[serde(deny_unknown_fields)]
    struct Body {
        webhook: Option<WebhookChanges>,
        suspended: Option<bool>,
    }
    let Body { webhook, suspended } = call.read()?;
    call.shared.change(|world| {
        let place = world.channel_of_id(id).ok_or_else(|| Problem::unknown("channel", id))?;
        if let Some(webhook) = webhook {
            webhook.check(world)?;
            webhook.apply(&mut world.channels[place].webhook);
        }
        if let Some(suspended) = suspended {
            world.set_suspended(place, suspended);
        }
        Ok(Reply::ok(&describe(world, place)))
    })
}
