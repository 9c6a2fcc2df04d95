//! The control API: what the methods of [`Sim`](crate::Sim) do, over HTTP.

mod acts;
mod channels;
mod guard;
mod known;
mod limits;
mod logins;
mod modules;
mod offers;
mod people;
mod reply;
mod scenario;
mod story;
mod tap;
mod traffic;
mod webhooks;
mod whole;

use bytes::Bytes;
use http::{Method, Response, request::Parts};
use serde::de::DeserializeOwned;

use self::reply::{Problem, Reply};
use crate::{
    description::OPENAPI,
    query,
    shared::Shared,
    snapshot,
    state::{World, holder::Holder},
};

/// What all paths of the control API begin with. No path of LINE's does.
pub(crate) const PREFIX: &str = "/_sim/";

/// One call of the control API.
struct Call<'a> {
    shared: &'a Shared,
    query: &'a str,
    body: &'a [u8],
}

/// The path of the stream that tells of changes.
pub(crate) const EVENTS: &str = "/_sim/v1/events";

/// The most bytes that the body of a call may have, where it is not that of LINE's calls.
pub(crate) fn most_bytes(head: &Parts) -> Option<usize> {
    let is_import = head.method == Method::PUT && head.uri.path() == "/_sim/v1/state";
    is_import.then_some(snapshot::MOST_BYTES)
}

/// Refuses what a page of somebody else's could have sent.
pub(crate) fn refusal(shared: &Shared, head: &Parts) -> Option<Response<Bytes>> {
    guard::check(shared, head).err().map(Problem::into_response)
}

/// Answers a call that was not refused. A body that is too large is absent.
pub(crate) async fn answer(shared: &Shared, head: &Parts, body: Option<&[u8]>) -> Response<Bytes> {
    let outcome = match body {
        None => Err(Problem::too_large()),
        Some(body) => {
            let call = Call { shared, query: head.uri.query().unwrap_or(""), body };
            dispatch(&call, &head.method, head.uri.path()).await
        }
    };
    outcome.map_or_else(Problem::into_response, Reply::into_response)
}

async fn dispatch(call: &Call<'_>, method: &Method, path: &str) -> Result<Reply, Problem> {
    let unknown = || Problem::unknown_path(method, path);
    let steps: Vec<&str> = path.strip_prefix("/_sim/v1/").ok_or_else(unknown)?.split('/').collect();
    known::check(call, method, path, &steps)?;
    match (method.as_str(), steps.as_slice()) {
        ("GET", ["health"]) => Ok(Reply::ok(&serde_json::json!({ "status": "ok" }))),
        ("GET", ["openapi.json"]) => Ok(Reply::json(OPENAPI.to_owned())),
        ("POST", ["reset"]) => {
            call.shared.change(World::reset);
            Ok(Reply::none())
        }
        ("GET", ["state"]) => Ok(whole::export(call)),
        ("PUT", ["state"]) => whole::import(call),
        ("GET", ["snapshots"]) => Ok(whole::snapshots(call)),
        ("POST", ["snapshots"]) => whole::take_snapshot(call),
        ("POST", ["snapshots", id, "restore"]) => whole::restore(call, id),
        ("DELETE", ["snapshots", id]) => whole::delete_snapshot(call, id),
        ("GET", ["channels"]) => Ok(channels::channels(call)),
        ("POST", ["channels"]) => Ok(channels::add(call)),
        ("PATCH", ["channels", id]) => channels::change(call, id),
        ("POST", ["channels", id, "keys"]) => channels::register_key(call, id),
        ("POST", ["channels", id, "events"]) => webhooks::send_event(call, id),
        ("POST", ["channels", id, "test"]) => webhooks::test(call, id).await,
        ("GET", ["logins"]) => Ok(logins::logins(call)),
        ("POST", ["logins"]) => logins::add(call),
        ("PATCH", ["logins", id]) => logins::change(call, id),
        ("PUT", ["logins", id, "mini-app"]) => logins::set_mini_app(call, id),
        ("GET", ["logins", id, "service-messages"]) => logins::service_messages(call, id),
        ("POST", ["logins", id, "liff-sessions"]) => logins::open_liff(call, id),
        ("POST", ["logins", id, "purchases"]) => logins::pay(call, id).await,
        ("GET", ["users"]) => people::users(call),
        ("POST", ["users"]) => people::add_user(call),
        ("PUT", ["users", id, "friendship"]) => acts::set_friendship(call, id),
        ("GET", ["groups"]) => Ok(people::chats(call, 'C')),
        ("POST", ["groups"]) => people::add_chat(call, 'C'),
        ("GET", ["rooms"]) => Ok(people::chats(call, 'R')),
        ("POST", ["rooms"]) => people::add_chat(call, 'R'),
        ("GET", ["chats", id]) => people::chat(call, id),
        ("POST", ["chats", id, "messages"]) => acts::say(call, id),
        ("DELETE", ["chats", id, "messages", message]) => acts::unsend(call, id, message),
        ("PUT", ["chats", id, "messages", message]) => acts::edit(call, id, message),
        ("POST", ["chats", id, "postback"]) => acts::postback(call, id),
        ("POST", ["chats", id, "tap"]) => tap::tap(call, id),
        ("PUT", ["chats", id, "members", user]) => acts::set_member(call, id, user, true),
        ("DELETE", ["chats", id, "members", user]) => acts::set_member(call, id, user, false),
        ("PUT", ["chats", id, "account"]) => acts::join(call, id),
        ("DELETE", ["chats", id, "account"]) => acts::leave(call, id),
        ("GET", ["acts"]) => story::acts(call),
        ("GET", ["scenario"]) => scenario::scenario(call),
        ("POST", ["account-links"]) => acts::link_account(call),
        ("POST", ["memberships"]) => offers::add_membership(call),
        ("PUT", ["memberships", id, "members", user]) => {
            offers::change_membership(call, (id, user), World::join_membership)
        }
        ("DELETE", ["memberships", id, "members", user]) => {
            offers::change_membership(call, (id, user), World::leave_membership)
        }
        ("POST", ["memberships", id, "members", user]) => {
            offers::change_membership(call, (id, user), World::renew_membership)
        }
        ("PUT", ["mission-stickers", product]) => offers::set_mission_sticker(call, product),
        ("PUT", ["pnp-keys"]) => offers::set_pnp_keys(call),
        ("GET", ["modules"]) => Ok(modules::modules(call)),
        ("POST", ["modules"]) => modules::add(call),
        ("PATCH", ["modules", id]) => modules::change(call, id),
        ("POST", ["modules", id, "codes"]) => modules::agree(call, id),
        ("DELETE", ["modules", id, "accounts", channel]) => {
            modules::delete_account(call, id, channel)
        }
        ("GET", ["audiences"]) => people::audiences(call),
        ("POST", ["audiences"]) => people::add_audience(call),
        ("POST", ["audiences", "shared"]) => people::add_shared_audience(call),
        ("GET", ["outbox"]) => traffic::deliveries(call).await,
        ("GET", ["outbox", "latest"]) => traffic::latest(call),
        ("GET", ["outbox", "counts"]) => Ok(traffic::counts(call)),
        ("POST", ["outbox", seq, act]) => acts::react(call, seq, act),
        ("POST", ["users", id, "rich-menu"]) => acts::see_menu(call, id),
        ("POST", ["users", id, "rich-menu", area]) => acts::tap_menu(call, id, area),
        ("GET", ["webhooks"]) => webhooks::webhooks(call).await,
        ("GET", ["webhooks", "errors"]) => webhooks::errors(call),
        ("POST", ["webhooks", id, "redeliver"]) => webhooks::redeliver(call, id),
        ("GET", ["log"]) => traffic::log(call).await,
        ("POST", ["log", seq, "replay"]) => traffic::replay(call, seq).await,
        ("DELETE", ["log"]) => Ok(traffic::clear_log(call)),
        ("GET", ["faults"]) => Ok(limits::faults(call)),
        ("PUT", ["faults"]) => limits::replace_faults(call),
        ("POST", ["faults"]) => limits::add_fault(call),
        ("DELETE", ["faults"]) => Ok(limits::clear_faults(call)),
        ("DELETE", ["faults", id]) => limits::remove_fault(call, id),
        ("GET", ["clock"]) => Ok(limits::clock(call)),
        ("PUT", ["clock"]) => limits::set_clock(call),
        ("POST", ["clock", "advance"]) => limits::advance(call),
        ("GET", ["quota"]) => limits::quota(call),
        ("PUT", ["quota"]) => limits::set_quota(call),
        ("PUT", ["ratelimit"]) => limits::set_rate_limit(call),
        _ => Err(unknown()),
    }
}

impl Call<'_> {
    /// Reads the body.
    fn read<T: DeserializeOwned>(&self) -> Result<T, Problem> {
        serde_json::from_slice(self.body)
            .map_err(|error| Problem::invalid("", known::explain(&error)))
    }

    fn parameter(&self, name: &str) -> Option<String> {
        query::parameter(self.query, name)
    }

    /// The place of the channel that the query names; the first where it names none.
    fn channel(&self, world: &World) -> Result<usize, Problem> {
        match self.parameter("channel") {
            None => Ok(0),
            Some(id) => world.channel_of_id(&id).ok_or_else(|| Problem::unknown("channel", &id)),
        }
    }

    /// The channel that the query names, which has webhooks; the first where it names none.
    fn receiver(&self, world: &World) -> Result<Holder, Problem> {
        let Some(id) = self.parameter("channel") else { return Ok(Holder::Messaging(0)) };
        let holder = world.holder_of_id(&id).filter(|holder| !matches!(holder, Holder::Login(_)));
        holder.ok_or_else(|| Problem::unknown("channel", &id))
    }
}
