//! Checks whether messages to a recipient can arrive.

use hikyaku::{BotInfo, Client, Error, ErrorKind};

use super::Finding;

const TO: &str = "recipient";

/// Checks whether messages from this bot reach the recipient.
pub(super) async fn reached(client: &Client, to: &str, bot: &BotInfo) -> Finding {
    if to == bot.user_id.as_str() {
        return Finding::problem(
            TO,
            "this is the bot's own id",
            "take \"Your user ID\" of the channel's tab \"Basic settings\" for yourself, or an id from a webhook",
        );
    }
    let name = match to.chars().next() {
        Some('U') => match client.profile(to).await {
            Ok(profile) => profile.into_inner().map(|profile| profile.display_name).ok_or(None),
            Err(why) => Err(Some(why)),
        },
        Some('C') => {
            client.group_summary(to).await.map(|group| group.into_inner().group_name).map_err(Some)
        }
        Some('R') => client
            .room_member_count(to)
            .await
            .map(|room| format!("a room of {}", room.count))
            .map_err(Some),
        _ => return no_id(to),
    };
    match name {
        Ok(name) => Finding::ok(TO, format!("{name} can be reached")),
        Err(None) => no_friend(),
        Err(Some(why)) => unreached(to, &why),
    }
}

fn no_id(to: &str) -> Finding {
    let what = if to.starts_with('@') {
        "an account's id, which people search for"
    } else {
        "no id of the Messaging API"
    };
    Finding::problem(
        TO,
        format!("{to} is {what}"),
        "ids begin with U (a user), C (a group) or R (a room) and 32 hexadecimal digits follow; they come with webhooks: \
         `hikyaku webhook listen` shows them",
    )
}

fn no_friend() -> Finding {
    Finding::problem(
        TO,
        "no friend of this account has this id, or they blocked it",
        "let them add the account as a friend; the id of the same person differs from provider to provider",
    )
}

fn unreached(to: &str, why: &Error) -> Finding {
    match why.kind() {
        ErrorKind::NotFound => Finding::problem(
            TO,
            "the bot is not in this chat",
            "invite it, after \"Allow bot to join group chats\" is on at https://developers.line.biz/console/",
        ),
        ErrorKind::Invalid | ErrorKind::Rejected => no_id(to),
        _ => Finding::not_told(TO, why),
    }
}
