use std::collections::BTreeSet;

use hikyaku_model::UserId;
use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use uuid::Uuid;

use crate::{
    clock::later,
    state::{aging::Aging, id::random_token, person::UserKey, ring::Ring},
};

/// How long a service notification token is good, and for how many messages.
///
/// Source: <https://developers.line.biz/en/reference/line-mini-app/#issue-notification-token>
const LIFE: SignedDuration = SignedDuration::from_hours(365 * 24);
const MESSAGES: u32 = 5;

/// How many messages and tokens are remembered. Our choice, to bound memory.
const MOST_SENT: usize = 10_000;
const MOST_BYTES: usize = 64 << 20;
const MOST: usize = 100_000;

/// A service message that a LINE MINI App sent.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct ServiceMessage {
    /// The time of sending, by the simulator's clock.
    pub at: Timestamp,
    /// The recipient.
    pub to: UserId,
    /// The name of its template, including the language.
    pub template_name: String,
    /// The values of the template's variables.
    pub params: Value,
    /// The session to which it belongs.
    pub session_id: String,
}

/// Whom a token can be used to send to, and how often.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct NotificationToken {
    pub(crate) user: UserKey,
    pub(crate) session_id: String,
    pub(crate) remaining: u32,
    expires: Timestamp,
}

impl NotificationToken {
    /// For how many seconds it is still good.
    pub(crate) fn expires_in(&self, now: Timestamp) -> i64 {
        self.expires.duration_since(now).as_secs()
    }
}

/// The service messages of a LINE MINI App.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Service {
    /// The templates that the channel may use.
    pub(crate) templates: BTreeSet<String>,
    /// The newest that were sent.
    pub(crate) sent: Ring<ServiceMessage>,
    tokens: Aging<String, NotificationToken>,
    /// The LIFF access tokens that a token was issued for.
    used: Aging<String, ()>,
}

impl Default for Service {
    fn default() -> Self {
        Self {
            templates: BTreeSet::new(),
            sent: Ring::new(MOST_SENT, MOST_BYTES),
            tokens: Aging::new(LIFE, MOST),
            used: Aging::new(LIFE, MOST),
        }
    }
}

impl Service {
    /// Gives messages that were read from JSON their bounds.
    pub(super) fn bound(&mut self) {
        self.sent.bound(MOST_SENT, MOST_BYTES);
    }

    /// Issues a token for a LIFF access token. Nothing where one was issued for it already.
    pub(crate) fn issue(
        &mut self,
        liff_token: &str,
        user: UserKey,
        now: Timestamp,
    ) -> Option<(String, NotificationToken)> {
        if self.used.get(liff_token, now).is_some() {
            return None;
        }
        self.used.insert(liff_token.to_owned(), (), now);
        let session_id = random_token();
        let expires = later(now, LIFE);
        let token = NotificationToken { user, session_id, remaining: MESSAGES, expires };
        Some(self.renew(token, now))
    }

    /// A token that is good.
    pub(crate) fn get(&self, text: &str, now: Timestamp) -> Option<&NotificationToken> {
        let token = self.tokens.get(text, now).map(|(_, token)| token);
        token.filter(|token| token.expires > now && token.remaining > 0)
    }

    /// Sends a message by a token that is good; gives the new one, if there can be another message.
    pub(crate) fn send(
        &mut self,
        text: &str,
        template_name: String,
        params: Value,
        now: Timestamp,
    ) -> Option<(String, NotificationToken)> {
        let mut token = self.tokens.remove(text)?;
        token.remaining = token.remaining.saturating_sub(1);
        let (to, session_id) = (token.user.id(), token.session_id.clone());
        let bytes = size_of::<ServiceMessage>() + params.to_string().len();
        let message = ServiceMessage { at: now, to, template_name, params, session_id };
        self.sent.push(bytes, message);
        (token.remaining > 0).then(|| self.renew(token, now))
    }

    fn renew(&mut self, token: NotificationToken, now: Timestamp) -> (String, NotificationToken) {
        let text = Uuid::new_v4().to_string();
        self.tokens.insert(text.clone(), token.clone(), now);
        (text, token)
    }
}
