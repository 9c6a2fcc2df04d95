use serde::{Deserialize, Serialize};

use std::collections::HashMap;

use jiff::{SignedDuration, Timestamp};

use super::Scopes;
use crate::{
    clock::later,
    state::{id::random_token, person::UserKey, token::jws},
};

/// How long a person's access token is good.
///
/// Source: <https://developers.line.biz/en/reference/line-login/#issue-access-token>
const ACCESS: SignedDuration = SignedDuration::from_hours(30 * 24);

/// How long a refresh token is good.
///
/// Source: <https://developers.line.biz/en/reference/line-login/#refresh-access-token>
const REFRESH: SignedDuration = SignedDuration::from_hours(90 * 24);

/// Beyond so many tokens, those that are over are forgotten. Our choice, to bound memory.
const MANY: usize = 100_000;

/// What a channel may do in a person's name, and how long.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct UserToken {
    pub(crate) user: UserKey,
    pub(crate) scopes: Scopes,
    expires: Timestamp,
    is_revoked: bool,
}

/// Why a person's access token is not good.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum InvalidUserToken {
    Unknown,
    Expired,
    Revoked,
}

/// The tokens that one channel has of people.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct UserTokens {
    channel: usize,
    access: HashMap<String, UserToken>,
    refresh: HashMap<String, UserToken>,
    made: u64,
}

impl UserToken {
    /// For how many seconds it is still good.
    pub(crate) fn expires_in(&self, now: Timestamp) -> i64 {
        self.expires.duration_since(now).as_secs()
    }

    fn new(user: UserKey, scopes: Scopes, life: SignedDuration, now: Timestamp) -> Self {
        Self { user, scopes, expires: later(now, life), is_revoked: false }
    }
}

impl UserTokens {
    /// Those of the channel at a place.
    pub(super) fn new(channel: usize) -> Self {
        Self { channel, access: HashMap::new(), refresh: HashMap::new(), made: 0 }
    }

    /// The place of the channel that they are of.
    pub(in crate::state) fn channel(&self) -> usize {
        self.channel
    }

    /// How many were issued.
    pub(in crate::state) fn made(&self) -> u64 {
        self.made
    }

    /// Issues an access token.
    pub(crate) fn issue(
        &mut self,
        user: UserKey,
        scopes: Scopes,
        now: Timestamp,
    ) -> (String, UserToken) {
        self.issue_for(user, scopes, ACCESS, now)
    }

    /// Issues an access token that is good for so long.
    pub(crate) fn issue_for(
        &mut self,
        user: UserKey,
        scopes: Scopes,
        life: SignedDuration,
        now: Timestamp,
    ) -> (String, UserToken) {
        if self.access.len() >= MANY {
            self.access.retain(|_, token| token.expires > now);
        }
        self.made += 1;
        let text = jws(&format!("sim-user-token-{}-{}", self.channel + 1, self.made));
        let token = UserToken::new(user, scopes, life, now);
        self.access.insert(text.clone(), token.clone());
        (text, token)
    }

    /// Issues a refresh token.
    pub(crate) fn issue_refresh(
        &mut self,
        user: UserKey,
        scopes: Scopes,
        now: Timestamp,
    ) -> String {
        if self.refresh.len() >= MANY {
            self.refresh.retain(|_, token| token.expires > now);
        }
        let text = random_token();
        self.refresh.insert(text.clone(), UserToken::new(user, scopes, REFRESH, now));
        text
    }

    /// An access token that is good.
    pub(crate) fn get(&self, text: &str, now: Timestamp) -> Result<&UserToken, InvalidUserToken> {
        match self.access.get(text) {
            None => Err(InvalidUserToken::Unknown),
            Some(token) if token.is_revoked => Err(InvalidUserToken::Revoked),
            Some(token) if token.expires <= now => Err(InvalidUserToken::Expired),
            Some(token) => Ok(token),
        }
    }

    /// What a refresh token that is good was issued for.
    pub(crate) fn refreshed(&self, text: &str, now: Timestamp) -> Option<&UserToken> {
        self.refresh.get(text).filter(|token| !token.is_revoked && token.expires > now)
    }

    /// Ends an access token. False if there is none.
    pub(crate) fn revoke(&mut self, text: &str) -> bool {
        let token = self.access.get_mut(text);
        token.map(|token| token.is_revoked = true).is_some()
    }

    /// Ends all tokens of a person that are good.
    pub(super) fn revoke_all(&mut self, user: UserKey, now: Timestamp) {
        let all = self.access.values_mut().chain(self.refresh.values_mut());
        for token in all.filter(|token| token.user == user && token.expires > now) {
            token.is_revoked = true;
        }
    }
}
