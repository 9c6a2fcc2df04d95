use hikyaku_model::{GroupId, RoomId, UserId};
use jiff::Timestamp;

use super::Sim;
use crate::state::{
    audience::Audience,
    chat::Target,
    membership::MembershipPlan,
    mission::MissionSticker,
    person::{Person, UserKey},
    pnp_keys::PnpKeys,
};

/// Who is there. None of this is told to bots. Methods that take an id panic if this simulator does not have it.
impl Sim {
    /// Adds a user who is a friend of the channel's account.
    pub fn add_friend(&self) -> UserId {
        self.add_friend_as(Person::default())
    }

    /// Adds many friends.
    pub fn add_friends(&self, friends: usize) -> Vec<UserId> {
        (0..friends).map(|_| self.add_friend()).collect()
    }

    /// Adds a friend with further properties; replaces an existing user with the same id.
    ///
    /// # Panics
    /// The id does not have LINE's form, `U` and 32 lower-case hexadecimal digits.
    pub fn add_friend_as(&self, person: Person) -> UserId {
        let added = self.change(|world| world.add_friend(self.channel, person));
        added.unwrap_or_else(|id| panic!("not of the form of a user id: {id}"))
    }

    /// The friends of the channel's account who have not blocked it, in the order of their ids.
    pub fn friends(&self) -> Vec<UserId> {
        self.look(|world| {
            world.channels[self.channel].friends.iter().map(|(user, _)| user.id()).collect()
        })
    }

    /// Adds a user who is not a friend.
    pub fn add_user(&self) -> UserId {
        self.change(|world| {
            let provider = world.channels[self.channel].provider;
            world.people.put(provider, Person::default())
        })
        .map_or_else(|id| unreachable!("made here: {id}"), UserKey::id)
    }

    /// Adds a friend who added the account at this time, like [`Self::add_friend_as`]. Narrowcasts can be filtered by
    /// it.
    ///
    /// # Panics
    /// As for [`Self::add_friend_as`].
    pub fn add_friend_since(&self, person: Person, since: Timestamp) -> UserId {
        let user = self.add_friend_as(person);
        let key = self.known(&user);
        self.change_channel(|channel, _| channel.friends.befriend_since(key, since));
        user
    }

    /// Adds an audience of the channel for narrowcasts, and returns its id.
    pub fn add_audience(&self, audience: &Audience) -> u64 {
        self.change_channel(|channel, now| channel.audiences.add(audience, now))
    }

    /// Adds an audience that somebody else shares with the channel's account in Business Manager, and returns its id.
    pub fn add_shared_audience(&self, audience: &Audience, owner: impl Into<String>) -> u64 {
        let owner = owner.into();
        self.change_channel(|channel, now| {
            let id = channel.audiences.add(audience, now);
            if let Some(stored) = channel.audiences.get_mut(id) {
                stored.owner = Some(owner);
            }
            id
        })
    }

    /// Adds a membership plan of the channel's account, and returns its id.
    pub fn add_membership(&self, plan: MembershipPlan) -> u64 {
        self.change_channel(|channel, _| channel.memberships.add(plan))
    }

    /// Adds a set of mission stickers to the channel, with the result of giving it to a user.
    pub fn set_mission_sticker(&self, product_id: impl Into<String>, sticker: MissionSticker) {
        let product_id = product_id.into();
        self.change_channel(|channel, _| channel.stickers.products.insert(product_id, sticker));
    }

    /// Returns the sets of mission stickers that the channel gave to a user, in the order of their ids.
    pub fn mission_stickers_of(&self, user: &UserId) -> Vec<String> {
        let Some(user) = UserKey::parse(user.as_str()) else { return Vec::new() };
        self.look(|world| world.channels[self.channel].stickers.of(user).cloned().collect())
    }

    /// Sets the keys allowed in the channel's LINE notification messages by template. By default every key is allowed.
    pub fn set_pnp_keys(&self, keys: PnpKeys) {
        self.change_channel(|channel, _| channel.pnp_keys = keys);
    }

    /// Creates a group of these users and the channel's account.
    ///
    /// # Panics
    /// The user does not exist.
    pub fn add_group(&self, members: &[UserId]) -> GroupId {
        let members: Vec<_> = members.iter().map(|user| self.known(user)).collect();
        (&*self.change(|world| world.add_chat(self.channel, 'C', members))).into()
    }

    /// Creates a room of these users and the channel's account.
    ///
    /// # Panics
    /// The user does not exist.
    pub fn add_room(&self, members: &[UserId]) -> RoomId {
        let members: Vec<_> = members.iter().map(|user| self.known(user)).collect();
        (&*self.change(|world| world.add_chat(self.channel, 'R', members))).into()
    }

    /// Returns the last message that is marked as read in a chat.
    pub fn read_up_to(&self, chat: impl AsRef<str>) -> Option<String> {
        let target = Target::parse(chat.as_ref())?;
        self.look(|world| world.channels[self.channel].read_up_to(&target)).map(|id| id.to_string())
    }

    /// Returns until when a user sees the loading animation; `None` if there is none.
    pub fn loading_until(&self, user: &UserId) -> Option<Timestamp> {
        let user = UserKey::parse(user.as_str())?;
        self.look(|world| {
            let until = world.channels[self.channel].loading.get(&user).copied()?;
            (until > world.clock.now()).then_some(until)
        })
    }

    /// Returns the rich menu that a user sees: the one linked to the user, or else the default one.
    pub fn rich_menu_of(&self, user: &UserId) -> Option<String> {
        let user = UserKey::parse(user.as_str())?;
        self.look(|world| world.channels[self.channel].rich_menus.seen_by(user).map(str::to_owned))
    }

    pub(super) fn known(&self, user: &UserId) -> UserKey {
        let key = UserKey::parse(user.as_str());
        let key = key.filter(|key| self.look(|world| world.knows_of(self.channel, *key)));
        key.unwrap_or_else(|| panic!("no such person: {user}"))
    }
}
