//! What people do, and the events that bots are told of it with.

use std::sync::Arc;

use hikyaku_model::{
    Event, EventKind,
    event::{
        ContentKind, FollowDetail, LinkContent, LinkResult, Members, MembershipContent,
        MembershipType, MessageContent, Source, UnsendDetail, message::TextMessageContent,
    },
};
use serde_json::Value;

use super::{
    World,
    announce::source,
    chat::Target,
    content::Content,
    finger::Finger,
    friendship::Friendship,
    id::random_token,
    insight::Use,
    outbox::{Delivery, Received},
    person::UserKey,
    said::{Said, UserMessage, quote_token},
    talk::Deed,
    tap::{Tap, Tapped},
};

impl World {
    /// Lets a person say something to a channel, alone with it or in a chat; in a chat, the first member if nobody is
    /// named. Nothing where the channel knows no such person or chat.
    pub(crate) fn say(
        &mut self,
        channel: usize,
        target: &Target,
        user: Option<UserKey>,
        message: UserMessage,
    ) -> Option<Said> {
        let user = self.speaker(channel, target, user)?;
        let now = self.clock.now();
        let id = self.message_id();
        if let Some(content) = Content::of(channel, &message, now) {
            self.contents.keep(id, content);
        }
        let mut said = Said {
            reply_token: random_token(),
            mark_as_read_token: random_token(),
            quote_token: message.is_quotable().then(|| quote_token(id)),
            message_id: id.to_string(),
            user_id: user.id(),
            chat_id: target.id(),
            webhook_event_id: None,
        };
        let of = &mut self.channels[channel];
        if *target == Target::User(user) {
            of.friends.talk(user, now);
        }
        of.read_tokens.insert(said.mark_as_read_token.clone(), (target.clone(), id), now);
        let bot = of.bot.clone();
        let kind = message.into_kind(said.quote_token.as_deref(), &bot);
        let deed = Deed::Said { message_id: id, content: kind.clone(), is_edited: false };
        if self.tells(channel) {
            let mut message = MessageContent::new(said.message_id.clone(), kind);
            message.mark_as_read_token = Some(said.mark_as_read_token.as_str().into());
            let mut event = Event::new(EventKind::Message(Box::new(message)));
            event.source = Some(source(target, Some(user)));
            event.reply_token = Some(said.reply_token.as_str().into());
            said.webhook_event_id = self.announce(channel, event);
        } else {
            self.add_reply_token(channel, &said.reply_token, target);
        }
        self.note(channel, target, Some(user), deed, said.webhook_event_id.is_some());
        Some(said)
    }

    /// Makes a person a friend of an account or not, and tells the bot of it.
    pub(crate) fn set_friendship(&mut self, channel: usize, user: UserKey, to: Friendship) {
        let now = self.clock.now();
        let of = &mut self.channels[channel];
        let from = of.friends.get(user);
        of.friends.set(user, to, now);
        if to == Friendship::Friend && from != to {
            // Anyone who comes back finds the account's own channel, and no module.
            of.control.reset(&Target::User(user));
        }
        let kind = match (from, to) {
            (Friendship::None | Friendship::Blocked, Friendship::Friend) => {
                let is_unblocked = from == Friendship::Blocked;
                EventKind::Follow(Some(FollowDetail::new(is_unblocked)))
            }
            (Friendship::Friend, Friendship::Blocked) => EventKind::Unfollow,
            _ => return,
        };
        let deed = if to == Friendship::Friend { Deed::Followed } else { Deed::Blocked };
        let chat = Target::User(user);
        let told = self.tell(channel, &chat, Some(user), kind);
        self.note(channel, &chat, Some(user), deed, told.is_some());
    }

    /// Lets the account join a chat that is there. False if there is none, or an account takes part already: there is room
    /// for one.
    ///
    /// Source: <https://developers.line.biz/en/docs/messaging-api/group-chats/>
    pub(crate) fn join(&mut self, channel: usize, target: &Target) -> bool {
        let chat = if let Target::Chat(id) = target { self.chats.get_mut(id) } else { None };
        let joined =
            chat.is_some_and(|chat| chat.channels.is_empty() && chat.channels.insert(channel));
        if joined {
            let told = self.tell(channel, target, None, EventKind::Join);
            self.note(channel, target, None, Deed::Joined, told.is_some());
        }
        joined
    }

    /// Tells the bot that its account has come to a chat that was just made.
    pub(crate) fn greet(&mut self, channel: usize, chat: &Arc<str>) {
        let chat = Target::Chat(chat.clone());
        let told = self.tell(channel, &chat, None, EventKind::Join);
        self.note(channel, &chat, None, Deed::Joined, told.is_some());
    }

    /// Lets the account leave a chat, or be removed from it. False where it takes no part.
    pub(crate) fn leave(&mut self, channel: usize, target: &Target) -> bool {
        let chat = if let Target::Chat(id) = target { self.chats.get_mut(id) } else { None };
        let left = chat.is_some_and(|chat| chat.channels.remove(&channel));
        if left {
            let told = self.tell(channel, target, None, EventKind::Leave);
            self.note(channel, target, None, Deed::Left, told.is_some());
        }
        left
    }

    /// Lets a person join or leave a chat, and tells the bots in it. False where that changes nothing.
    pub(crate) fn set_member(&mut self, target: &Target, user: UserKey, is_member: bool) -> bool {
        let chat = if let Target::Chat(id) = target { self.chats.get_mut(id) } else { None };
        let Some(chat) = chat else { return false };
        let changed =
            if is_member { chat.members.insert(user) } else { chat.members.remove(&user) };
        let channels = chat.channels.clone();
        if changed {
            for channel in channels {
                let members = vec![Source::user(user.id())];
                let members = Members::new(members);
                let (kind, deed) = if is_member {
                    (EventKind::MemberJoined(members), Deed::Joined)
                } else {
                    (EventKind::MemberLeft(members), Deed::Left)
                };
                let told = self.tell(channel, target, None, kind);
                self.note(channel, target, Some(user), deed, told.is_some());
            }
        }
        changed
    }

    /// Lets a person do something in the chat with an account, or in a group or room with it.
    pub(crate) fn tell(
        &mut self,
        channel: usize,
        target: &Target,
        user: Option<UserKey>,
        kind: EventKind,
    ) -> Option<String> {
        if !self.tells(channel) {
            return None;
        }
        let mut event = Event::new(kind);
        event.source = Some(source(target, user));
        self.announce(channel, event)
    }

    /// Lets a person tap something, as [`Self::say`].
    pub(crate) fn tap(
        &mut self,
        channel: usize,
        target: &Target,
        user: Option<UserKey>,
        Tap(content): Tap,
    ) -> Option<Tapped> {
        let user = self.speaker(channel, target, user)?;
        let deed = Deed::Tapped(content.clone());
        let tapped = self.act(channel, target, user, EventKind::Postback(Box::new(content)));
        self.note(channel, target, Some(user), deed, tapped.webhook_event_id.is_some());
        Some(tapped)
    }

    /// Lets a person do something that can be answered.
    pub(crate) fn act(
        &mut self,
        channel: usize,
        target: &Target,
        user: UserKey,
        kind: EventKind,
    ) -> Tapped {
        let reply_token = random_token();
        let webhook_event_id = if self.tells(channel) {
            let mut event = Event::new(kind);
            event.source = Some(source(target, Some(user)));
            event.reply_token = Some(reply_token.as_str().into());
            self.announce(channel, event)
        } else {
            self.add_reply_token(channel, &reply_token, target);
            None
        };
        let (user_id, chat_id) = (user.id(), target.id());
        Tapped { reply_token, user_id, chat_id, webhook_event_id }
    }

    /// Lets a person change a text that they sent to a group. Nothing where the group has no such member.
    pub(crate) fn edit(
        &mut self,
        channel: usize,
        target: &Target,
        user: UserKey,
        message_id: &str,
        text: String,
    ) -> Option<Tapped> {
        let user = self.speaker(channel, target, Some(user))?;
        let mut content = TextMessageContent::new(text);
        // Either token quotes it, the old one and the new one.
        content.quote_token = Some(quote_token(self.message_id()).into());
        let message = MessageContent::new(message_id, ContentKind::Text(content.clone()));
        let kind = EventKind::MessageEdited(Box::new(message));
        let edited = self.act(channel, target, user, kind);
        if let Ok(id) = message_id.parse() {
            let told = edited.webhook_event_id.as_ref().map(|_| self.webhooks.made());
            self.talk.edit(target, id, content, told);
        }
        Some(edited)
    }

    /// Lets a person see all messages of a delivery.
    pub(crate) fn see(&mut self, delivery: &Delivery) {
        self.use_delivery(delivery, Use::See);
    }

    /// Lets a person open a link of a delivery. False where none of its messages has it.
    pub(crate) fn open(&mut self, delivery: &Delivery, url: &str) -> bool {
        let message = delivery.messages.iter().position(|message| has_link(message, url));
        if let Some(message) = message {
            self.use_delivery(delivery, Use::Open(message + 1, url));
        }
        message.is_some()
    }

    /// Lets a person play so many per cent of a message of a delivery, whose place is from 1.
    pub(crate) fn play(&mut self, delivery: &Delivery, message: usize, percent: u8) {
        self.use_delivery(delivery, Use::Play(message, percent));
    }

    fn use_delivery(&mut self, delivery: &Delivery, what: Use<'_>) {
        let user = UserKey::parse(delivery.to.as_str());
        let channel = self.channel_of_id(&delivery.channel_id);
        if let (Ok(request), Some(user), Some(channel)) =
            (delivery.request_id.parse(), user, channel)
        {
            let (unit, messages) = (delivery.unit.as_deref(), delivery.messages.len());
            let of = Received { request, unit, at: delivery.at, messages };
            self.react(channel, of, what, user);
        }
    }

    /// Lets a person do something with what a channel sent to them.
    pub(crate) fn react(&mut self, channel: usize, of: Received<'_>, what: Use<'_>, user: UserKey) {
        let now = self.clock.now();
        self.channels[channel].reactions.add(of, what, user, now);
    }

    /// Lets a person see the rich menu of the account. Nothing where they have none.
    pub(crate) fn see_menu(&mut self, channel: usize, user: UserKey) -> Option<String> {
        let now = self.clock.now();
        let channel = &mut self.channels[channel];
        let menu = channel.rich_menus.seen_by(user)?.to_owned();
        channel.menu_uses.see(&menu, user, now);
        Some(menu)
    }

    /// Lets a person tap an area of the rich menu that they see, by its place from 0, as on a phone. False where there is
    /// no such area.
    pub(crate) fn tap_menu(&mut self, channel: usize, user: UserKey, area: usize) -> bool {
        let menus = &self.channels[channel].rich_menus;
        let menu = menus.seen_by(user).and_then(|id| menus.get(id));
        let Some((id, tapped)) =
            menu.and_then(|menu| Some((menu.id.clone(), menu.menu.areas.get(area)?)))
        else {
            return false;
        };
        let action = serde_json::to_value(&tapped.action).unwrap_or_default();
        self.use_area(channel, &id, area, user);
        let finger = Finger { channel, chat: &Target::User(user), user };
        // What does nothing here, such as a type of action that is not known, was tapped all the same.
        let _ = finger.act(self, &action, None);
        true
    }

    /// Counts a tap on an area of a rich menu.
    pub(crate) fn use_area(&mut self, channel: usize, menu: &str, area: usize, user: UserKey) {
        let now = self.clock.now();
        self.channels[channel].menu_uses.tap(menu, area, user, now);
    }

    /// Lets a person become a member of the account. False where they are one, or the plan takes none.
    pub(crate) fn join_membership(&mut self, channel: usize, id: u64, user: UserKey) -> bool {
        let now = self.clock.now();
        let joined = self.channels[channel].memberships.join(id, user, now);
        if joined {
            self.tell_membership(channel, id, user, MembershipType::Joined);
        }
        joined
    }

    /// Lets a person's membership end. False where they are no member.
    pub(crate) fn leave_membership(&mut self, channel: usize, id: u64, user: UserKey) -> bool {
        let left = self.channels[channel].memberships.leave(id, user);
        if left {
            self.tell_membership(channel, id, user, MembershipType::Left);
        }
        left
    }

    /// Lets a person's membership go on for another month. False where they are no member.
    pub(crate) fn renew_membership(&mut self, channel: usize, id: u64, user: UserKey) -> bool {
        let is_member = self.channels[channel].memberships.renew(id, user);
        if is_member {
            self.tell_membership(channel, id, user, MembershipType::Renewed);
        }
        is_member
    }

    fn tell_membership(&mut self, channel: usize, id: u64, user: UserKey, what: MembershipType) {
        let kind = EventKind::Membership(MembershipContent::new(what, id));
        self.tell(channel, &Target::User(user), Some(user), kind);
    }

    /// Lets a person take a message back; its content is gone.
    pub(crate) fn unsend(
        &mut self,
        channel: usize,
        target: &Target,
        user: Option<UserKey>,
        message_id: &str,
    ) -> Option<String> {
        if let Ok(id) = message_id.parse() {
            self.contents.take_back(channel, id);
            self.talk.unsend(target, id);
        }
        let detail = UnsendDetail::new(message_id);
        self.tell(channel, target, user, EventKind::Unsend(detail))
    }

    /// Lets a person come back from the bot's login page with a link token and the bot's nonce. False where the token is
    /// unknown, used or older than 10 minutes; no event comes then.
    ///
    /// Source: <https://developers.line.biz/en/docs/messaging-api/linking-accounts/>
    pub(crate) fn link_account(&mut self, channel: usize, token: &str, nonce: &str) -> bool {
        let now = self.clock.now();
        let token = self.channels[channel].link_tokens.get_mut(token, now);
        let Some((person, is_used)) = token.filter(|(_, is_used)| !*is_used) else {
            return false;
        };
        *is_used = true;
        let user = *person;
        let (result, nonce) = (LinkResult::Ok, nonce.to_owned());
        let link = LinkContent::new(result, nonce);
        let kind = EventKind::AccountLink(Box::new(link));
        self.tell(channel, &Target::User(user), Some(user), kind);
        true
    }

    /// Who speaks in a chat.
    pub(crate) fn speaker(
        &self,
        channel: usize,
        target: &Target,
        user: Option<UserKey>,
    ) -> Option<UserKey> {
        match target {
            Target::User(alone) => self.knows_of(channel, *alone).then_some(*alone),
            Target::Chat(id) => {
                let chat = self.chats.get(id).filter(|chat| chat.channels.contains(&channel))?;
                match user {
                    Some(user) => chat.members.contains(&user).then_some(user),
                    None => chat.members.first().copied(),
                }
            }
        }
    }
}

/// Whether a message has a link: as the address of an action, or in a text that LINE makes links in.
fn has_link(message: &Value, url: &str) -> bool {
    let of_text = matches!(message["type"].as_str(), Some("text" | "textV2"));
    let in_text = message["text"].as_str().filter(|_| of_text);
    in_text.is_some_and(|text| links(text).any(|link| link == url)) || has_address(message, url)
}

/// Whether something has an action that opens a link.
fn has_address(part: &Value, url: &str) -> bool {
    match part {
        Value::Array(items) => items.iter().any(|item| has_address(item, url)),
        Value::Object(fields) => fields.iter().any(|(name, field)| match (&**name, field) {
            ("uri" | "linkUri" | "desktop", Value::String(address)) => address == url,
            (_, field) => has_address(field, url),
        }),
        _ => false,
    }
}

/// The web addresses in a text. LINE does not say where it takes one to end. Our choice: before what is no visible ASCII
/// character, and before the punctuation that stands there.
fn links(text: &str) -> impl Iterator<Item = &str> {
    let schemes = ["https://", "http://"].into_iter();
    schemes.flat_map(|scheme| text.match_indices(scheme)).map(|(at, _)| {
        let from = text.get(at..).unwrap_or_default();
        let end = from.find(|letter: char| !letter.is_ascii_graphic()).unwrap_or(from.len());
        let link = from.get(..end).unwrap_or_default();
        link.trim_end_matches(['.', ',', ';', ':', '!', '?', ')', ']', '\'', '"', '>'])
    })
}
