//! What a tap on an action of a message or a rich menu does.

use hikyaku_model::event::{PostbackContent, PostbackParams, RichMenuSwitchStatus};
use jiff::civil::{Date, DateTime};
use serde_json::{Value, json};

use super::{
    World,
    chat::Target,
    person::UserKey,
    said::{Said, UserMessage},
    talk::Deed,
    tap::{Tap, Tapped},
};

/// Who taps, and where.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Finger<'a> {
    pub(crate) channel: usize,
    pub(crate) chat: &'a Target,
    pub(crate) user: UserKey,
}

/// Why a tap does nothing.
#[derive(Debug)]
pub(crate) enum InvalidTap {
    /// An action of this type does nothing here.
    Action(String),
    /// What was picked is nothing that can be picked.
    Params(String),
    /// The person cannot speak to the account.
    Nobody,
}

impl Finger<'_> {
    /// Does what a tap on an action does, and says what it was. What a phone would do itself, such as opening a page, is
    /// for the caller to do.
    pub(crate) fn act(
        self,
        world: &mut World,
        action: &Value,
        params: Option<PostbackParams>,
    ) -> Result<Value, InvalidTap> {
        let text = |name: &str| action.get(name).and_then(Value::as_str);
        let kind = text("type").unwrap_or_default();
        if params.is_some() && kind != "datetimepicker" {
            return Err(InvalidTap::Params(format!("nothing is picked with a `{kind}`")));
        }
        match kind {
            "message" => {
                let said = self.say(world, text("text").unwrap_or_default())?;
                Ok(json!({ "type": kind, "said": said }))
            }
            "postback" => {
                // `text` is deprecated: it is a message of its own.
                let said = text("text").map(|text| self.say(world, text)).transpose()?;
                if let Some(shown) = text("displayText") {
                    self.show(world, shown);
                }
                let tapped = self.tap(world, Tap::new(text("data").unwrap_or_default()))?;
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
                check_picked(action, &params).map_err(InvalidTap::Params)?;
                let mut content = PostbackContent::new(text("data").unwrap_or_default());
                content.params = Some(params);
                let tapped = self.tap(world, Tap(content))?;
                Ok(json!({ "type": kind, "tapped": tapped }))
            }
            "richmenuswitch" => {
                let alias = text("richMenuAliasId").unwrap_or_default();
                let status = self.switch(world, alias);
                let mut content = PostbackContent::new(text("data").unwrap_or_default());
                let params = content.params.get_or_insert_default();
                let switched = status == RichMenuSwitchStatus::Success;
                params.new_rich_menu_alias_id = switched.then(|| alias.into());
                params.status = Some(status);
                let tapped = self.tap(world, Tap(content))?;
                Ok(json!({ "type": kind, "tapped": tapped }))
            }
            // An imagemap has other names for the same.
            "uri" => Ok(json!({ "type": kind, "uri": text("uri").or_else(|| text("linkUri")) })),
            "clipboard" => Ok(json!({ "type": kind, "text": text("clipboardText") })),
            "camera" | "cameraRoll" | "location" => Ok(json!({ "type": kind })),
            _ => Err(InvalidTap::Action(kind.to_owned())),
        }
    }

    fn say(self, world: &mut World, text: &str) -> Result<Said, InvalidTap> {
        let said = world.say(self.channel, self.chat, Some(self.user), UserMessage::text(text));
        said.ok_or(InvalidTap::Nobody)
    }

    fn tap(self, world: &mut World, tap: Tap) -> Result<Tapped, InvalidTap> {
        let tapped = world.tap(self.channel, self.chat, Some(self.user), tap);
        tapped.ok_or(InvalidTap::Nobody)
    }

    /// Shows a text as the person's, of which the bot is not told.
    fn show(self, world: &mut World, text: &str) {
        let deed = Deed::Displayed(text.to_owned());
        world.note(self.channel, self.chat, Some(self.user), deed, false);
    }

    /// Lets the person see the menu of an alias.
    fn switch(self, world: &mut World, alias: &str) -> RichMenuSwitchStatus {
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
}

/// Whether a date picker lets people pick this; why not.
///
/// Source: <https://developers.line.biz/en/reference/messaging-api/#datetime-picker-action>
fn check_picked(action: &Value, params: &PostbackParams) -> Result<(), String> {
    let text = |name: &str| action.get(name).and_then(Value::as_str);
    let mode = text("mode").unwrap_or_default();
    let PostbackParams { date, time, datetime, new_rich_menu_alias_id, status, .. } = params;
    let picked = match (date.as_deref(), time.as_deref(), datetime.as_deref()) {
        (Some(date), None, None) => ("date", date),
        (None, Some(time), None) => ("time", time),
        (None, None, Some(datetime)) => ("datetime", datetime),
        _ => return Err(format!("give `{mode}` and nothing else")),
    };
    if picked.0 != mode || new_rich_menu_alias_id.is_some() || status.is_some() {
        return Err(format!("give `{mode}` and nothing else"));
    }
    let picked = picked.1;
    let is_one = match mode {
        "date" => picked.len() == 10 && picked.parse::<Date>().is_ok(),
        "time" => picked.len() == 5 && format!("2000-01-01T{picked}").parse::<DateTime>().is_ok(),
        _ => picked.len() == 16 && picked.contains('T') && picked.parse::<DateTime>().is_ok(),
    };
    if !is_one {
        let form = match mode {
            "date" => "2026-12-25",
            "time" => "18:30",
            _ => "2026-12-25T18:30",
        };
        return Err(format!("`{picked}` is no {mode}; write it as `{form}`"));
    }
    // LINE takes `t` between date and time as well as `T`.
    let bound = |name: &str| text(name).map(str::to_ascii_uppercase);
    match (bound("min"), bound("max")) {
        (Some(min), _) if picked < &*min => Err(format!("`{picked}` is before the `min`, {min}")),
        (_, Some(max)) if picked > &*max => Err(format!("`{picked}` is after the `max`, {max}")),
        _ => Ok(()),
    }
}
