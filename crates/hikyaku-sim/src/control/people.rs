use hikyaku_model::{
    UserId,
    audience::{AppType, Area, Gender},
};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::json;

use super::{Call, Problem, Reply};
use crate::state::{
    World,
    audience::Audience,
    chat::Target,
    friendship::Friendship,
    person::{Person, UserKey},
};

/// A person, as one channel sees them.
#[derive(Serialize)]
struct Acquaintance<'a> {
    #[serde(flatten)]
    person: &'a Person,
    friendship: Friendship,
}

pub(super) fn users(call: &Call<'_>) -> Result<Reply, Problem> {
    let world = call.shared.world();
    let channel = &world.channels[call.channel(&world)?];
    let friends = &channel.friends;
    let mut people: Vec<_> = world.people.of(channel.provider).collect();
    people.sort_unstable_by_key(|(key, _)| *key);
    let people = people.into_iter();
    let people = people.map(|(key, person)| Acquaintance { person, friendship: friends.get(key) });
    Ok(Reply::ok(&json!({ "users": people.collect::<Vec<_>>() })))
}

/// One person, or many who are alike. With the person's fields in it by name, serde refuses unknown ones.
#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
struct NewUser {
    friendship: Option<Friendship>,
    /// Since when a friend is one; from now on without it.
    friend_since: Option<Timestamp>,
    count: Option<usize>,
    user_id: Option<UserId>,
    display_name: Option<String>,
    picture_url: Option<String>,
    status_message: Option<String>,
    email: Option<String>,
    language: Option<String>,
    phone: Option<String>,
    gender: Option<Gender>,
    age: Option<u8>,
    app_type: Option<AppType>,
    area: Option<Area>,
}

/// The most people that one call adds.
const MOST_PEOPLE: usize = 1_000_000;

pub(super) fn add_user(call: &Call<'_>) -> Result<Reply, Problem> {
    let new: NewUser = if call.body.is_empty() { NewUser::default() } else { call.read()? };
    let NewUser { friendship, friend_since, count, .. } = new;
    let friendship = friendship.unwrap_or(Friendship::Friend);
    let person = Person {
        user_id: new.user_id,
        display_name: new.display_name,
        picture_url: new.picture_url,
        status_message: new.status_message,
        email: new.email,
        language: new.language,
        phone: new.phone,
        gender: new.gender,
        age: new.age,
        app_type: new.app_type,
        area: new.area,
    };
    if count.is_some_and(|count| count > MOST_PEOPLE) {
        return Err(Problem::invalid("/count", format!("at most {MOST_PEOPLE} at once")));
    }
    if count.is_some() && (person.user_id.is_some() || person.phone.is_some()) {
        return Err(Problem::invalid("/count", "people who share an id or phone are one person"));
    }
    call.shared.change(|world| {
        let (channel, now) = (call.channel(world)?, world.clock.now());
        let mut ids = Vec::new();
        for _ in 0..count.unwrap_or(1) {
            let provider = world.channels[channel].provider;
            let user = world.people.put(provider, person.clone()).map_err(|id| {
                Problem::invalid(
                    "/userId",
                    format!("`{id}` is not `U` and 32 lower-case hex digits"),
                )
            })?;
            world.channels[channel].friends.set(user, friendship, friend_since.unwrap_or(now));
            ids.push(user.id());
        }
        Ok(Reply::created(&match count {
            None => json!({ "userId": ids.first() }),
            Some(_) => json!({ "userIds": ids }),
        }))
    })
}

pub(super) fn chats(call: &Call<'_>, letter: char) -> Reply {
    let world = call.shared.world();
    let mut chats: Vec<_> = world
        .chats
        .iter()
        .filter(|(id, _)| id.starts_with(letter))
        .map(|(id, chat)| {
            (id, &chat.name, chat.members.iter().map(|user| user.id()).collect::<Vec<_>>())
        })
        .collect();
    chats.sort_unstable();
    let chats: Vec<_> = chats
        .into_iter()
        .map(|(id, name, members)| json!({ "id": id, "name": name, "members": members }))
        .collect();
    Reply::ok(&json!({ "chats": chats }))
}

pub(super) fn add_chat(call: &Call<'_>, letter: char) -> Result<Reply, Problem> {
    #[derive(Deserialize)]
    #[serde(deny_unknown_fields)]
    struct Body {
        members: Vec<String>,
        /// Whether they invite the account, of which its bot is told.
        #[serde(default)]
        invite: bool,
    }
    let Body { members, invite } = call.read()?;
    call.shared.change(|world| {
        let members: Vec<_> =
            members.iter().map(|id| person(world, id)).collect::<Result<_, _>>()?;
        let channel = call.channel(world)?;
        let id = world.add_chat(channel, letter, members);
        if invite {
            world.greet(channel, &id);
        }
        Ok(Reply::created(&json!({ "id": &*id })))
    })
}

pub(super) fn audiences(call: &Call<'_>) -> Result<Reply, Problem> {
    let world = call.shared.world();
    let now = world.clock.now();
    let audiences = world.channels[call.channel(&world)?].audiences.iter();
    let audiences = audiences.map(|(id, audience)| {
        json!({
            "audienceGroupId": id,
            "kind": audience.kind,
            "users": audience.users.len(),
            "inProgress": !audience.is_ready(now),
        })
    });
    Ok(Reply::ok(&json!({ "audiences": audiences.collect::<Vec<_>>() })))
}

pub(super) fn add_audience(call: &Call<'_>) -> Result<Reply, Problem> {
    put_audience(call, &call.read()?, None)
}

/// Adds an audience that somebody else shares.
pub(super) fn add_shared_audience(call: &Call<'_>) -> Result<Reply, Problem> {
    #[derive(Deserialize)]
    #[serde(deny_unknown_fields)]
    struct Body {
        owner: String,
        audience: Audience,
    }
    let Body { owner, audience } = call.read()?;
    put_audience(call, &audience, Some(owner))
}

fn put_audience(
    call: &Call<'_>,
    audience: &Audience,
    owner: Option<String>,
) -> Result<Reply, Problem> {
    for (index, id) in audience.user_ids.iter().enumerate() {
        if UserKey::parse(id.as_str()).is_none() {
            let message = format!("`{id}` is not `U` and 32 lower-case hex digits");
            return Err(Problem::invalid(format!("/userIds/{index}"), message));
        }
    }
    call.shared.change(|world| {
        let (channel, now) = (call.channel(world)?, world.clock.now());
        let audiences = &mut world.channels[channel].audiences;
        let id = audiences.add(audience, now);
        if let Some(stored) = audiences.get_mut(id) {
            stored.owner = owner;
        }
        Ok(Reply::created(&json!({ "audienceGroupId": id })))
    })
}

/// What the account and the person see of their chat.
pub(super) fn chat(call: &Call<'_>, id: &str) -> Result<Reply, Problem> {
    let target = Target::parse(id).ok_or_else(|| Problem::unknown("chat", id))?;
    let world = call.shared.world();
    let channel = &world.channels[call.channel(&world)?];
    let loading = match &target {
        Target::User(user) => channel.loading.get(user).filter(|until| **until > world.clock.now()),
        Target::Chat(_) => None,
    };
    let read = channel.read_up_to(&target).map(|id| id.to_string());
    Ok(Reply::ok(&json!({ "loadingUntil": loading, "readUpTo": read })))
}

pub(super) fn person(world: &World, id: &str) -> Result<UserKey, Problem> {
    let user = UserKey::parse(id).filter(|user| world.knows(*user));
    user.ok_or_else(|| Problem::unknown("user", id))
}
