use hikyaku_model::{
    GroupId, UserId,
    event::{BeaconContent, EventKind, SharedStr, VideoPlayComplete},
};

use super::Sim;
use crate::state::{
    chat::Target,
    friendship::Friendship,
    outbox::Delivery,
    person::UserKey,
    said::{Said, UserMessage},
    tap::{Tap, Tapped},
};

/// What people do. The channel's bot is told of it, if it has a webhook URL. Methods that take an id panic where it is
/// none of this simulator's.
impl Sim {
    /// Makes a user add, block or forget the channel's account. Adding sends a `follow` event, blocking an
    /// `unfollow` event.
    ///
    /// # Panics
    /// The user does not exist.
    pub fn set_friendship(&self, user: &UserId, friendship: Friendship) {
        let user = self.known(user);
        self.change(|world| world.set_friendship(self.channel, user, friendship));
    }

    /// Makes a user add the channel's account, or unblock it.
    ///
    /// # Panics
    /// The user does not exist.
    pub fn follow(&self, user: &UserId) {
        self.set_friendship(user, Friendship::Friend);
    }

    /// Makes a user block the channel's account.
    ///
    /// # Panics
    /// The user does not exist.
    pub fn block(&self, user: &UserId) {
        self.set_friendship(user, Friendship::Blocked);
    }

    /// Makes a user send a text to the channel's account: `chat` is the user, or a group or room, whose first member
    /// then sends it. Returns the tokens in the message's webhook.
    ///
    /// # Panics
    /// The user or chat does not exist.
    pub fn user_says(&self, chat: impl AsRef<str>, text: &str) -> Said {
        self.say(chat.as_ref(), None, UserMessage::text(text))
    }

    /// Makes a user send a message of any kind, like [`Self::user_says`].
    ///
    /// # Panics
    /// The user or chat does not exist.
    pub fn user_sends(&self, chat: impl AsRef<str>, message: UserMessage) -> Said {
        self.say(chat.as_ref(), None, message)
    }

    /// Makes a member of a group or room send a text, like [`Self::user_says`].
    ///
    /// # Panics
    /// The chat does not exist, or the user is not a member of it.
    pub fn member_says(&self, chat: impl AsRef<str>, user: &UserId, text: &str) -> Said {
        self.say(chat.as_ref(), Some(self.known(user)), UserMessage::text(text))
    }

    /// Makes a member of a group or room send a message of any kind, like [`Self::user_sends`].
    ///
    /// # Panics
    /// The chat does not exist, or the user is not a member of it.
    pub fn member_sends(&self, chat: impl AsRef<str>, user: &UserId, message: UserMessage) -> Said {
        self.say(chat.as_ref(), Some(self.known(user)), message)
    }

    /// Makes a user unsend a message. Its content can no longer be downloaded.
    ///
    /// # Panics
    /// The chat does not exist.
    pub fn unsend(&self, said: &Said) {
        let (target, user) = (target(said.chat_id.as_str()), self.known(&said.user_id));
        self.change(|world| world.unsend(self.channel, &target, Some(user), &said.message_id));
    }

    /// Makes a user tap a postback action; in a group or room, its first member. Returns the token in the
    /// postback's webhook.
    ///
    /// # Panics
    /// The user or chat does not exist.
    pub fn postback(&self, chat: impl AsRef<str>, tap: impl Into<Tap>) -> Tapped {
        self.taps(chat.as_ref(), None, tap.into())
    }

    /// Makes a member of a group or room tap a postback action, like [`Self::postback`].
    ///
    /// # Panics
    /// The chat does not exist, or the user is not a member of it.
    pub fn member_postback(
        &self,
        chat: impl AsRef<str>,
        user: &UserId,
        tap: impl Into<Tap>,
    ) -> Tapped {
        self.taps(chat.as_ref(), Some(self.known(user)), tap.into())
    }

    /// Makes a user edit a text in a group, with a `messageEdited` event. Returns the token in its webhook. LINE allows
    /// edits only in groups.
    ///
    /// # Panics
    /// The message was not sent to a group, or the user is no longer a member of it.
    pub fn edit(&self, said: &Said, text: &str) -> Tapped {
        let (chat, user) = (said.chat_id.as_str(), self.known(&said.user_id));
        assert!(chat.starts_with('C'), "texts are edited in groups only: {chat}");
        let (target, text) = (target(chat), text.to_owned());
        self.change(|world| world.edit(self.channel, &target, user, &said.message_id, text))
            .unwrap_or_else(|| panic!("nobody there to speak: {chat}"))
    }

    /// Makes a user watch a video to the end that the bot sent with this tracking id, with a `videoPlayComplete` event.
    /// Returns the token in its webhook.
    ///
    /// # Panics
    /// The user does not exist.
    pub fn play_video(&self, user: &UserId, tracking_id: impl Into<SharedStr>) -> Tapped {
        let video = VideoPlayComplete::new(tracking_id);
        self.alone(user, EventKind::VideoPlayComplete(video))
    }

    /// Makes a user come near a beacon, tap its banner or stay there, with a `beacon` event. Returns the token in its
    /// webhook.
    ///
    /// # Panics
    /// The user does not exist.
    pub fn beacon(&self, user: &UserId, beacon: BeaconContent) -> Tapped {
        self.alone(user, EventKind::Beacon(Box::new(beacon)))
    }

    /// Makes a user see all messages of a delivery. It sends no event; statistics count it for 14 days.
    pub fn see(&self, delivery: &Delivery) {
        self.change(|world| world.see(delivery));
    }

    /// Makes a user open a link in a message of a delivery. It sends no event; statistics count it for 14 days.
    ///
    /// # Panics
    /// None of the messages contains the link.
    pub fn open(&self, delivery: &Delivery, url: &str) {
        assert!(self.change(|world| world.open(delivery, url)), "no message has the link {url}");
    }

    /// Makes a user play a video or audio of a delivery, by the position of its message from 1, up to this percentage.
    /// It sends no event; statistics count it for 14 days. [`Self::play_video`] notifies the bot.
    pub fn play(&self, delivery: &Delivery, message: usize, percent: u8) {
        self.change(|world| world.play(delivery, message, percent));
    }

    /// Makes a user see the rich menu of the channel's account, and returns its id; `None` if the user has none.
    /// Statistics count it.
    ///
    /// # Panics
    /// The user does not exist.
    pub fn see_rich_menu(&self, user: &UserId) -> Option<String> {
        let user = self.known(user);
        self.change(|world| world.see_menu(self.channel, user))
    }

    /// Makes a user tap an area of the rich menu, by its index from 0: the data of a postback or the text of a message
    /// is sent to the bot, and a switch shows the other menu. Returns false if there is no such area. Statistics count
    /// the tap, and no impression.
    ///
    /// # Panics
    /// The user does not exist.
    pub fn tap_rich_menu(&self, user: &UserId, area: usize) -> bool {
        let user = self.known(user);
        self.change(|world| world.tap_menu(self.channel, user, area))
    }

    /// Makes a user join a membership plan, with a `membership` event. Returns false if the user is a member already,
    /// or the plan accepts no members.
    ///
    /// # Panics
    /// The user does not exist.
    pub fn join_membership(&self, user: &UserId, membership_id: u64) -> bool {
        let user = self.known(user);
        self.change(|world| world.join_membership(self.channel, membership_id, user))
    }

    /// Makes a user leave a membership plan, with a `membership` event. Returns false if the user is not a member.
    ///
    /// # Panics
    /// The user does not exist.
    pub fn leave_membership(&self, user: &UserId, membership_id: u64) -> bool {
        let user = self.known(user);
        self.change(|world| world.leave_membership(self.channel, membership_id, user))
    }

    /// Makes a user renew a membership for another month, with a `membership` event. Returns false if the user is not a
    /// member. Months begin by the simulator's clock, whether this is called or not; a renewal before the next month begins
    /// counts that month already.
    ///
    /// # Panics
    /// The user does not exist.
    pub fn renew_membership(&self, user: &UserId, membership_id: u64) -> bool {
        let user = self.known(user);
        self.change(|world| world.renew_membership(self.channel, membership_id, user))
    }

    /// Makes users create a group and invite the channel's account, like [`Self::add_group`], with a `join` event.
    ///
    /// # Panics
    /// The user does not exist.
    pub fn invite(&self, members: &[UserId]) -> GroupId {
        let members: Vec<_> = members.iter().map(|user| self.known(user)).collect();
        self.change(|world| {
            let id = world.add_chat(self.channel, 'C', members);
            world.greet(self.channel, &id);
            (&*id).into()
        })
    }

    /// Makes the channel's account join a group or room again, with a `join` event. Returns false if an account is in
    /// the chat already, this one or another: LINE has one at a time.
    ///
    /// # Panics
    /// The chat does not exist.
    pub fn join(&self, chat: impl AsRef<str>) -> bool {
        let target = self.chat(chat.as_ref());
        self.change(|world| world.join(self.channel, &target))
    }

    /// Makes a user remove the channel's account from a group or room, with a `leave` event. Returns false if it is not
    /// in the chat.
    ///
    /// # Panics
    /// The chat does not exist.
    pub fn remove_from(&self, chat: impl AsRef<str>) -> bool {
        let target = self.chat(chat.as_ref());
        self.change(|world| world.leave(self.channel, &target))
    }

    /// Makes a user join a group or room, with a `memberJoined` event. Returns false if the user is in it already.
    ///
    /// # Panics
    /// The user or chat does not exist.
    pub fn member_joins(&self, chat: impl AsRef<str>, user: &UserId) -> bool {
        let (target, user) = (self.chat(chat.as_ref()), self.known(user));
        self.change(|world| world.set_member(&target, user, true))
    }

    /// Makes a user leave a group or room, with a `memberLeft` event. Returns false if the user is not in it.
    ///
    /// # Panics
    /// The user or chat does not exist.
    pub fn member_leaves(&self, chat: impl AsRef<str>, user: &UserId) -> bool {
        let (target, user) = (self.chat(chat.as_ref()), self.known(user));
        self.change(|world| world.set_member(&target, user, false))
    }

    /// Makes a user return from the bot's login page with a link token and the bot's nonce, with an `accountLink`
    /// event. Returns false, without an event, if the token is unknown, used or older than 10 minutes.
    ///
    /// Source: <https://developers.line.biz/en/docs/messaging-api/linking-accounts/>
    pub fn link_account(&self, link_token: &str, nonce: &str) -> bool {
        self.change(|world| world.link_account(self.channel, link_token, nonce))
    }

    fn say(&self, chat: &str, user: Option<UserKey>, message: UserMessage) -> Said {
        let target = target(chat);
        self.change(|world| world.say(self.channel, &target, user, message))
            .unwrap_or_else(|| panic!("nobody there to speak: {chat}"))
    }

    /// Lets a person do something in the chat with the account alone.
    fn alone(&self, user: &UserId, kind: EventKind) -> Tapped {
        let user = self.known(user);
        self.change(|world| world.act(self.channel, &Target::User(user), user, kind))
    }

    pub(super) fn taps(&self, chat: &str, user: Option<UserKey>, tap: Tap) -> Tapped {
        let target = target(chat);
        self.change(|world| world.tap(self.channel, &target, user, tap))
            .unwrap_or_else(|| panic!("nobody there to tap: {chat}"))
    }

    /// A group or room that is there.
    fn chat(&self, id: &str) -> Target {
        let there = self.look(|world| world.chats.get(id).is_some());
        assert!(there, "no such group or room: {id}");
        target(id)
    }
}

pub(super) fn target(chat: &str) -> Target {
    Target::parse(chat).unwrap_or_else(|| panic!("not of the form of a chat's id: {chat}"))
}
