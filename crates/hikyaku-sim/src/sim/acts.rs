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
    /// Lets a person add, block or forget the channel's account. Adding it is a `follow` event, blocking it an
    /// `unfollow`.
    ///
    /// # Panics
    /// There is no such person.
    pub fn set_friendship(&self, user: &UserId, friendship: Friendship) {
        let user = self.known(user);
        self.change(|world| world.set_friendship(self.channel, user, friendship));
    }

    /// Lets a person add the channel's account, or unblock it.
    ///
    /// # Panics
    /// There is no such person.
    pub fn follow(&self, user: &UserId) {
        self.set_friendship(user, Friendship::Friend);
    }

    /// Lets a person block the channel's account.
    ///
    /// # Panics
    /// There is no such person.
    pub fn block(&self, user: &UserId) {
        self.set_friendship(user, Friendship::Blocked);
    }

    /// Lets a person say something to the channel's account: `chat` is the person, or a group or room, whose first
    /// member then speaks. Gives the tokens that the message's webhook carries.
    ///
    /// # Panics
    /// There is no such person or chat.
    pub fn user_says(&self, chat: impl AsRef<str>, text: &str) -> Said {
        self.say(chat.as_ref(), None, UserMessage::text(text))
    }

    /// As [`Self::user_says`], with a message of any kind.
    ///
    /// # Panics
    /// There is no such person or chat.
    pub fn user_sends(&self, chat: impl AsRef<str>, message: UserMessage) -> Said {
        self.say(chat.as_ref(), None, message)
    }

    /// As [`Self::user_says`], by this member of a group or room.
    ///
    /// # Panics
    /// There is no such chat, or no such member in it.
    pub fn member_says(&self, chat: impl AsRef<str>, user: &UserId, text: &str) -> Said {
        self.say(chat.as_ref(), Some(self.known(user)), UserMessage::text(text))
    }

    /// As [`Self::user_sends`], by this member of a group or room.
    ///
    /// # Panics
    /// There is no such chat, or no such member in it.
    pub fn member_sends(&self, chat: impl AsRef<str>, user: &UserId, message: UserMessage) -> Said {
        self.say(chat.as_ref(), Some(self.known(user)), message)
    }

    /// Lets a person take a message back. Its content can no longer be downloaded.
    ///
    /// # Panics
    /// There is no such chat.
    pub fn unsend(&self, said: &Said) {
        let (target, user) = (target(said.chat_id.as_str()), self.known(&said.user_id));
        self.change(|world| world.unsend(self.channel, &target, Some(user), &said.message_id));
    }

    /// Lets a person tap something that sends data; in a group or room, its first member. Gives the token that the
    /// postback's webhook carries.
    ///
    /// # Panics
    /// There is no such person or chat.
    pub fn postback(&self, chat: impl AsRef<str>, tap: impl Into<Tap>) -> Tapped {
        self.taps(chat.as_ref(), None, tap.into())
    }

    /// As [`Self::postback`], by this member of a group or room.
    ///
    /// # Panics
    /// There is no such chat, or no such member in it.
    pub fn member_postback(
        &self,
        chat: impl AsRef<str>,
        user: &UserId,
        tap: impl Into<Tap>,
    ) -> Tapped {
        self.taps(chat.as_ref(), Some(self.known(user)), tap.into())
    }

    /// Lets a person change a text that they sent to a group, with a `messageEdited` event. Gives the token that it
    /// carries. LINE lets people do so in groups only.
    ///
    /// # Panics
    /// The message was not sent to a group, or the person is no longer in it.
    pub fn edit(&self, said: &Said, text: &str) -> Tapped {
        let (chat, user) = (said.chat_id.as_str(), self.known(&said.user_id));
        assert!(chat.starts_with('C'), "texts are edited in groups only: {chat}");
        let (target, text) = (target(chat), text.to_owned());
        self.change(|world| world.edit(self.channel, &target, user, &said.message_id, text))
            .unwrap_or_else(|| panic!("nobody there to speak: {chat}"))
    }

    /// Lets a person see a video to its end, that the bot sent them with this tracking id, with a `videoPlayComplete`
    /// event. Gives the token that it carries.
    ///
    /// # Panics
    /// There is no such person.
    pub fn play_video(&self, user: &UserId, tracking_id: impl Into<SharedStr>) -> Tapped {
        let video = VideoPlayComplete::new(tracking_id);
        self.alone(user, EventKind::VideoPlayComplete(video))
    }

    /// Lets a person come near a beacon, touch its banner or stay there, with a `beacon` event. Gives the token that it
    /// carries.
    ///
    /// # Panics
    /// There is no such person.
    pub fn beacon(&self, user: &UserId, beacon: BeaconContent) -> Tapped {
        self.alone(user, EventKind::Beacon(Box::new(beacon)))
    }

    /// Lets a person see all messages of a delivery. No event comes of it; statistics count it for 14 days.
    pub fn see(&self, delivery: &Delivery) {
        self.change(|world| world.see(delivery));
    }

    /// Lets a person open a link in a message of a delivery. No event comes of it; statistics count it for 14 days.
    ///
    /// # Panics
    /// None of its messages has the link.
    pub fn open(&self, delivery: &Delivery, url: &str) {
        assert!(self.change(|world| world.open(delivery, url)), "no message has the link {url}");
    }

    /// Lets a person play a video or recording of a delivery, by the place of its message from 1, up to so many per cent.
    /// No event comes of it; statistics count it for 14 days. [`Self::play_video`] tells the bot.
    pub fn play(&self, delivery: &Delivery, message: usize, percent: u8) {
        self.change(|world| world.play(delivery, message, percent));
    }

    /// Lets a person see the rich menu of the channel's account; gives its id. Nothing where they have none. Statistics
    /// count it.
    ///
    /// # Panics
    /// There is no such person.
    pub fn see_rich_menu(&self, user: &UserId) -> Option<String> {
        let user = self.known(user);
        self.change(|world| world.see_menu(self.channel, user))
    }

    /// Lets a person tap an area of the rich menu that they see, by its place from 0: the data of a postback and the text
    /// of a message are sent to the bot. False where there is no such area. Statistics count it.
    ///
    /// # Panics
    /// There is no such person.
    pub fn tap_rich_menu(&self, user: &UserId, area: usize) -> bool {
        let user = self.known(user);
        self.change(|world| world.tap_menu(self.channel, user, area))
    }

    /// Lets a person become a member of a plan, with a `membership` event. False where they are one, or the plan takes
    /// none.
    ///
    /// # Panics
    /// There is no such person.
    pub fn join_membership(&self, user: &UserId, membership_id: u64) -> bool {
        let user = self.known(user);
        self.change(|world| world.join_membership(self.channel, membership_id, user))
    }

    /// Lets a person's membership end, with a `membership` event. False where they are no member.
    ///
    /// # Panics
    /// There is no such person.
    pub fn leave_membership(&self, user: &UserId, membership_id: u64) -> bool {
        let user = self.known(user);
        self.change(|world| world.leave_membership(self.channel, membership_id, user))
    }

    /// Lets a person pay for another month of a membership, with a `membership` event. False where they are no member.
    /// Months begin by the simulator's clock, whether this is called or not.
    ///
    /// # Panics
    /// There is no such person.
    pub fn renew_membership(&self, user: &UserId, membership_id: u64) -> bool {
        let user = self.known(user);
        self.change(|world| world.renew_membership(self.channel, membership_id, user))
    }

    /// Lets people make a group and invite the channel's account: as [`Self::add_group`], with a `join` event.
    ///
    /// # Panics
    /// There is no such person.
    pub fn invite(&self, members: &[UserId]) -> GroupId {
        let members: Vec<_> = members.iter().map(|user| self.known(user)).collect();
        self.change(|world| {
            let id = world.add_chat(self.channel, 'C', members);
            world.greet(self.channel, &id);
            (&*id).into()
        })
    }

    /// Lets the channel's account join a group or room again, with a `join` event. False where it is in it.
    ///
    /// # Panics
    /// There is no such chat.
    pub fn join(&self, chat: impl AsRef<str>) -> bool {
        let target = self.chat(chat.as_ref());
        self.change(|world| world.join(self.channel, &target))
    }

    /// Lets somebody remove the channel's account from a group or room, with a `leave` event. False where it is not in
    /// it.
    ///
    /// # Panics
    /// There is no such chat.
    pub fn remove_from(&self, chat: impl AsRef<str>) -> bool {
        let target = self.chat(chat.as_ref());
        self.change(|world| world.leave(self.channel, &target))
    }

    /// Lets a person join a group or room, with a `memberJoined` event. False where they are in it.
    ///
    /// # Panics
    /// There is no such person or chat.
    pub fn member_joins(&self, chat: impl AsRef<str>, user: &UserId) -> bool {
        let (target, user) = (self.chat(chat.as_ref()), self.known(user));
        self.change(|world| world.set_member(&target, user, true))
    }

    /// Lets a person leave a group or room, with a `memberLeft` event. False where they are not in it.
    ///
    /// # Panics
    /// There is no such person or chat.
    pub fn member_leaves(&self, chat: impl AsRef<str>, user: &UserId) -> bool {
        let (target, user) = (self.chat(chat.as_ref()), self.known(user));
        self.change(|world| world.set_member(&target, user, false))
    }

    /// Lets a person come back from the bot's login page with a link token and the bot's nonce, with an `accountLink`
    /// event. False, and no event, where the token is unknown, used or older than 10 minutes.
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
