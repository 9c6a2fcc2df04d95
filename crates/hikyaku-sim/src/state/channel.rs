use std::{
    collections::{BTreeMap, BTreeSet, HashMap},
    sync::Arc,
    time::Duration,
};

use hikyaku_model::{ChannelSecret, ChannelToken, UserId, limits};
use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::{
    aging::Aging,
    audience::Audiences,
    chat::Target,
    counts::Counts,
    coupon::Coupons,
    friendship::Friends,
    insight::{MenuUses, Reactions},
    json,
    membership::Memberships,
    mission::MissionStickers,
    module::ChatControl,
    narrowcast::Narrowcasts,
    person::UserKey,
    pnp_keys::PnpKeys,
    quota::{Month, Quota},
    rich_menu::RichMenus,
    webhook::WebhookSettings,
};
use crate::settings::Settings;

/// What a sent message is called: its id, and a token to quote it by where its type has one.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[serde(deny_unknown_fields)]
pub(crate) struct SentMessage {
    pub(crate) id: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) quote_token: Option<String>,
}

/// A request that was accepted under a retry key.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Accepted {
    pub(crate) request_id: Uuid,
    /// What a push answered.
    pub(crate) sent_messages: Option<Arc<[SentMessage]>>,
}

#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct ReplyToken {
    chat: Target,
    used: bool,
    /// The module that was given it; without one the account's own channel was.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    module: Option<usize>,
    /// Since when its time runs: since its event, or since the event was sent again.
    since: Timestamp,
}

/// What a channel is called, and what it shows who it is with.
#[derive(Debug)]
pub(crate) struct Identity {
    pub(crate) id: Arc<str>,
    /// What the account is called.
    pub(crate) name: String,
    pub(crate) token: ChannelToken,
    pub(crate) secret: ChannelSecret,
    /// The place of its provider.
    pub(crate) provider: usize,
}

impl Identity {
    /// That of the channel at a place: visibly fake, and the same in every run.
    pub(crate) fn of_place(place: usize, settings: &Settings) -> Self {
        let number = place + 1;
        let name = settings.account_name.clone().filter(|_| place == 0);
        Self {
            id: format!("sim-channel-{number}").into(),
            name: name.unwrap_or_else(|| format!("simulated account {number}")),
            token: ChannelToken::new(format!("sim-token-{number}"))
                .expect("made of letters, digits and hyphens"),
            secret: ChannelSecret::new(format!("sim-secret-{number}"))
                .expect("made of letters, digits and hyphens"),
            provider: 0,
        }
    }
}

/// One channel with its account: its credentials, and everything that LINE counts or remembers per channel.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Channel {
    pub(crate) id: Arc<str>,
    /// What the account is called.
    pub(crate) name: String,
    /// The place of its provider.
    pub(crate) provider: usize,
    #[serde(with = "json::secret")]
    pub(crate) token: ChannelToken,
    #[serde(with = "json::secret")]
    pub(crate) secret: ChannelSecret,
    /// The user id of the account.
    pub(crate) bot: UserId,
    pub(crate) friends: Friends,
    pub(crate) quota: Quota,
    pub(crate) retry_keys: Aging<Uuid, Accepted>,
    /// How long a reply token is good.
    reply_token_life: SignedDuration,
    reply_tokens: Aging<String, ReplyToken>,
    /// Tokens that mark a chat as read up to a message; LINE's never expire, these go when there are too many.
    pub(crate) read_tokens: Aging<String, (Target, u64)>,
    /// Up to which message chats are read.
    read: HashMap<Target, u64>,
    /// Until when people see the loading animation.
    pub(crate) loading: HashMap<UserKey, Timestamp>,
    pub(crate) webhook: WebhookSettings,
    /// Whom tokens for linking an account are for, and whether they were used.
    pub(crate) link_tokens: Aging<String, (UserKey, bool)>,
    pub(crate) coupons: Coupons,
    pub(crate) rich_menus: RichMenus,
    pub(crate) audiences: Audiences,
    pub(crate) narrowcasts: Narrowcasts,
    pub(crate) memberships: Memberships,
    pub(crate) stickers: MissionStickers,
    pub(crate) pnp_keys: PnpKeys,
    /// Which modules speak in its chats.
    pub(crate) control: ChatControl,
    /// Whether LINE has suspended the account.
    #[serde(default)]
    pub(crate) is_suspended: bool,
    pub(crate) counts: Counts,
    /// What people did with what it sent.
    pub(crate) reactions: Reactions,
    /// What people did with its rich menus.
    pub(crate) menu_uses: MenuUses,
    #[serde(with = "json::pairs")]
    units: BTreeMap<Month, BTreeSet<String>>,
}

/// How long a retry key is remembered.
const RETRY_KEY_LIFE: SignedDuration = signed(limits::RETRY_KEY_LIFE);

/// How long after an event its reply token can still be made good again by sending the event again.
const REDELIVERED_WITHIN: SignedDuration = signed(limits::REDELIVERED_REPLY_TOKEN_LIFE);

const fn signed(duration: Duration) -> SignedDuration {
    SignedDuration::from_secs(duration.as_secs().cast_signed())
}

/// How long a token for linking an account is good.
///
/// Source: <https://developers.line.biz/en/docs/messaging-api/linking-accounts/>
const LINK_TOKEN_LIFE: SignedDuration = SignedDuration::from_secs(10 * 60);

/// How many tokens and keys a channel remembers at most. Our choice, to bound memory.
const MOST: usize = 2_000_000;
const MOST_READ_TOKENS: usize = 100_000;

/// Names of aggregation units that count in a month; later ones are dropped without a word.
///
/// Source: <https://developers.line.biz/en/docs/messaging-api/unit-based-statistics-aggregation/>
const MOST_UNITS: usize = 1000;

/// Of how many months their names are remembered. Our choice, to bound memory.
const MOST_MONTHS: usize = 24;

impl Channel {
    /// The channel at a place.
    pub(crate) fn new(place: usize, identity: Identity, settings: &Settings) -> Self {
        let Identity { id, name, token, secret, provider } = identity;
        let reply_token_life = SignedDuration::try_from(settings.reply_token_life);
        let reply_token_life = reply_token_life.unwrap_or(SignedDuration::MAX);
        let remembered = reply_token_life.saturating_add(REDELIVERED_WITHIN);
        Self {
            id,
            name,
            provider,
            token,
            secret,
            bot: format!("U{:032x}", u128::MAX - place as u128).into(),
            friends: Friends::new(settings.any_user_is_friend),
            quota: Quota::new(settings.quota),
            retry_keys: Aging::new(RETRY_KEY_LIFE, MOST),
            reply_token_life,
            reply_tokens: Aging::new(remembered, MOST),
            read_tokens: Aging::new(SignedDuration::MAX, MOST_READ_TOKENS),
            read: HashMap::new(),
            loading: HashMap::new(),
            webhook: WebhookSettings::default(),
            link_tokens: Aging::new(LINK_TOKEN_LIFE, MOST),
            coupons: Coupons::default(),
            rich_menus: RichMenus::default(),
            audiences: Audiences::default(),
            narrowcasts: Narrowcasts::default(),
            memberships: Memberships::default(),
            stickers: MissionStickers::default(),
            pnp_keys: PnpKeys::default(),
            control: ChatControl::default(),
            is_suspended: false,
            counts: Counts::default(),
            reactions: Reactions::default(),
            menu_uses: MenuUses::default(),
            units: BTreeMap::new(),
        }
    }

    /// Gives what was read from JSON what the simulator is started with.
    pub(super) fn bind(&mut self, settings: &Settings) {
        let life = SignedDuration::try_from(settings.reply_token_life);
        self.reply_token_life = life.unwrap_or(SignedDuration::MAX);
        self.friends.trust(settings.any_user_is_friend);
    }

    /// Makes a token good for an answer to this chat by the account's own channel, or by a module.
    pub(crate) fn add_reply_token(
        &mut self,
        token: String,
        chat: Target,
        module: Option<usize>,
        now: Timestamp,
    ) {
        self.reply_tokens.insert(token, ReplyToken { chat, used: false, module, since: now }, now);
    }

    /// The places of the modules that have reply tokens.
    pub(super) fn answering_modules(&self) -> impl Iterator<Item = usize> {
        self.reply_tokens.values().filter_map(|token| token.module)
    }

    /// Uses a reply token up; gives the chat that it answers. Nothing where it is unknown, another's, used or too old.
    pub(crate) fn use_reply_token(
        &mut self,
        token: &str,
        module: Option<usize>,
        now: Timestamp,
    ) -> Option<Target> {
        let life = self.reply_token_life;
        let token = self.reply_tokens.get_mut(token, now)?;
        let age = now.duration_since(token.since);
        // A clock that was set back before the event does not make its token good for longer.
        if token.used || token.module != module || age.is_negative() || age >= life {
            return None;
        }
        token.used = true;
        Some(token.chat.clone())
    }

    /// Lets the time of a token run again, because its event is sent again. One that was used stays so, and after 20
    /// minutes none comes back.
    pub(crate) fn renew_reply_token(&mut self, token: &str, event_at: Timestamp, now: Timestamp) {
        if now.duration_since(event_at) < REDELIVERED_WITHIN
            && let Some(token) = self.reply_tokens.get_mut(token, now)
        {
            token.since = now;
        }
    }

    /// Marks a chat as read up to a message. It does not become unread again.
    pub(crate) fn mark_as_read(&mut self, chat: Target, message_id: u64) {
        let read = self.read.entry(chat).or_default();
        *read = message_id.max(*read);
    }

    /// Up to which message a chat is read.
    pub(crate) fn read_up_to(&self, chat: &Target) -> Option<u64> {
        self.read.get(chat).copied()
    }

    /// Counts an aggregation unit's name; gives it back if it is among the first of the month.
    pub(crate) fn unit(&mut self, name: String, now: Timestamp) -> Option<String> {
        let names = self.units(now);
        if !names.contains(&name) {
            if names.len() >= MOST_UNITS {
                return None;
            }
            names.insert(name.clone());
        }
        Some(name)
    }

    /// The names of the month's aggregation units.
    pub(crate) fn units(&mut self, now: Timestamp) -> &mut BTreeSet<String> {
        let month = Month::of(now);
        if !self.units.contains_key(&month) && self.units.len() >= MOST_MONTHS {
            self.units.pop_first();
        }
        self.units.entry(month).or_default()
    }
}
