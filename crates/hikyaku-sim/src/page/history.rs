//! What happened in chats, in one order.

use hikyaku_model::event::ContentKind;
use hikyaku_page::Lang;
use jiff::Timestamp;
use serde::Deserialize;

use crate::state::{
    World,
    chat::Target,
    outbox::Arrival,
    talk::{Act, Deed},
};

/// One thing that happened in a chat.
#[derive(Clone, Copy, Debug)]
pub(super) enum Step<'a> {
    Act(&'a Act),
    Arrival(Arrival<'a>),
}

impl Step<'_> {
    pub(super) fn chat(&self) -> Target {
        match self {
            Self::Act(act) => act.chat.clone(),
            Self::Arrival(arrival) => arrival.target(),
        }
    }

    pub(super) fn at(&self) -> Timestamp {
        match self {
            Self::Act(act) => act.at,
            Self::Arrival(arrival) => arrival.at,
        }
    }

    /// Whether a phone shows it as a message.
    pub(super) fn is_shown(&self) -> bool {
        match self {
            Self::Act(act) => matches!(act.deed, Deed::Said { .. } | Deed::Displayed(_)),
            Self::Arrival(_) => true,
        }
    }

    pub(super) fn is_in(&self, chat: &Target) -> bool {
        match self {
            Self::Act(act) => act.chat == *chat,
            Self::Arrival(arrival) => arrival.is_in(chat),
        }
    }
}

/// All that is still kept of a channel, newest first.
pub(super) fn newest(world: &World, channel: usize) -> impl Iterator<Item = Step<'_>> {
    let mut arrivals = world.outbox.newest(&world.channels[channel].id).peekable();
    let mut acts = world.talk.iter().rev().filter(move |act| act.channel == channel).peekable();
    std::iter::from_fn(move || {
        let is_act = match (acts.peek(), arrivals.peek()) {
            (Some(act), Some(arrival)) => act.after >= arrival.seq,
            (act, _) => act.is_some(),
        };
        if is_act { acts.next().map(Step::Act) } else { arrivals.next().map(Step::Arrival) }
    })
}

/// The messages of a step that a search can find: their ids and what stands for them.
pub(super) fn texts(step: &Step<'_>, lang: Lang) -> Vec<(u64, String)> {
    match step {
        Step::Act(Act { deed: Deed::Said { message_id, content, .. }, .. }) => {
            vec![(*message_id, content_summary(content, lang))]
        }
        Step::Act(_) => Vec::new(),
        Step::Arrival(arrival) => {
            let ids = arrival.sent.message_ids.iter().copied();
            ids.zip(&arrival.sent.messages)
                .map(|(id, json)| (id, summary(json.get(), lang)))
                .collect()
        }
    }
}

/// What stands for a message that was delivered, in one line.
pub(super) fn summary(json: &str, lang: Lang) -> String {
    #[derive(Default, Deserialize)]
    #[serde(rename_all = "camelCase", default)]
    struct Start {
        r#type: String,
        text: Option<String>,
        alt_text: Option<String>,
    }
    let Start { r#type, text, alt_text } = serde_json::from_str(json).unwrap_or_default();
    let words = match r#type.as_str() {
        "sticker" => lang.sticker(),
        "image" => lang.picture(),
        "video" => lang.video(),
        "audio" => lang.audio(),
        "location" => lang.location(),
        "coupon" => lang.coupon(),
        _ => lang.message(),
    };
    text.or(alt_text).unwrap_or_else(|| words.to_owned())
}

/// What stands for a message that a person has sent, in one line.
pub(super) fn content_summary(content: &ContentKind, lang: Lang) -> String {
    match content {
        ContentKind::Text(text) => return text.text.to_string(),
        ContentKind::File(file) => return file.file_name.to_string(),
        ContentKind::Sticker(_) => lang.sticker(),
        ContentKind::Image(_) => lang.picture(),
        ContentKind::Video(_) => lang.video(),
        ContentKind::Audio(_) => lang.audio(),
        ContentKind::Location(_) => lang.location(),
        _ => lang.message(),
    }
    .to_owned()
}

/// What stands for an act, in one line; nothing for what a phone does not show.
pub(super) fn deed_summary(deed: &Deed, lang: Lang) -> Option<String> {
    match deed {
        Deed::Said { content, .. } => Some(content_summary(content, lang)),
        Deed::Displayed(text) => Some(text.clone()),
        _ => None,
    }
}
