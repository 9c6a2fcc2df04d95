use base64::{Engine as _, engine::general_purpose::STANDARD as BASE64};
use hikyaku_model::{
    Object, UserId,
    event::{MessageContent, PostbackParams},
    unknown_fields,
};
use http::StatusCode;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::{Call, Problem, Reply, people::person};
use crate::state::{
    Whom, World, chat::Target, friendship::Friendship, person::UserKey, said::UserMessage, tap::Tap,
};

pub(super) fn set_friendship(call: &Call<'_>, id: &str) -> Result<Reply, Problem> {
    #[derive(Deserialize)]
    #[serde(deny_unknown_fields)]
    struct Body {
        friendship: Friendship,
    }
    let Body { friendship } = call.read()?;
    call.shared.change(|world| {
        let (user, channel) = (person(world, id)?, call.channel(world)?);
        world.set_friendship(channel, user, friendship);
        Ok(Reply::none())
    })
}

/// Lets a person say something; answers with the tokens of the message.
pub(super) fn say(call: &Call<'_>, id: &str) -> Result<Reply, Problem> {
    #[derive(Deserialize)]
    #[serde(rename_all = "camelCase", deny_unknown_fields)]
    struct Body {
        text: Option<String>,
        /// Instead of a text, a message as its event has it; without its id.
        message: Option<Object>,
        /// What the account can download, in base64.
        content: Option<String>,
        content_type: Option<String>,
        /// Who the words that begin with `@` mean, in their order: `bot`, `all` or a user id.
        #[serde(default)]
        mentions: Vec<String>,
        user_id: Option<String>,
    }
    let Body { text, message, content, content_type, mentions, user_id } = call.read()?;
    let mut message = match (text, message) {
        (Some(text), None) => UserMessage::text(text),
        (None, Some(message)) => read_message(message)?,
        _ => return Err(Problem::invalid("", "give either a `text` or a `message`")),
    };
    if let Some(content) = content {
        let bytes = BASE64.decode(content);
        let bytes = bytes.map_err(|_| Problem::invalid("/content", "this is no base64"))?;
        message = message.with_content(bytes);
    }
    message.media_type = content_type;
    for (index, whom) in mentions.iter().enumerate() {
        let user = UserId::from(whom.as_str());
        let whom = match whom.as_str() {
            "bot" => Whom::Bot,
            "all" => Whom::All,
            id if Target::parse(id).is_some_and(|of| matches!(of, Target::User(_))) => {
                Whom::User(&user)
            }
            _ => {
                let why = "write `bot`, `all` or a user id";
                return Err(Problem::invalid(format!("/mentions/{index}"), why));
            }
        };
        if !message.mention(whom) {
            let why = "no further word of a text begins with `@`";
            return Err(Problem::invalid(format!("/mentions/{index}"), why));
        }
    }
    let target = target(id)?;
    call.shared.change(|world| {
        let user = user_id.map(|id| person(world, &id)).transpose()?;
        let channel = call.channel(world)?;
        let said = world.say(channel, &target, user, message);
        said.map(|said| Reply::created(&said)).ok_or_else(|| nobody(id))
    })
}

fn read_message(mut message: Object) -> Result<UserMessage, Problem> {
    complete(&mut message);
    let quoted = message.get("quotedMessageId").and_then(Value::as_str).map(str::to_owned);
    let message: MessageContent = serde_json::from_value(message.into())
        .map_err(|error| Problem::invalid("/message", error.to_string()))?;
    known(&message, "/message")?;
    Ok(UserMessage { quoted_message_id: quoted, ..message.kind.into() })
}

/// Gives a message what the simulator makes or what goes without saying.
pub(super) fn complete(message: &mut Object) {
    message.entry("id").or_insert_with(|| Value::from(""));
    match message.get("type").and_then(Value::as_str) {
        Some("image" | "video" | "audio") => {
            message.entry("contentProvider").or_insert_with(|| json!({ "type": "line" }));
        }
        Some("sticker") => {
            message.entry("stickerResourceType").or_insert_with(|| "STATIC".into());
        }
        _ => {}
    }
}

/// Refuses fields that nobody knows.
pub(super) fn known(value: &impl Serialize, pointer: &str) -> Result<(), Problem> {
    match unknown_fields(value).first() {
        None => Ok(()),
        Some(unknown) => {
            let message = format!("there is no key `{}` here", unknown.property());
            Err(Problem::invalid(format!("{pointer}{}", unknown.pointer()), message))
        }
    }
}

/// Lets a person change a text that they sent to a group; answers with the token of the event.
pub(super) fn edit(call: &Call<'_>, id: &str, message_id: &str) -> Result<Reply, Problem> {
    #[derive(Deserialize)]
    #[serde(rename_all = "camelCase", deny_unknown_fields)]
    struct Body {
        text: String,
        user_id: Option<String>,
    }
    let Body { text, user_id } = call.read()?;
    let target = target(id)?;
    if !id.starts_with('C') {
        return Err(Problem::new(
            StatusCode::BAD_REQUEST,
            "invalid",
            format!("texts are edited in groups only, and `{id}` is not a group"),
        ));
    }
    call.shared.change(|world| {
        let user = user_id.map(|id| person(world, &id)).transpose()?;
        let channel = call.channel(world)?;
        let (user, is_text) = author(world, channel, &target, user, message_id)?;
        if !is_text {
            return Err(Problem::unknown("text", message_id));
        }
        let edited = world.edit(channel, &target, user, message_id, text);
        edited.map(|edited| Reply::ok(&edited)).ok_or_else(|| nobody(id))
    })
}

/// Lets the person of a delivery see it, open a link of it or play it.
pub(super) fn react(call: &Call<'_>, seq: &str, act: &str) -> Result<Reply, Problem> {
    #[derive(Default, Deserialize)]
    #[serde(deny_unknown_fields, default)]
    struct Body {
        url: Option<String>,
        message: Option<usize>,
        percent: Option<u8>,
    }
    let body: Body = if call.body.is_empty() { Body::default() } else { call.read()? };
    call.shared.change(|world| {
        let found = seq.parse().ok().and_then(|seq| world.outbox.get(seq));
        let delivery = found.ok_or_else(|| Problem::unknown("delivery", seq))?;
        match (act, body) {
            ("seen", Body { url: None, message: None, percent: None }) => world.see(&delivery),
            ("opened", Body { url: Some(url), message: None, percent: None }) => {
                if !world.open(&delivery, &url) {
                    return Err(Problem::invalid("/url", "no message of the delivery has it"));
                }
            }
            ("played", Body { url: None, message, percent }) => {
                let (message, percent) = (message.unwrap_or(1), percent.unwrap_or(100));
                if !(1..=delivery.messages.len()).contains(&message) {
                    let why = "the delivery has no message of this number, from 1";
                    return Err(Problem::invalid("/message", why));
                }
                if percent > 100 {
                    return Err(Problem::invalid(
                        "/percent",
                        "nobody plays more than 100 per cent",
                    ));
                }
                world.play(&delivery, message, percent);
            }
            ("seen" | "opened", _) => {
                return Err(Problem::invalid("", "`seen` has no body, `opened` a `url`"));
            }
            _ => return Err(Problem::unknown("act", act)),
        }
        Ok(Reply::none())
    })
}

/// Lets a person see their rich menu; answers with its id.
pub(super) fn see_menu(call: &Call<'_>, id: &str) -> Result<Reply, Problem> {
    call.shared.change(|world| {
        let (user, channel) = (person(world, id)?, call.channel(world)?);
        Ok(Reply::ok(&json!({ "richMenuId": world.see_menu(channel, user) })))
    })
}

/// Lets a person tap an area of their rich menu, by its place from 0.
pub(super) fn tap_menu(call: &Call<'_>, id: &str, area: &str) -> Result<Reply, Problem> {
    let place = area.parse().map_err(|_| Problem::unknown("area", area))?;
    call.shared.change(|world| {
        let (user, channel) = (person(world, id)?, call.channel(world)?);
        if world.tap_menu(channel, user, place) {
            Ok(Reply::none())
        } else {
            Err(Problem::unknown("area", area))
        }
    })
}

/// Who said a message, if it is the person who is named or nobody is, and whether it is a text.
fn author(
    world: &World,
    channel: usize,
    chat: &Target,
    named: Option<UserKey>,
    message_id: &str,
) -> Result<(UserKey, bool), Problem> {
    let unknown = || Problem::unknown("message of this person in the chat", message_id);
    let id = message_id.parse().map_err(|_| unknown())?;
    let (user, is_text) = world.talk.author(chat, id).ok_or_else(unknown)?;
    if named.is_some_and(|named| named != user) {
        return Err(unknown());
    }
    let user =
        world.speaker(channel, chat, Some(user)).ok_or_else(|| nobody(chat.id().as_str()))?;
    Ok((user, is_text))
}

/// Lets a person take back what they said.
pub(super) fn unsend(call: &Call<'_>, id: &str, message_id: &str) -> Result<Reply, Problem> {
    let target = target(id)?;
    let user = call.parameter("userId");
    call.shared.change(|world| {
        let user = user.map(|id| person(world, &id)).transpose()?;
        let channel = call.channel(world)?;
        let (user, _) = author(world, channel, &target, user, message_id)?;
        world.unsend(channel, &target, Some(user), message_id);
        Ok(Reply::none())
    })
}

/// Lets a person tap something that sends data; answers with the token of the postback.
pub(super) fn postback(call: &Call<'_>, id: &str) -> Result<Reply, Problem> {
    #[derive(Deserialize)]
    #[serde(rename_all = "camelCase", deny_unknown_fields)]
    struct Body {
        data: String,
        params: Option<PostbackParams>,
        user_id: Option<String>,
    }
    let Body { data, params, user_id } = call.read()?;
    if let Some(params) = &params {
        known(params, "/params")?;
    }
    let mut tap = Tap::new(data);
    tap.0.params = params;
    let target = target(id)?;
    call.shared.change(|world| {
        let user = user_id.map(|id| person(world, &id)).transpose()?;
        let channel = call.channel(world)?;
        let tapped = world.tap(channel, &target, user, tap);
        tapped.map(|tapped| Reply::created(&tapped)).ok_or_else(|| nobody(id))
    })
}

/// Lets a person join or leave a group or room.
pub(super) fn set_member(
    call: &Call<'_>,
    id: &str,
    user: &str,
    is_member: bool,
) -> Result<Reply, Problem> {
    call.shared.change(|world| {
        let target = chat(world, id)?;
        let user = person(world, user)?;
        world.set_member(&target, user, is_member);
        Ok(Reply::none())
    })
}

/// Lets a channel's account join a group or room.
pub(super) fn join(call: &Call<'_>, id: &str) -> Result<Reply, Problem> {
    call.shared.change(|world| {
        let (target, channel) = (chat(world, id)?, call.channel(world)?);
        let there = world.chats.get(id).and_then(|chat| chat.channels.first().copied());
        if let Some(other) = there.filter(|other| *other != channel) {
            let message = format!(
                "`{}` is in `{id}`, and a group or room has room for one account: let it leave first",
                world.channels[other].id
            );
            return Err(Problem::new(StatusCode::CONFLICT, "conflict", message));
        }
        world.join(channel, &target);
        Ok(Reply::none())
    })
}

/// Lets somebody remove a channel's account from a group or room.
pub(super) fn leave(call: &Call<'_>, id: &str) -> Result<Reply, Problem> {
    call.shared.change(|world| {
        let (target, channel) = (chat(world, id)?, call.channel(world)?);
        world.leave(channel, &target);
        Ok(Reply::none())
    })
}

/// Lets a person come back from the bot's login page.
pub(super) fn link_account(call: &Call<'_>) -> Result<Reply, Problem> {
    #[derive(Deserialize)]
    #[serde(rename_all = "camelCase", deny_unknown_fields)]
    struct Body {
        link_token: String,
        nonce: String,
    }
    let Body { link_token, nonce } = call.read()?;
    call.shared.change(|world| {
        let channel = call.channel(world)?;
        if world.link_account(channel, &link_token, &nonce) {
            return Ok(Reply::none());
        }
        Err(Problem::invalid("/linkToken", "the token is unknown, used or too old"))
    })
}

pub(super) fn target(id: &str) -> Result<Target, Problem> {
    Target::parse(id).ok_or_else(|| Problem::unknown("chat", id))
}

/// A group or room that is there.
fn chat(world: &World, id: &str) -> Result<Target, Problem> {
    let there = world.chats.get(id).is_some();
    Target::parse(id).filter(|_| there).ok_or_else(|| Problem::unknown("group or room", id))
}

fn nobody(id: &str) -> Problem {
    let message = format!("nobody in the chat `{id}` can speak to this channel");
    Problem::new(StatusCode::NOT_FOUND, "unknown", message)
}
