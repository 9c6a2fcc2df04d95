//! The tools and their effects.

use hikyaku_sender::{DeliveryId, Filter};
use serde_json::{Map, Value, json};

use super::{
    messages, send,
    tool::{Given, Tool, called},
    world::World,
};
use crate::failure::{not_found, usage};

fn all() -> Vec<Tool> {
    let text = |purpose: &str| json!({ "type": "string", "description": purpose });
    let number = |purpose: &str| json!({ "type": "integer", "minimum": 1, "description": purpose });
    let flex = json!({ "type": "object", "description": "A bubble or a carousel of LINE's Flex Messages" });
    let tool = |name, purpose, reads, arguments| Tool { name, purpose, reads, arguments };
    vec![
        tool(
            "send_message",
            "Sends messages to a user, group or room, or to a list of users. It is on disk before it is sent, and is sent once, \
             whatever fails. It costs one of the month's messages for each person. More than one person needs confirm_recipients.",
            false,
            send::arguments(),
        ),
        tool(
            "show_send",
            "Shows what became of a send: accepted by LINE, waiting, refused, or unknown.",
            true,
            vec![("delivery_id", number("What send_message told as delivery_id"), true)],
        ),
        tool(
            "list_sends",
            "Lists the newest sends.",
            true,
            vec![("limit", number("At most so many, 100 at most; 20 unless set"), false)],
        ),
        tool(
            "get_profile",
            "Reads a user's name, picture and language. It needs a user who is a friend of the account or was not blocked.",
            true,
            vec![("user_id", text("The user's id, which begins with U"), true)],
        ),
        tool(
            "get_group",
            "Reads a group's name and picture, and how many people are in it.",
            true,
            vec![("group_id", text("The group's id, which begins with C"), true)],
        ),
        tool(
            "get_quota",
            "Tells how many messages the account may send this month, and how many are left.",
            true,
            Vec::new(),
        ),
        tool(
            "list_rich_menus",
            "Lists the rich menus that were made by the API.",
            true,
            Vec::new(),
        ),
        tool(
            "check_messages",
            "Checks messages by LINE's rules without sending them.",
            true,
            messages::arguments(),
        ),
        tool(
            "draw_flex",
            "Checks a Flex layout, and draws it as a phone shows it: an HTML page that makes no request.",
            true,
            vec![("flex", flex, true)],
        ),
    ]
}

pub(super) fn list() -> Vec<Value> {
    all().iter().map(Tool::told).collect()
}

/// Returns `None` if there is no such tool.
pub(super) async fn call(world: &World, name: &str, arguments: Option<&Value>) -> Option<Value> {
    let tool = all().into_iter().find(|it| it.name == name)?;
    let nothing = Map::new();
    let given = match arguments {
        None | Some(Value::Null) => &nothing,
        Some(Value::Object(given)) => given,
        Some(_) => return Some(called(Err::<(), _>(usage("arguments must be an object")))),
    };
    if let Err(why) = tool.check(given) {
        return Some(called(Err::<(), _>(why)));
    }
    let given = Given(given);
    if name == "draw_flex" {
        return Some(messages::draw(&given).unwrap_or_else(|why| called(Err::<(), _>(why))));
    }
    Some(called(act(world, name, &given).await))
}

async fn act(world: &World, name: &str, given: &Given<'_>) -> anyhow::Result<Value> {
    let client = &world.client;
    Ok(match name {
        "send_message" => send::send(world, given).await?,
        "show_send" => {
            let id = given.number("delivery_id")?.and_then(|id| i64::try_from(id).ok());
            send::show(world, DeliveryId::from(id.unwrap_or_default())).await?
        }
        "list_sends" => {
            let limit = given.number("limit")?.unwrap_or(20).min(100);
            let filter = Filter::default().limit(u32::try_from(limit).unwrap_or(100));
            json!({ "sends": world.outbox.list(filter).await?, "simulated": world.is_dry() })
        }
        "get_profile" => {
            let user = given.needed("user_id")?;
            let profile = client.profile(user).await?.into_inner();
            let profile = profile
                .ok_or_else(|| not_found("LINE tells no profile of this user".to_owned()))?;
            serde_json::to_value(profile)?
        }
        "get_group" => {
            let group = given.needed("group_id")?;
            let mut summary =
                serde_json::to_value(client.group_summary(group).await?.into_inner())?;
            summary["members"] = client.group_member_count(group).await?.into_inner().count.into();
            summary
        }
        "get_quota" => send::quota(world).await?,
        "list_rich_menus" => serde_json::to_value(client.rich_menus().await?.into_inner())?,
        _ => messages::judge(&messages::read(given)?),
    })
}
