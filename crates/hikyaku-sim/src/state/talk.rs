//! What people did in chats. Together with the outbox it is all that a chat shows.

use hikyaku_model::event::{ContentKind, PostbackContent, message::TextMessageContent};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::{chat::Target, json, person::UserKey, ring::Ring};

/// Something that a person, or the account, did in a chat.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Act {
    /// The place among all acts, from 1.
    pub(crate) seq: u64,
    pub(crate) at: Timestamp,
    /// The place of the channel whose account it is about.
    pub(crate) channel: usize,
    pub(crate) chat: Target,
    /// Who did it; nobody where the account did.
    pub(crate) user: Option<UserKey>,
    /// How many deliveries there were before it, which gives acts and deliveries one order.
    pub(crate) after: u64,
    pub(crate) deed: Deed,
    /// The webhook that tells the bot of it; nothing where none does.
    pub(crate) webhook: Option<u64>,
}

/// What was done.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) enum Deed {
    /// Said something.
    Said {
        message_id: u64,
        #[serde(with = "json::content")]
        content: ContentKind,
        #[serde(default)]
        is_edited: bool,
    },
    /// Said something that was taken back.
    Unsent,
    /// Tapped something that shows a text, of which the bot is not told.
    Displayed(String),
    /// Tapped something that sends data.
    Tapped(PostbackContent),
    /// Added the account.
    Followed,
    /// Blocked the account.
    Blocked,
    /// Came to a group or room; without a person, the account did.
    Joined,
    /// Left it.
    Left,
}

/// The newest acts.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Talk {
    ring: Ring<Act>,
    done: u64,
}

/// How much memory acts take. Our choice.
const MOST_BYTES: usize = 64 << 20;

impl Talk {
    pub(crate) fn new(keep: usize) -> Self {
        Self { ring: Ring::new(keep, MOST_BYTES), done: 0 }
    }

    pub(crate) fn add(&mut self, mut act: Act) {
        self.done += 1;
        act.seq = self.done;
        let words = match &act.deed {
            Deed::Said { content: ContentKind::Text(text), .. } => text.text.len(),
            Deed::Displayed(text) => text.len(),
            Deed::Tapped(content) => content.data.len(),
            _ => 0,
        };
        self.ring.push(size_of::<Act>() + 256 + words, act);
    }

    /// Gives acts that were read from JSON their bounds.
    pub(super) fn bound(&mut self, keep: usize) {
        self.ring.bound(keep, MOST_BYTES);
    }

    /// How many acts there were in all.
    pub(crate) fn done(&self) -> u64 {
        self.done
    }

    /// The acts that are still kept, oldest first.
    pub(crate) fn iter(&self) -> impl DoubleEndedIterator<Item = &Act> {
        self.ring.iter()
    }

    /// Who said a message in a chat, and whether it is a text. Nothing where it was taken back or is no longer kept.
    pub(crate) fn author(&self, chat: &Target, id: u64) -> Option<(UserKey, bool)> {
        self.ring.iter().rev().find_map(|act| match &act.deed {
            Deed::Said { message_id, content, .. } if *message_id == id && act.chat == *chat => {
                Some((act.user?, matches!(content, ContentKind::Text(_))))
            }
            _ => None,
        })
    }

    /// Changes a text that somebody has sent, and which webhook told the bot of it last.
    pub(crate) fn edit(
        &mut self,
        chat: &Target,
        id: u64,
        to: TextMessageContent,
        told: Option<u64>,
    ) {
        let Some(act) = self.said(chat, id) else { return };
        if let Deed::Said { content, is_edited, .. } = &mut act.deed {
            *content = ContentKind::Text(to);
            *is_edited = true;
            act.webhook = told.or(act.webhook);
        }
    }

    fn said(&mut self, chat: &Target, id: u64) -> Option<&mut Act> {
        self.ring.iter_mut().rev().find(|act| {
            act.chat == *chat
                && matches!(act.deed, Deed::Said { message_id, .. } if message_id == id)
        })
    }

    /// Forgets what a message said that was taken back.
    pub(crate) fn unsend(&mut self, chat: &Target, id: u64) {
        if let Some(act) = self.said(chat, id) {
            act.deed = Deed::Unsent;
        }
    }
}
