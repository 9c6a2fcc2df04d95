//! What people are called to modules: by other ids than to the account's own channel, and by another one for each account.
//!
//! LINE documents the form of these ids, and that their end is the id of the account's bot. What the rest is made of is not
//! known; here it is the person's own id, so that a test sees who is meant.
//!
//! Source: <https://developers.line.biz/en/docs/partner-docs/module-technical-using-messaging-api/>

use hikyaku_model::{
    Event, EventKind, UserId,
    event::{ContentKind, MessageContent},
};

/// The id that modules of a bot's account have for a person. What is no person's id stays as it is.
fn disguised(user: &UserId, bot: &UserId) -> UserId {
    if user == bot { user.clone() } else { id(user.as_str(), bot.as_str()).into() }
}

/// The id that modules of a bot's account have for the person with this id.
pub(crate) fn id(user: &str, bot: &str) -> String {
    format!("L{user}-{bot}")
}

/// The person's id and that of the bot in an id that a module has for them.
pub(crate) fn parts(id: &str) -> Option<(&str, &str)> {
    id.strip_prefix('L')?.split_once('-')
}

/// Gives an event the ids that modules have for people.
pub(super) fn disguise(event: &mut Event, bot: &UserId) {
    let sources = match &mut event.kind {
        EventKind::MemberJoined(members) | EventKind::MemberLeft(members) => {
            members.members.as_mut_slice()
        }
        EventKind::Message(message) | EventKind::MessageEdited(message) => {
            disguise_mentions(message, bot);
            &mut []
        }
        _ => &mut [],
    };
    for source in sources.iter_mut().chain(&mut event.source) {
        if let Some(user) = &mut source.user_id {
            *user = disguised(user, bot);
        }
    }
}

fn disguise_mentions(message: &mut MessageContent, bot: &UserId) {
    let ContentKind::Text(text) = &mut message.kind else { return };
    for mentionee in text.mention.iter_mut().flat_map(|mention| &mut mention.mentionees) {
        if let Some(user) = &mut mentionee.user_id {
            *user = disguised(user, bot);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_has_lines_form_and_gives_its_parts() {
        let user = UserId::from("Ub577ef3cbe786a8da85ff8e902a03fc6");
        let bot = UserId::from("U5fac33f633e72c192759f09afc41fa28");
        let id = disguised(&user, &bot);
        let documented = "LUb577ef3cbe786a8da85ff8e902a03fc6-U5fac33f633e72c192759f09afc41fa28";
        assert_eq!(id.as_str(), documented);
        assert_eq!(parts(documented), Some((user.as_str(), bot.as_str())));
        assert_eq!(disguised(&bot, &bot), bot);
        assert_eq!(parts(user.as_str()), None);
    }
}
