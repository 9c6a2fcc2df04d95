//! What a person taps in a message or a rich menu that they see.

use std::sync::Arc;

use hikyaku_model::event::PostbackParams;
use jiff::Timestamp;
use serde::Deserialize;
use serde_json::Value;

use super::{
    Call, Problem, Reply,
    acts::{known, target},
    people::person,
};
use crate::state::{
    World,
    chat::Target,
    finger::{Finger, InvalidTap},
    insight::Use,
    outbox::Sent,
};

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Body {
    message_id: Option<String>,
    /// Instead of a message, the rich menu that the person sees.
    rich_menu_id: Option<String>,
    /// Where in it the action is, as a JSON pointer.
    pointer: String,
    /// What was picked, where the action is a date picker.
    params: Option<PostbackParams>,
    user_id: Option<String>,
}

/// Does what a tap on an action of a message does, and says what it was. What a phone would do itself, such as opening a
/// page, is for the caller to do.
pub(super) fn tap(call: &Call<'_>, id: &str) -> Result<Reply, Problem> {
    let Body { message_id, rich_menu_id, pointer, params, user_id } = call.read()?;
    if let Some(params) = &params {
        known(params, "/params")?;
    }
    let target = target(id)?;
    call.shared.change(|world| {
        let channel = call.channel(world)?;
        let shown = match (&message_id, &rich_menu_id) {
            (Some(id), None) => message(world, channel, &target, id)?,
            (None, Some(id)) => menu(world, channel, &target, id)?,
            _ => return Err(Problem::invalid("", "give either a `messageId` or a `richMenuId`")),
        };
        let action = shown.json().pointer(&pointer).filter(|action| action.get("type").is_some());
        let action = action.ok_or_else(|| {
            Problem::invalid("/pointer", format!("there is no action at `{pointer}`"))
        })?;
        let user = user_id.map(|id| person(world, &id)).transpose()?;
        let user = world.speaker(channel, &target, user);
        let user = user.ok_or_else(|| Problem::unknown("person in the chat", id))?;
        let finger = Finger { channel, chat: &target, user };
        let done = finger.act(world, action, params).map_err(|why| refuse(why, &target))?;
        count(world, finger, &shown, &pointer, &done);
        Ok(Reply::ok(&done))
    })
}

/// What a person taps in.
enum Shown {
    Message {
        sent: Arc<Sent>,
        /// When it arrived.
        at: Timestamp,
        /// Its place among those of its request, from 0.
        place: usize,
        json: Value,
    },
    Menu {
        id: String,
        json: Value,
    },
}

impl Shown {
    fn json(&self) -> &Value {
        match self {
            Self::Message { json, .. } | Self::Menu { json, .. } => json,
        }
    }
}

/// A message that was delivered to a chat.
fn message(
    world: &World,
    channel: usize,
    chat: &Target,
    message_id: &str,
) -> Result<Shown, Problem> {
    let unknown = || Problem::unknown("message in the chat", message_id);
    let id: u64 = message_id.parse().map_err(|_| unknown())?;
    let arrivals = world.outbox.newest(&world.channels[channel].id);
    let found = arrivals.filter(|arrival| arrival.is_in(chat)).find_map(|arrival| {
        let place = arrival.sent.message_ids.iter().position(|of| *of == id)?;
        Some((arrival, place))
    });
    let (arrival, place) = found.ok_or_else(unknown)?;
    let json = arrival.sent.messages.get(place).ok_or_else(unknown)?;
    let json = serde_json::from_str(json.get()).unwrap_or_default();
    Ok(Shown::Message { sent: arrival.sent.clone(), at: arrival.at, place, json })
}

/// The rich menu that a person sees.
fn menu(world: &World, channel: usize, chat: &Target, id: &str) -> Result<Shown, Problem> {
    let menus = &world.channels[channel].rich_menus;
    let seen = match chat {
        Target::User(user) => menus.seen_by(*user),
        Target::Chat(_) => None,
    };
    let menu = seen.filter(|seen| *seen == id).and_then(|id| menus.get(id));
    let menu = menu.ok_or_else(|| Problem::unknown("rich menu in the chat", id))?;
    let json = serde_json::to_value(&menu.menu).unwrap_or_default();
    Ok(Shown::Menu { id: menu.id.clone(), json })
}

/// Counts a tap in the statistics: on a link as opening it, in a menu as using the area.
fn count(world: &mut World, finger: Finger<'_>, shown: &Shown, pointer: &str, done: &Value) {
    match shown {
        Shown::Message { sent, place, at, .. } => {
            if let Some(url) = done.get("uri").and_then(Value::as_str) {
                let of = sent.received(*at);
                world.react(finger.channel, of, Use::Open(place + 1, url), finger.user);
            }
        }
        // A picker that opens is no tap yet: what is picked comes with another call.
        Shown::Menu { .. } if done.get("mode").is_some() => {}
        Shown::Menu { id, .. } => {
            let area = pointer.strip_prefix("/areas/").and_then(|rest| rest.split('/').next());
            if let Some(area) = area.and_then(|area| area.parse().ok()) {
                world.use_area(finger.channel, id, area, finger.user);
            }
        }
    }
}

fn refuse(invalid: InvalidTap, chat: &Target) -> Problem {
    match invalid {
        InvalidTap::Params(why) => Problem::invalid("/params", why),
        InvalidTap::Action(kind) => {
            let message = format!("a tap on a `{kind}` does nothing in a message");
            Problem::invalid("/pointer", message)
        }
        InvalidTap::Nobody => Problem::unknown("person in the chat", chat.id().as_str()),
    }
}
