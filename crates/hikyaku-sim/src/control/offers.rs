//! What an account has besides messages: memberships, mission stickers, templates.

use serde::Deserialize;
use serde_json::json;

use super::{Call, Problem, Reply, people::person};
use crate::state::{World, membership::MembershipPlan, mission::MissionSticker, pnp_keys::PnpKeys};

pub(super) fn add_membership(call: &Call<'_>) -> Result<Reply, Problem> {
    let plan: MembershipPlan =
        if call.body.is_empty() { MembershipPlan::default() } else { call.read()? };
    call.shared.change(|world| {
        let channel = call.channel(world)?;
        let id = world.channels[channel].memberships.add(plan);
        Ok(Reply::created(&json!({ "membershipId": id })))
    })
}

/// Lets a person join a plan, leave it or stay.
pub(super) fn change_membership(
    call: &Call<'_>,
    (id, user): (&str, &str),
    change: fn(&mut World, usize, u64, crate::state::person::UserKey) -> bool,
) -> Result<Reply, Problem> {
    let plan: u64 = id.parse().map_err(|_| Problem::unknown("membership", id))?;
    call.shared.change(|world| {
        let (channel, user) = (call.channel(world)?, person(world, user)?);
        if world.channels[channel].memberships.get(plan).is_none() {
            return Err(Problem::unknown("membership", id));
        }
        let changed = change(world, channel, plan, user);
        Ok(Reply::ok(&json!({ "changed": changed })))
    })
}

pub(super) fn set_mission_sticker(call: &Call<'_>, product: &str) -> Result<Reply, Problem> {
    #[derive(Deserialize)]
    #[serde(deny_unknown_fields)]
    struct Body {
        #[serde(default)]
        state: MissionSticker,
    }
    let Body { state } = call.read()?;
    call.shared.change(|world| {
        let channel = call.channel(world)?;
        world.channels[channel].stickers.products.insert(product.to_owned(), state);
        Ok(Reply::none())
    })
}

pub(super) fn set_pnp_keys(call: &Call<'_>) -> Result<Reply, Problem> {
    let keys: PnpKeys = call.read()?;
    call.shared.change(|world| {
        let channel = call.channel(world)?;
        world.channels[channel].pnp_keys = keys;
        Ok(Reply::none())
    })
}
