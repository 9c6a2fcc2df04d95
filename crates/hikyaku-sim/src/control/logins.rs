use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};
use serde_json::json;

use super::{Call, Problem, Reply, people::person};
use crate::{
    purchase,
    state::{World, webhook::deliverable},
};

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
        let place = place(world, id)?;
        world.logins[place].redirect_uris = redirect_uris;
        Ok(Reply::ok(&describe(world, place)))
    })
}

/// Sets what a channel can do as a LINE MINI App.
pub(super) fn set_mini_app(call: &Call<'_>, id: &str) -> Result<Reply, Problem> {
    #[derive(Deserialize)]
    #[serde(rename_all = "camelCase", deny_unknown_fields)]
    struct Body {
        service_templates: Option<BTreeSet<String>>,
        products: Option<BTreeSet<String>>,
        purchase_webhook: Option<String>,
        blocked_user_ids: Option<Vec<String>>,
        user_ids_without_terms: Option<Vec<String>>,
    }
    let body: Body = call.read()?;
    call.shared.change(|world| {
        let place = place(world, id)?;
        if let Some(url) = &body.purchase_webhook {
            deliverable(url, world.settings.webhook.remote_allowed)
                .map_err(|invalid| Problem::invalid("/purchaseWebhook", invalid.to_string()))?;
        }
        let keys = |ids: Option<Vec<String>>| {
            let keys = ids.map(|ids| ids.iter().map(|id| person(world, id)).collect());
            keys.transpose()
        };
        let (blocked, without) = (keys(body.blocked_user_ids)?, keys(body.user_ids_without_terms)?);
        let login = &mut world.logins[place];
        let (service, shop) = (&mut login.service, &mut login.shop);
        service.templates =
            body.service_templates.unwrap_or(std::mem::take(&mut service.templates));
        shop.products = body.products.unwrap_or(std::mem::take(&mut shop.products));
        shop.webhook = body.purchase_webhook.or(shop.webhook.take());
        shop.blocked = blocked.unwrap_or(std::mem::take(&mut shop.blocked));
        shop.without_terms = without.unwrap_or(std::mem::take(&mut shop.without_terms));
        Ok(Reply::none())
    })
}

pub(super) fn service_messages(call: &Call<'_>, id: &str) -> Result<Reply, Problem> {
    let world = call.shared.world();
    let messages: Vec<_> = world.logins[place(&world, id)?].service.sent.iter().collect();
    Ok(Reply::ok(&json!({ "messages": messages })))
}

/// Lets a person open a LIFF app; answers with what its page has.
pub(super) fn open_liff(call: &Call<'_>, id: &str) -> Result<Reply, Problem> {
    #[derive(Deserialize)]
    #[serde(rename_all = "camelCase", deny_unknown_fields)]
    struct Body {
        user_id: String,
        liff_id: String,
    }
    let Body { user_id, liff_id } = call.read()?;
    call.shared.change(|world| {
        let (place, user) = (place(world, id)?, person(world, &user_id)?);
        let opened = world.open_liff(place, &liff_id, user);
        let (token, id_token) = opened.ok_or_else(|| Problem::unknown("LIFF app", &liff_id))?;
        Ok(Reply::created(&json!({ "accessToken": token, "idToken": id_token })))
    })
}

/// Lets the person of a reserved purchase pay for it; answers with whether the channel's server has answered with 2xx.
pub(super) async fn pay(call: &Call<'_>, id: &str) -> Result<Reply, Problem> {
    #[derive(Deserialize)]
    #[serde(rename_all = "camelCase", deny_unknown_fields)]
    struct Body {
        order_id: String,
    }
    let Body { order_id } = call.read()?;
    let place = place(&call.shared.world(), id)?;
    let paid = purchase::pay(call.shared, place, &order_id).await;
    let received = paid.ok_or_else(|| Problem::unknown("purchase that waits", &order_id))?;
    Ok(Reply::ok(&json!({ "received": received })))
}

fn place(world: &World, id: &str) -> Result<usize, Problem> {
    let place = world.logins.iter().position(|login| *login.id == *id);
    place.ok_or_else(|| Problem::unknown("LINE Login channel", id))
}
