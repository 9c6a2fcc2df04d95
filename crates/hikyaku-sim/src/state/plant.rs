//! A world made of what a person wrote down.

use hikyaku_model::{
    Check, Checker, UserId,
    rich_menu::{RichMenu, RichMenuArea, RichMenuSize},
    unknown_fields,
};

use super::{
    World,
    channel::Identity,
    chat::{Chat, Target},
    friendship::Friendship,
    login::LoginChannel,
    person::{Person, UserKey},
    rich_menu::MenuImage,
    webhook::{WebhookSettings, deliverable},
};
use crate::{
    clock::ClockMode,
    near::nearest,
    seed::{
        InvalidSeed, Plan, Seed, SeedChannel, SeedChat, SeedClock, SeedCoupon, SeedLogin, SeedMenu,
        SeedPerson,
    },
};

impl SeedClock {
    /// The clock that it describes.
    pub(super) fn mode(self) -> Result<ClockMode, InvalidSeed> {
        match (self.fixed, self.offset) {
            (Some(at), None) => Ok(ClockMode::Fixed(at)),
            (None, Some(by)) => Ok(ClockMode::Offset(by)),
            _ => Err(InvalidSeed::new("clock", "give either `fixed` or `offset`")),
        }
    }
}

impl World {
    /// Adds all that a seed names.
    ///
    /// # Errors
    /// It names what it does not have, or the same thing twice.
    pub(super) fn plant(&mut self, seed: &Seed) -> Result<(), InvalidSeed> {
        for (index, channel) in seed.channel.iter().enumerate() {
            self.plant_channel(&format!("channel[{index}]"), channel)?;
        }
        if self.channels.is_empty() {
            self.add_channel();
        }
        for (index, login) in seed.login.iter().enumerate() {
            self.plant_login(&format!("login[{index}]"), login)?;
        }
        for (index, person) in seed.person.iter().enumerate() {
            self.plant_person(&format!("person[{index}]"), person)?;
        }
        for (kind, letter, chats) in [("group", 'C', &seed.group), ("room", 'R', &seed.room)] {
            for (index, chat) in chats.iter().enumerate() {
                self.plant_chat(&format!("{kind}[{index}]"), letter, chat)?;
            }
        }
        for (index, menu) in seed.rich_menu.iter().enumerate() {
            self.plant_menu(&format!("rich_menu[{index}]"), menu)?;
        }
        for (index, coupon) in seed.coupon.iter().enumerate() {
            self.plant_coupon(&format!("coupon[{index}]"), coupon)?;
        }
        Ok(())
    }

    fn plant_channel(&mut self, place: &str, seed: &SeedChannel) -> Result<(), InvalidSeed> {
        let at = |key: &str| format!("{place}.{key}");
        let fake = Identity::of_place(self.channels.len(), &self.settings);
        let provider = match &seed.provider {
            None => 0,
            Some(name) => {
                self.providers.iter().position(|known| known == name).unwrap_or_else(|| {
                    self.providers.push(name.clone());
                    self.providers.len() - 1
                })
            }
        };
        let identity = Identity {
            id: seed.id.as_deref().map_or(fake.id, Into::into),
            name: seed.name.clone().unwrap_or(fake.name),
            token: seed.token.clone().unwrap_or(fake.token),
            secret: seed.secret.clone().unwrap_or(fake.secret),
            provider,
        };
        if self.holder_of_id(&identity.id).is_some() {
            return Err(InvalidSeed::new(at("id"), "two channels cannot have the same id"));
        }
        if self.tokens.get(identity.token.expose(), self.clock.now()).is_some() {
            return Err(InvalidSeed::new(at("token"), "two channels cannot have the same token"));
        }
        if let Some(url) = &seed.webhook {
            deliverable(url, self.settings.webhook.remote_allowed)
                .map_err(|invalid| InvalidSeed::new(at("webhook"), invalid.to_string()))?;
        }
        if seed.plan.is_some() && seed.quota.is_some() {
            return Err(InvalidSeed::new(at("quota"), "give either `plan` or `quota`"));
        }
        let limit = seed.quota.or(seed.plan.map(Plan::quota)).or(self.settings.quota);
        let now = self.clock.now();
        let channel = self.add_channel_as(identity);
        let channel = &mut self.channels[channel];
        channel.quota.set(limit, seed.quota_used, now);
        channel.webhook = WebhookSettings {
            url: seed.webhook.clone(),
            active: true,
            redelivery: seed.webhook_redelivery,
        };
        Ok(())
    }

    fn plant_login(&mut self, place: &str, seed: &SeedLogin) -> Result<(), InvalidSeed> {
        let linked = self.account(place, "channel", seed.channel.as_deref())?;
        let number = self.logins.len();
        let fake = LoginChannel::new(number, linked);
        let id = seed.id.as_deref().map_or(fake.id, Into::into);
        if self.holder_of_id(&id).is_some() {
            let message = "two channels cannot have the same id";
            return Err(InvalidSeed::new(format!("{place}.id"), message));
        }
        let secret = seed.secret.clone().unwrap_or(fake.secret);
        let mut login = LoginChannel::with(id, secret, number, linked);
        login.redirect_uris = seed.redirect_uris.iter().cloned().collect();
        self.logins.push(login);
        Ok(())
    }

    fn plant_person(&mut self, place: &str, seed: &SeedPerson) -> Result<(), InvalidSeed> {
        let at = |key: &str| format!("{place}.{key}");
        let provider = match &seed.provider {
            None => 0,
            Some(name) => {
                let known = self.providers.iter().position(|known| known == name);
                known.ok_or_else(|| {
                    let names = self.providers.iter().map(String::as_str);
                    InvalidSeed::new(at("provider"), missing("provider of a channel", name, names))
                })?
            }
        };
        if let Some(id) = &seed.id
            && UserKey::parse(id.as_str()).is_some_and(|key| self.people.get(key).is_some())
        {
            return Err(InvalidSeed::new(at("id"), "two people cannot have the same id"));
        }
        let person = Person {
            user_id: seed.id.clone(),
            display_name: Some(seed.name.clone()),
            picture_url: seed.picture.clone(),
            status_message: seed.status_message.clone(),
            email: seed.email.clone(),
            language: seed.language.clone(),
            phone: seed.phone.clone(),
            gender: seed.gender.clone(),
            age: seed.age,
            app_type: seed.app_type.clone(),
            area: seed.area.clone(),
        };
        let user = self.people.put(provider, person).map_err(|id: UserId| {
            let message = format!("`{id}` is not `U` and 32 lower-case hex digits");
            InvalidSeed::new(at("id"), message)
        })?;
        let of_provider = |world: &Self| {
            let channels = world.channels.iter().enumerate();
            channels.filter(|(_, of)| of.provider == provider).map(|(at, _)| at).collect()
        };
        let friend_of: Vec<usize> = match &seed.friend_of {
            None => of_provider(self),
            Some(names) => self.accounts(place, "friend_of", names)?,
        };
        let has_blocked = self.accounts(place, "has_blocked", &seed.has_blocked)?;
        let now = self.clock.now();
        for (friendship, channels) in
            [(Friendship::Friend, friend_of), (Friendship::Blocked, has_blocked)]
        {
            for channel in channels {
                if !self.knows_of(channel, user) {
                    let message = format!(
                        "`{}` is of another provider, for which a person has another id: add them once for each provider",
                        self.channels[channel].name
                    );
                    return Err(InvalidSeed::new(place, message));
                }
                self.channels[channel].friends.set(user, friendship, now);
            }
        }
        Ok(())
    }

    fn plant_chat(
        &mut self,
        place: &str,
        letter: char,
        seed: &SeedChat,
    ) -> Result<(), InvalidSeed> {
        let members = self.persons(place, "members", &seed.members)?;
        let channels = match &seed.channels {
            None => vec![0],
            Some(names) => self.accounts(place, "channels", names)?,
        };
        if channels.len() > 1 {
            let message = "only one account can be in a group or room at a time";
            return Err(InvalidSeed::new(format!("{place}.channels"), message));
        }
        for (at, member) in members.iter().enumerate() {
            if channels.iter().any(|channel| !self.knows_of(*channel, *member)) {
                let message = "this person and a channel of the chat are of different providers";
                return Err(InvalidSeed::new(format!("{place}.members[{at}]"), message));
            }
        }
        let (members, channels) = (members.into_iter().collect(), channels.into_iter().collect());
        let id = match &seed.id {
            None => self.chats.add(letter, members, channels),
            Some(id) => {
                let at = || format!("{place}.id");
                if Target::parse(id).is_none() || !id.starts_with(letter) {
                    let message = format!("`{id}` is not `{letter}` and 32 lower-case hex digits");
                    return Err(InvalidSeed::new(at(), message));
                }
                let (name, id) = (id.clone(), id.as_str().into());
                if !self.chats.put(std::sync::Arc::clone(&id), Chat { members, name, channels }) {
                    return Err(InvalidSeed::new(at(), "two chats cannot have the same id"));
                }
                id
            }
        };
        if let (Some(chat), Some(name)) = (self.chats.get_mut(&id), &seed.name) {
            chat.name.clone_from(name);
        }
        Ok(())
    }

    fn plant_menu(&mut self, place: &str, seed: &SeedMenu) -> Result<(), InvalidSeed> {
        let at = |key: &str| format!("{place}.{key}");
        let channel = self.account(place, "channel", seed.channel.as_deref())?;
        let people = self.persons(place, "people", &seed.people)?;
        let picture = seed.picture.as_ref();
        let picture = picture.ok_or_else(|| InvalidSeed::new(at("image"), "it was not read"))?;
        let size = RichMenuSize::new(picture.width, picture.height);
        let mut menu = RichMenu::new(size, &seed.name, &seed.chat_bar_text).selected(seed.selected);
        for area in &seed.area {
            let (x, y, width, height) = (area.x, area.y, area.width, area.height);
            menu = menu.area(RichMenuArea::new(x, y, width, height, area.action.clone()));
        }
        judge(place, &menu)?;
        let menus = &mut self.channels[channel].rich_menus;
        let id = menus.add(menu).map(str::to_owned);
        let id =
            id.ok_or_else(|| InvalidSeed::new(place, "the account has too many rich menus"))?;
        if let Some(stored) = menus.get_mut(&id) {
            let (bytes, media_type) = (picture.bytes.clone(), picture.media_type.to_owned());
            stored.image = Some(MenuImage { bytes, media_type });
        }
        if let Some(alias) = &seed.alias
            && menus.aliases.insert(alias.clone(), id.clone()).is_some()
        {
            return Err(InvalidSeed::new(at("alias"), "two menus cannot have the same alias"));
        }
        if seed.default {
            if menus.usual().is_some() {
                return Err(InvalidSeed::new(at("default"), "only one menu can be the default"));
            }
            menus.set_default(Some(id.clone()), None);
        }
        for user in people {
            menus.link(user, &id);
        }
        Ok(())
    }

    fn plant_coupon(&mut self, place: &str, seed: &SeedCoupon) -> Result<(), InvalidSeed> {
        let channel = self.account(place, "channel", seed.channel.as_deref())?;
        judge(&format!("{place}.coupon"), &seed.coupon)?;
        let now = self.clock.now();
        self.channels[channel].coupons.add(seed.coupon.clone(), now);
        Ok(())
    }

    /// The place of the channel that is called so, or has this id; the first where none is named.
    fn account(&self, place: &str, key: &str, name: Option<&str>) -> Result<usize, InvalidSeed> {
        let Some(name) = name else { return Ok(0) };
        let channels = || self.channels.iter().enumerate();
        let names = channels().flat_map(|(at, of)| [(at, &*of.id), (at, &*of.name)]);
        one("channel", name, names).map_err(|why| InvalidSeed::new(format!("{place}.{key}"), why))
    }

    fn accounts(
        &self,
        place: &str,
        key: &str,
        names: &[String],
    ) -> Result<Vec<usize>, InvalidSeed> {
        let names = names.iter().enumerate();
        names.map(|(at, name)| self.account(place, &format!("{key}[{at}]"), Some(name))).collect()
    }

    /// The people who are called so, or have these ids.
    fn persons(
        &self,
        place: &str,
        key: &str,
        names: &[String],
    ) -> Result<Vec<UserKey>, InvalidSeed> {
        let ids: Vec<_> = self.people.iter().map(|(user, of)| (user, user.id(), of)).collect();
        let known: Vec<(UserKey, &str)> = ids
            .iter()
            .flat_map(|(user, id, of)| {
                [Some(id.as_str()), of.display_name.as_deref()].map(|name| (*user, name))
            })
            .filter_map(|(user, name)| Some((user, name?)))
            .collect();
        let names = names.iter().enumerate();
        names
            .map(|(at, name)| {
                one("person", name, known.iter().copied())
                    .map_err(|why| InvalidSeed::new(format!("{place}.{key}[{at}]"), why))
            })
            .collect()
    }
}

/// The one thing of these that is called so.
fn one<'a, T: Copy + PartialEq>(
    what: &str,
    name: &str,
    known: impl Iterator<Item = (T, &'a str)> + Clone,
) -> Result<T, String> {
    let mut found: Vec<T> = Vec::new();
    for (of, _) in known.clone().filter(|(_, called)| *called == name) {
        if !found.contains(&of) {
            found.push(of);
        }
    }
    match found.as_slice() {
        [of] => Ok(*of),
        [] => Err(missing(what, name, known.map(|(_, called)| called))),
        _ => Err(format!("several are called `{name}`: give each an `id`, and write it here")),
    }
}

fn missing<'a>(what: &str, name: &str, known: impl Iterator<Item = &'a str>) -> String {
    match nearest(name, known) {
        Some(near) => format!("there is no {what} `{name}`; did you mean `{near}`?"),
        None => format!("there is no {what} `{name}` here"),
    }
}

/// Refuses what LINE would refuse, and keys that nobody knows.
fn judge(place: &str, value: &(impl Check + serde::Serialize)) -> Result<(), InvalidSeed> {
    if let Some(unknown) = unknown_fields(value).first() {
        let message = format!("there is no key `{}` here", unknown.property());
        return Err(InvalidSeed::new(place, message));
    }
    let mut checker = Checker::strict();
    value.check(&mut checker);
    checker.finish().map_err(|broken| InvalidSeed::new(place, broken.to_string()))
}
