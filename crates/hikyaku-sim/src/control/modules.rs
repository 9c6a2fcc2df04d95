//! Module channels: their webhooks, and the accounts that they are attached to.

use hikyaku_model::event::DetachReason;
use serde::{Deserialize, Serialize};
use serde_json::json;

use super::{Call, Problem, Reply, channels::WebhookChanges};
use crate::state::{World, webhook::WebhookSettings};

/// A module channel with its credentials, which are fake, and where its webhooks go.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct ModuleJson<'a> {
    channel_id: &'a str,
    channel_access_token: &'a str,
    channel_secret: &'a str,
    webhook: &'a WebhookSettings,
    default_active: bool,
    accounts: Vec<AccountJson<'a>>,
}

/// An account that a module is attached to.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct AccountJson<'a> {
    channel_id: &'a str,
    scopes: &'a [String],
}

fn describe(world: &World, place: usize) -> ModuleJson<'_> {
    let module = &world.modules[place];
    let accounts = module
        .attached
        .iter()
        .map(|(channel, scopes)| AccountJson { channel_id: &world.channels[*channel].id, scopes });
    ModuleJson {
        channel_id: &module.id,
        channel_access_token: module.token.expose(),
        channel_secret: module.secret.expose(),
        webhook: &module.webhook,
        default_active: module.is_default_active,
        accounts: accounts.collect(),
    }
}

fn find(world: &World, id: &str) -> Result<usize, Problem> {
    let place = world.modules.iter().position(|module| *module.id == *id);
    place.ok_or_else(|| Problem::unknown("module channel", id))
}

pub(super) fn modules(call: &Call<'_>) -> Reply {
    let world = call.shared.world();
    let modules: Vec<_> = (0..world.modules.len()).map(|place| describe(&world, place)).collect();
    Reply::ok(&json!({ "modules": modules }))
}

pub(super) fn add(call: &Call<'_>) -> Result<Reply, Problem> {
    #[derive(Default, Deserialize)]
    #[serde(rename_all = "camelCase", deny_unknown_fields, default)]
    struct Body {
        default_active: bool,
    }
    let Body { default_active } = if call.body.is_empty() { Body::default() } else { call.read()? };
    Ok(call.shared.change(|world| {
        let place = world.add_module(default_active);
        Reply::created(&describe(world, place))
    }))
}

/// Changes where a module's webhooks go and how.
pub(super) fn change(call: &Call<'_>, id: &str) -> Result<Reply, Problem> {
    #[derive(Deserialize)]
    #[serde(deny_unknown_fields)]
    struct Body {
        webhook: WebhookChanges,
    }
    let Body { webhook } = call.read()?;
    call.shared.change(|world| {
        let place = find(world, id)?;
        webhook.check(world)?;
        webhook.apply(&mut world.modules[place].webhook);
        Ok(Reply::ok(&describe(world, place)))
    })
}

/// Lets the administrator of an account agree to a module; answers with the code that it is attached with.
pub(super) fn agree(call: &Call<'_>, id: &str) -> Result<Reply, Problem> {
    #[derive(Deserialize)]
    #[serde(rename_all = "camelCase", deny_unknown_fields)]
    struct Body {
        redirect_uri: String,
        scopes: Vec<String>,
    }
    let Body { redirect_uri, scopes } = call.read()?;
    call.shared.change(|world| {
        let (channel, now) = (call.channel(world)?, world.clock.now());
        let place = find(world, id)?;
        let code = world.modules[place].agree(channel, redirect_uri, scopes, now);
        Ok(Reply::created(&json!({ "code": code })))
    })
}

/// Lets LINE detach a module from an account of which nothing is left.
pub(super) fn delete_account(call: &Call<'_>, id: &str, channel: &str) -> Result<Reply, Problem> {
    call.shared.change(|world| {
        let place = find(world, id)?;
        let of = world.channel_of_id(channel);
        let of = of.filter(|of| world.detach_module(*of, place, Some(DetachReason::BotDeleted)));
        of.map(|_| Reply::none()).ok_or_else(|| Problem::unknown("account of this module", channel))
    })
}
