use std::fmt;

use hikyaku_page::Lang;
use http::{header, request::Parts};
use jiff::{
    Timestamp,
    civil::Date,
    tz::{Offset, TimeZone},
};

use super::search::Search;
use crate::{
    query,
    state::{World, chat::Target, person::UserKey},
};

/// What a request of the page asks for.
#[derive(Debug)]
pub(super) struct Asked {
    pub(super) lang: Lang,
    /// What the reader has chosen, instead of following the system.
    pub(super) is_dark: Option<bool>,
    /// The clock of anyone who looks.
    pub(super) zone: TimeZone,
    /// What names of chats must have in them.
    pub(super) find: String,
    /// How many messages of the chat are shown.
    pub(super) most: usize,
    /// Whether the panel about traffic is open.
    pub(super) shows_traffic: bool,
    /// Which entry of it; without one, the list.
    pub(super) entry: Option<Entry>,
    /// What its list is searched for.
    pub(super) search: Search,
    /// Whether the members of the chat are looked at.
    pub(super) shows_members: bool,
    /// What names of people who could come must have in them.
    pub(super) member: String,
    /// The message that the chat has to show, however old it is.
    pub(super) at: Option<u64>,
    /// Whether its list leaves out what went well.
    pub(super) problems_only: bool,
    channel: Option<String>,
    chat: Option<Target>,
    speaker: Option<UserKey>,
}

/// What can be looked at in the panel about traffic.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Entry {
    /// A request, by its place in the log.
    Request(u64),
    /// A webhook, by its id.
    Webhook(u64),
}

impl Entry {
    /// Reads `r12` or `w3`.
    fn parse(id: &str) -> Option<Self> {
        let request = id.strip_prefix('r').and_then(|seq| seq.parse().ok()).map(Self::Request);
        request.or_else(|| id.strip_prefix('w')?.parse().ok().map(Self::Webhook))
    }
}

impl fmt::Display for Entry {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Request(seq) => write!(f, "r{seq}"),
            Self::Webhook(id) => write!(f, "w{id}"),
        }
    }
}

/// How many messages are shown at first, and at most.
const MESSAGES: usize = 100;
pub(super) const MOST_MESSAGES: usize = 5000;

impl Asked {
    pub(super) fn read(head: &Parts) -> Self {
        let asked = head.uri.query().unwrap_or("");
        let parameter = |name: &str| query::parameter(asked, name);
        let number = |name: &str| parameter(name).and_then(|text| text.parse::<i32>().ok());
        let lang = parameter("lang").or_else(|| cookie(head, "hikyaku-lang"));
        let lang = lang.and_then(|tag| Lang::from_tag(&tag)).unwrap_or_else(|| preferred(head));
        let offset = number("offset").and_then(|minutes| minutes.checked_mul(60));
        let offset = offset.and_then(|seconds| Offset::from_seconds(seconds).ok());
        let most = number("most").and_then(|most| usize::try_from(most).ok());
        Self {
            lang,
            is_dark: cookie(head, "hikyaku-theme").and_then(|theme| match theme.as_str() {
                "dark" => Some(true),
                "light" => Some(false),
                _ => None,
            }),
            zone: TimeZone::fixed(offset.unwrap_or(Offset::UTC)),
            find: parameter("find").unwrap_or_default().trim().to_lowercase(),
            most: most.unwrap_or(MESSAGES).clamp(1, MOST_MESSAGES),
            shows_traffic: parameter("panel").as_deref() == Some("requests"),
            entry: parameter("entry").and_then(|id| Entry::parse(&id)),
            search: Search::parse(&parameter("q").unwrap_or_default()),
            shows_members: parameter("members").is_some(),
            member: parameter("member").unwrap_or_default().trim().to_lowercase(),
            at: parameter("at").and_then(|id| id.parse().ok()),
            problems_only: parameter("problems").is_some(),
            channel: parameter("channel"),
            chat: parameter("chat").and_then(|id| Target::parse(&id)),
            speaker: parameter("as").and_then(|id| UserKey::parse(&id)),
        }
    }

    /// A time of today, or the day that it was.
    pub(super) fn short_time(&self, at: Timestamp) -> String {
        let at = at.to_zoned(self.zone.clone());
        if at.date() == self.today() {
            format!("{:02}:{:02}", at.hour(), at.minute())
        } else {
            format!("{}/{}", at.month(), at.day())
        }
    }

    /// A time to the second.
    pub(super) fn exact_time(&self, at: Timestamp) -> String {
        let at = at.to_zoned(self.zone.clone());
        format!("{:02}:{:02}:{:02}", at.hour(), at.minute(), at.second())
    }

    /// A day and a time to the second.
    pub(super) fn moment(&self, at: Timestamp) -> String {
        let day = at.to_zoned(self.zone.clone()).date();
        format!("{day} {}", self.exact_time(at))
    }

    /// What a day is called.
    pub(super) fn day(&self, day: Date) -> String {
        if day == self.today() {
            return self.lang.today().to_owned();
        }
        let (year, month, number) = (day.year(), day.month(), day.day());
        match self.lang {
            Lang::Japanese | Lang::Chinese => format!("{year}年{month}月{number}日"),
            // Thailand counts years from the Buddha's.
            Lang::Thai => format!("{number}/{month}/{}", i32::from(year) + 543),
            _ => format!("{year}-{month:02}-{number:02}"),
        }
    }

    fn today(&self) -> Date {
        Timestamp::now().to_zoned(self.zone.clone()).date()
    }

    /// The place of the channel, the first where none is asked for.
    pub(super) fn channel(&self, world: &World) -> usize {
        self.channel.as_deref().and_then(|id| world.channel_of_id(id)).unwrap_or(0)
    }

    /// The chat, if it is there.
    pub(super) fn chat(&self, world: &World) -> Option<&Target> {
        self.chat.as_ref().filter(|chat| match chat {
            Target::User(user) => world.knows(*user),
            Target::Chat(id) => world.chats.get(id).is_some(),
        })
    }

    /// Who speaks in a group, if it is one of its members.
    pub(super) fn speaker(&self, world: &World, chat: &Target) -> Option<UserKey> {
        match chat {
            Target::User(user) => Some(*user),
            Target::Chat(id) => {
                let members = &world.chats.get(id)?.members;
                self.speaker.filter(|user| members.contains(user)).or(members.first().copied())
            }
        }
    }
}

fn cookie(head: &Parts, name: &str) -> Option<String> {
    let values =
        head.headers.get_all(header::COOKIE).iter().filter_map(|value| value.to_str().ok());
    let mut pairs =
        values.flat_map(|value| value.split(';')).filter_map(|pair| pair.split_once('='));
    pairs.find(|(key, _)| key.trim() == name).map(|(_, value)| value.trim().to_owned())
}

/// The first language of the reader's that there is.
fn preferred(head: &Parts) -> Lang {
    let accepted = head.headers.get(header::ACCEPT_LANGUAGE).and_then(|value| value.to_str().ok());
    Lang::preferred(accepted.unwrap_or_default()).unwrap_or_default()
}
