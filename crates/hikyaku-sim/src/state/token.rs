use serde::{Deserialize, Serialize};

use std::collections::HashMap;

use base64::{Engine as _, prelude::BASE64_URL_SAFE_NO_PAD as BASE64_URL};
use jiff::{SignedDuration, Timestamp};
use uuid::Uuid;

use super::holder::Holder;
use crate::clock::later;

/// How long a short-lived token is good, and how many a channel has at most: one more ends the oldest.
///
/// Source: <https://developers.line.biz/en/docs/basics/channel-access-token/>
const SHORT_LIVED: SignedDuration = SignedDuration::from_secs(30 * 24 * 60 * 60);
const MOST_SHORT_LIVED: usize = 30;

/// How long a v2.1 token can be good, and how many a channel has at most: one more is refused.
///
/// Source: <https://developers.line.biz/en/docs/basics/channel-access-token/>
pub(crate) const LONGEST_V2_1: SignedDuration = SHORT_LIVED;
const MOST_V2_1: usize = 30;

/// How long a stateless token is good.
///
/// Source: <https://developers.line.biz/en/docs/basics/channel-access-token/>
const STATELESS: SignedDuration = SignedDuration::from_secs(15 * 60);

/// Beyond so many tokens, those that are over are forgotten. Our choice, to bound memory.
const MANY: usize = 10_000;

/// The kinds of channel access token that are issued here.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum TokenKind {
    /// The one that a channel has from the start.
    LongLived,
    ShortLived,
    /// Issued by an assertion, for as long as it asks.
    V2_1,
    Stateless,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Token {
    pub(crate) holder: Holder,
    pub(crate) kind: TokenKind,
    expires: Timestamp,
    /// The place among all tokens, by which the oldest is found.
    number: u64,
    /// What a v2.1 token is called in lists.
    pub(crate) key_id: Option<String>,
}

impl Token {
    /// For how many seconds it is still good.
    pub(crate) fn expires_in(&self, now: Timestamp) -> i64 {
        // LINE, too, tells of a long time for tokens that never end.
        self.expires.duration_since(now).as_secs().min(3_138_007_490)
    }
}

/// All channel access tokens.
#[derive(Debug, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Tokens {
    by_text: HashMap<String, Token>,
    made: u64,
}

impl Tokens {
    pub(crate) fn add_long_lived(&mut self, text: String, holder: Holder) {
        let token = self.make(holder, TokenKind::LongLived, Timestamp::MAX);
        self.by_text.insert(text, token);
    }

    /// Issues a short-lived token.
    pub(crate) fn issue_short_lived(&mut self, holder: Holder, now: Timestamp) -> (String, Token) {
        let oldest = {
            let live = self.live(holder, TokenKind::ShortLived, now);
            let full = live.clone().count() >= MOST_SHORT_LIVED;
            live.min_by_key(|(_, token)| token.number)
                .map(|(text, _)| text.clone())
                .filter(|_| full)
        };
        oldest.and_then(|oldest| self.by_text.remove(&oldest));
        self.issue(holder, TokenKind::ShortLived, later(now, SHORT_LIVED), now)
    }

    /// Issues a v2.1 token that is good for so long. Nothing where there are too many.
    pub(crate) fn issue_v2_1(
        &mut self,
        holder: Holder,
        life: SignedDuration,
        now: Timestamp,
    ) -> Option<(String, Token)> {
        let full = self.live(holder, TokenKind::V2_1, now).count() >= MOST_V2_1;
        (!full).then(|| self.issue(holder, TokenKind::V2_1, later(now, life), now))
    }

    /// What the v2.1 tokens of a channel that are good are called, oldest first.
    pub(crate) fn key_ids(&self, holder: Holder, now: Timestamp) -> Vec<&str> {
        let mut live: Vec<_> =
            self.live(holder, TokenKind::V2_1, now).map(|(_, token)| token).collect();
        live.sort_unstable_by_key(|token| token.number);
        live.into_iter().filter_map(|token| token.key_id.as_deref()).collect()
    }

    /// Issues a stateless token.
    pub(crate) fn issue_stateless(&mut self, holder: Holder, now: Timestamp) -> (String, Token) {
        self.issue(holder, TokenKind::Stateless, later(now, STATELESS), now)
    }

    /// The channels that have tokens.
    pub(super) fn holders(&self) -> impl Iterator<Item = Holder> {
        self.by_text.values().map(|token| token.holder)
    }

    /// How many were issued.
    pub(super) fn made(&self) -> u64 {
        self.made
    }

    /// A token that is good.
    pub(crate) fn get(&self, text: &str, now: Timestamp) -> Option<&Token> {
        self.by_text.get(text).filter(|token| token.expires > now)
    }

    /// The channel that a good token is for.
    pub(crate) fn holder_of(&self, text: &str, now: Timestamp) -> Option<Holder> {
        self.get(text, now).map(|token| token.holder)
    }

    /// Whether a token was issued that is over by now.
    pub(crate) fn has_expired(&self, text: &str, now: Timestamp) -> bool {
        self.by_text.get(text).is_some_and(|token| token.expires <= now)
    }

    /// Ends a long-lived or short-lived token.
    pub(crate) fn revoke(&mut self, text: &str) {
        let ends = [TokenKind::LongLived, TokenKind::ShortLived];
        if self.by_text.get(text).is_some_and(|token| ends.contains(&token.kind)) {
            self.by_text.remove(text);
        }
    }

    /// Ends a channel's v2.1 token. False where it has no such one.
    pub(crate) fn revoke_v2_1(&mut self, text: &str, holder: Holder) -> bool {
        let token = self.by_text.get(text);
        let found = token.is_some_and(|t| t.holder == holder && t.kind == TokenKind::V2_1);
        if found {
            self.by_text.remove(text);
        }
        found
    }

    fn live(
        &self,
        holder: Holder,
        kind: TokenKind,
        now: Timestamp,
    ) -> impl Iterator<Item = (&String, &Token)> + Clone {
        self.by_text.iter().filter(move |(_, token)| {
            token.holder == holder && token.kind == kind && token.expires > now
        })
    }

    fn issue(
        &mut self,
        holder: Holder,
        kind: TokenKind,
        expires: Timestamp,
        now: Timestamp,
    ) -> (String, Token) {
        if self.by_text.len() >= MANY {
            self.by_text.retain(|_, token| token.expires > now);
        }
        let token = self.make(holder, kind, expires);
        let number = token.number;
        let text = match kind {
            TokenKind::V2_1 => jws(&format!("sim-v2.1-token-{number}")),
            TokenKind::Stateless => format!("sim-stateless-token-{number}"),
            TokenKind::ShortLived | TokenKind::LongLived => {
                format!("sim-short-lived-token-{number}")
            }
        };
        self.by_text.insert(text.clone(), token.clone());
        (text, token)
    }

    fn make(&mut self, holder: Holder, kind: TokenKind, expires: Timestamp) -> Token {
        self.made += 1;
        let key_id =
            (kind == TokenKind::V2_1).then(|| BASE64_URL.encode(Uuid::new_v4().into_bytes()));
        Token { holder, kind, expires, number: self.made, key_id }
    }
}

/// A token in the form of a JSON Web Signature, as v2.1 tokens and those of people have it. Nothing is signed: what it
/// is good for is looked up.
pub(crate) fn jws(payload: &str) -> String {
    let [header, payload, signature] =
        [r#"{"alg":"HS256"}"#, payload, "sim"].map(|part| BASE64_URL.encode(part));
    format!("{header}.{payload}.{signature}")
}
