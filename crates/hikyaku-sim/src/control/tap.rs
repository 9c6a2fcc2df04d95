//! What a person taps in a message or a rich menu that they see.

use hikyaku_model::event::{PostbackContent, PostbackParams, RichMenuSwitchStatus};
use serde::Deserialize;
use serde_json::{Value, json};

use super::{
    Call, Problem, Reply,
    acts::{known, target},
    people::person,
};
use crate::state::{
    World,
    chat::Target,
    person::UserKey,
    said::{Said, UserMessage},
    talk::Deed,
    tap::{Tap, Tapped},
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

/// Who taps, and where.
struct Finger<'a> {
    channel: usize,
    chat: &'a Target,
    user: Option<UserKey>,
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
        let action = shown.pointer(&pointer).filter(|action| action.get("type").is_some());
        let action = action.ok_or_else(|| {
            Problem::invalid("/pointer", format!("there is no action at `{pointer}`"))
        })?;
        let user = user_id.map(|id| person(world, &id)).transpose()?;
        let user = world.speaker(channel, &target, user);
        let user = user.ok_or_else(|| Problem::unknown("person in the chat", id))?;
        let finger = Finger { channel, chat: &target, user: Some(user) };
        Ok(Reply::ok(&act(world, &finger, action, params)?))
    })
}

/// A message that was delivered to a chat.
fn message(
    world: &World,
    channel: usize,
    chat: &Target,
    message_id: &str,
) -> Result<Value, Problem> {
    let unknown = || Problem::unknown("message in the chat", message_id);
    let id: u64 = message_id.parse().map_err(|_| unknown())?;
    let arrivals = world.outbox.newest(&world.channels[channel].id);
    let json = arrivals.filter(|arrival| arrival.is_in(chat)).find_map(|arrival| {
        let at = arrival.sent.message_ids.iter().position(|of| *of == id)?;
        arrival.sent.messages.get(at)
    });
    json.map(|json| serde_json::from_str(json.get()).unwrap_or_default()).ok_or_else(unknown)
}

/// The rich menu that a person sees.
fn menu(world: &World, channel: usize, chat: &Target, id: &str) -> Result<Value, Problem> {
    let menus = &world.channels[channel].rich_menus;
    let seen = match chat {
        Target::User(user) => menus.seen_by(*user),
        Target::Chat(_) => None,
    };
    let menu = seen.filter(|seen| *seen == id).and_then(|id| menus.get(id));
    let menu = menu.ok_or_else(|| Problem::unknown("rich menu in the chat", id))?;
    Ok(serde_json::to_value(&menu.menu).unwrap_or_default())
}

fn act(
    world: &mut World,
    finger: &Finger<'_>,
    action: &Value,
    params: Option<PostbackParams>,
) -> Result<Value, Problem> {
    let text = |name: &str| action.get(name).and_then(Value::as_str);
    let kind = text("type").unwrap_or_default();
    if params.is_some() && kind != "datetimepicker" {
        let message = format!("nothing is picked with a `{kind}`");
        return Err(Problem::invalid("/params", message));
    }
    match kind {
        "message" => {
            let said = finger.say(world, text("text").unwrap_or_default())?;
            Ok(json!({ "type": kind, "said": said }))
        }
        "postback" => {
            // `text` is deprecated: it is a message of its own.
            let said = text("text").map(|text| finger.say(world, text)).transpose()?;
            if let Some(shown) = text("displayText") {
                finger.show(world, shown);
            }
            let tapped = finger.tap(world, Tap::new(text("data").unwrap_or_default()))?;
            Ok(json!({
                "type": kind,
                "tapped": tapped,
                "said": said,
                "inputOption": text("inputOption"),
                "fillInText": text("fillInText"),
            }))
        }
        "datetimepicker" => {
            let Some(params) = params else {
                // The person has to pick first.
                return Ok(json!({
                    "type": kind,
                    "mode": text("mode"),
                    "initial": text("initial"),
                    "min": text("min"),
                    "max": text("max"),
                }));
            };
            let mut content = PostbackContent::new(text("data").unwrap_or_default());
            content.params = Some(params);
            let tapped = finger.tap(world, Tap(content))?;
            Ok(json!({ "type": kind, "tapped": tapped }))
        }
        "richmenuswitch" => {
            let alias = text("richMenuAliasId").unwrap_or_default();
            let mut content = PostbackContent::new(text("data").unwrap_or_default());
            let params = content.params.get_or_insert_default();
            params.new_rich_menu_alias_id = Some(alias.into());
            params.status = Some(finger.switch(world, alias));
            let tapped = finger.tap(world, Tap(content))?;
            Ok(json!({ "type": kind, "tapped": tapped }))
        }
        // An imagemap has other names for the same.
        "uri" => Ok(json!({ "type": kind, "uri": text("uri").or_else(|| text("linkUri")) })),
        "clipboard" => Ok(json!({ "type": kind, "text": text("clipboardText") })),
        "camera" | "cameraRoll" | "location" => Ok(json!({ "type": kind })),
        _ => {
            let message = format!("a tap on a `{kind}` does nothing in a message");
            Err(Problem::invalid("/pointer", message))
        }
    }
}

impl Finger<'_> {
    fn say(&self, world: &mut World, text: &str) -> Result<Said, Problem> {
        let said = world.say(self.channel, self.chat, self.user, UserMessage::text(text));
        said.ok_or_else(|| self.nobody())
    }

    fn tap(&self, world: &mut World, tap: Tap) -> Result<Tapped, Problem> {
        world.tap(self.channel, self.chat, self.user, tap).ok_or_else(|| self.nobody())
    }

    /// Shows a text as the person's, of which the bot is not told.
    fn show(&self, world: &mut World, text: &str) {
        let deed = Deed::Displayed(text.to_owned());
        world.note(self.channel, self.chat, self.user, deed, false);
    }

    /// Lets the person see the menu of an alias.
    fn switch(&self, world: &mut World, alias: &str) -> RichMenuSwitchStatus {
        let menus = &mut world.channels[self.channel].rich_menus;
        let Some(id) = menus.aliases.get(alias).cloned() else {
            return RichMenuSwitchStatus::AliasNotFound;
        };
        match self.chat {
            Target::User(user) if menus.get(&id).is_some() => {
                menus.link(*user, &id);
                RichMenuSwitchStatus::Success
            }
            _ => RichMenuSwitchStatus::RichMenuNotFound,
        }
    }

    fn nobody(&self) -> Problem {
        Problem::unknown("person in the chat", self.chat.id().as_str())
    }
}
