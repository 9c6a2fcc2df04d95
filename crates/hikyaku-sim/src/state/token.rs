use std::collections::HashMap;

use jiff::{SignedDuration, Timestamp};

use crate::clock::later;

/// How long a short-lived token is good, and how many a channel has at most: one more ends the oldest.
///
/// Source: <https://developers.line.biz/en/docs/basics/channel-access-token/>
const SHORT_LIVED: SignedDuration = SignedDuration::from_secs(30 * 24 * 60 * 60);
const MOST_SHORT_LIVED: usize = 30;

/// How long a stateless token is good.
///
/// Source: <https://developers.line.biz/en/docs/basics/channel-access-token/>
const STATELESS: SignedDuration = SignedDuration::from_secs(15 * 60);

/// Beyond so many tokens, those that are over are forgotten. Our choice, to bound memory.
const MANY: usize = 10_000;

/// The kinds of channel access token that are issued here.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum TokenKind {
    /// The one that a channel has from the start.
    LongLived,
    ShortLived,
    Stateless,
}

#[derive(Clone, Copy, Debug)]
pub(crate) struct Token {
    pub(crate) channel: usize,
    pub(crate) kind: TokenKind,
    expires: Timestamp,
    /// The place among all tokens, by which the oldest is found.
    number: u64,
}

impl Token {
    /// For how many seconds it is still good.
    pub(crate) fn expires_in(&self, now: Timestamp) -> i64 {
        // LINE, too, tells of a long time for tokens that never end.
        self.expires.duration_since(now).as_secs().min(3_138_007_490)
    }
}

/// All channel access tokens.
#[derive(Debug, Default)]
pub(crate) struct Tokens {
    by_text: HashMap<String, Token>,
    made: u64,
}

impl Tokens {
    pub(crate) fn add_long_lived(&mut self, text: String, channel: usize) {
        let token = self.make(channel, TokenKind::LongLived, Timestamp::MAX);
        self.by_text.insert(text, token);
    }

    /// Issues a short-lived token.
    pub(crate) fn issue_short_lived(&mut self, channel: usize, now: Timestamp) -> (String, Token) {
        let alive = |token: &Token| {
            token.channel == channel && token.kind == TokenKind::ShortLived && token.expires > now
        };
        let live = self.by_text.iter().filter(|(_, token)| alive(token));
        if live.clone().count() >= MOST_SHORT_LIVED {
            let oldest = live.min_by_key(|(_, token)| token.number).map(|(text, _)| text.clone());
            oldest.and_then(|oldest| self.by_text.remove(&oldest));
        }
        self.issue(channel, TokenKind::ShortLived, later(now, SHORT_LIVED), now)
    }

    /// Issues a stateless token.
    pub(crate) fn issue_stateless(&mut self, channel: usize, now: Timestamp) -> (String, Token) {
        self.issue(channel, TokenKind::Stateless, later(now, STATELESS), now)
    }

    /// A token that is good.
    pub(crate) fn get(&self, text: &str, now: Timestamp) -> Option<Token> {
        self.by_text.get(text).copied().filter(|token| token.expires > now)
    }

    /// The place of the channel that a good token is for.
    pub(crate) fn channel_of(&self, text: &str, now: Timestamp) -> Option<usize> {
        self.get(text, now).map(|token| token.channel)
    }

    /// Whether a token was issued that is over by now.
    pub(crate) fn has_expired(&self, text: &str, now: Timestamp) -> bool {
        self.by_text.get(text).is_some_and(|token| token.expires <= now)
    }

    /// Ends a token. A stateless one cannot be ended.
    pub(crate) fn revoke(&mut self, text: &str) {
        if self.by_text.get(text).is_some_and(|token| token.kind != TokenKind::Stateless) {
            self.by_text.remove(text);
        }
    }

    fn issue(
        &mut self,
        channel: usize,
        kind: TokenKind,
        expires: Timestamp,
        now: Timestamp,
    ) -> (String, Token) {
        if self.by_text.len() >= MANY {
            self.by_text.retain(|_, token| token.expires > now);
        }
        let token = self.make(channel, kind, expires);
        let word = if kind == TokenKind::Stateless { "stateless" } else { "short-lived" };
        let text = format!("sim-{word}-token-{}", token.number);
        self.by_text.insert(text.clone(), token);
        (text, token)
    }

    fn make(&mut self, channel: usize, kind: TokenKind, expires: Timestamp) -> Token {
        self.made += 1;
        Token { channel, kind, expires, number: self.made }
    }
}
