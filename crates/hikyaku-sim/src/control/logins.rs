use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};
use serde_json::json;

use super::{Call, Problem, Reply};
use crate::state::World;

/// A LINE Login channel with its credentials, which are fake.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct LoginJson<'a> {
    channel_id: &'a str,
    channel_secret: &'a str,
    /// The channel whose account is linked to it.
    linked_channel_id: &'a str,
    redirect_uris: &'a BTreeSet<String>,
}

fn describe(world: &World, place: usize) -> LoginJson<'_> {
    let login = &world.logins[place];
    LoginJson {
        channel_id: &login.id,
        channel_secret: login.secret.expose(),
        linked_channel_id: &world.channels[login.linked].id,
        redirect_uris: &login.redirect_uris,
    }
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
struct Body {
    redirect_uris: BTreeSet<String>,
}

pub(super) fn logins(call: &Call<'_>) -> Reply {
    let world = call.shared.world();
    let logins: Vec<_> = (0..world.logins.len()).map(|place| describe(&world, place)).collect();
    Reply::ok(&json!({ "logins": logins }))
}

/// Adds a channel that is linked to the account of the one that the query names.
pub(super) fn add(call: &Call<'_>) -> Result<Reply, Problem> {
    let body: Body = if call.body.is_empty() { Body::default() } else { call.read()? };
    call.shared.change(|world| {
        let linked = call.channel(world)?;
        let place = world.add_login(linked);
        world.logins[place].redirect_uris = body.redirect_uris;
        Ok(Reply::created(&describe(world, place)))
    })
}

/// Sets where people may be sent back to.
pub(super) fn change(call: &Call<'_>, id: &str) -> Result<Reply, Problem> {
    let Body { redirect_uris } = call.read()?;
    call.shared.change(|world| {
        let place = world.logins.iter().position(|login| *login.id == *id);
        let place = place.ok_or_else(|| Problem::unknown("LINE Login channel", id))?;
        world.logins[place].redirect_uris = redirect_uris;
        Ok(Reply::ok(&describe(world, place)))
    })
}
