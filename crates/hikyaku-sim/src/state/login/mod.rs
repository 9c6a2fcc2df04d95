//! LINE Login channels: who has agreed to what, and what a channel may do in their names.

mod code;
mod id_token;
mod liff;
mod scope;
mod service;
mod shop;
mod user_token;

use serde::{Deserialize, Serialize};

use std::{
    collections::{BTreeSet, HashMap},
    sync::Arc,
};

use hikyaku_model::ChannelSecret;
use jiff::{SignedDuration, Timestamp};

pub(crate) use code::{Code, Grant, InvalidCode};
pub(crate) use id_token::{Expected, ISSUER, IdTokenKey, InvalidIdToken, claims, sign, verify};
pub(crate) use liff::{LiffApp, LiffApps, LiffFeatures, LiffView, MOST as MOST_LIFF_APPS};
pub(crate) use scope::{Scope, Scopes, words};
pub use service::ServiceMessage;
pub(crate) use service::{NotificationToken, Service};
pub(crate) use shop::{KEPT as PURCHASE_EVENTS_KEPT, PurchaseEvent, Shop};
pub(crate) use user_token::{InvalidUserToken, UserToken, UserTokens};

use super::{
    aging::Aging,
    json,
    person::{Person, UserKey},
};

/// How long the code of a login is good.
///
/// Source: <https://developers.line.biz/en/docs/line-login/integrate-line-login/#receiving-the-authorization-code>
const CODE_LIFE: SignedDuration = SignedDuration::from_mins(10);

/// How long the access token of a LIFF app is good.
///
/// Source: <https://developers.line.biz/en/reference/liff/#get-access-token>
const LIFF_TOKEN_LIFE: SignedDuration = SignedDuration::from_hours(12);

/// How many codes a channel remembers. Our choice, to bound memory.
const MOST_CODES: usize = 100_000;

/// One LINE Login channel.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct LoginChannel {
    pub(crate) id: Arc<str>,
    #[serde(with = "json::secret")]
    pub(crate) secret: ChannelSecret,
    /// The place of the Messaging API channel whose account is linked to it.
    pub(crate) linked: usize,
    /// Where people may be sent back to.
    pub(crate) redirect_uris: BTreeSet<String>,
    /// What people have agreed to.
    consents: HashMap<UserKey, Scopes>,
    pub(super) codes: Aging<String, Code>,
    pub(crate) tokens: UserTokens,
    pub(crate) liff: LiffApps,
    /// What it sends as a LINE MINI App.
    pub(crate) service: Service,
    /// What it sells as a LINE MINI App.
    pub(crate) shop: Shop,
}

impl LoginChannel {
    /// The channel at a place, with credentials that are visibly fake and the same in every run.
    pub(crate) fn new(place: usize, linked: usize) -> Self {
        let id = format!("sim-login-{}", place + 1).into();
        let secret = ChannelSecret::new(format!("sim-login-secret-{}", place + 1))
            .expect("made of letters, digits and hyphens");
        Self::with(id, secret, place, linked)
    }

    /// The channel at a place, with credentials of its own.
    pub(crate) fn with(id: Arc<str>, secret: ChannelSecret, place: usize, linked: usize) -> Self {
        Self {
            id,
            secret,
            linked,
            redirect_uris: BTreeSet::new(),
            consents: HashMap::new(),
            codes: Aging::new(CODE_LIFE, MOST_CODES),
            tokens: UserTokens::new(place),
            liff: LiffApps::default(),
            service: Service::default(),
            shop: Shop::default(),
        }
    }

    /// Gives what was read from JSON its bounds.
    pub(crate) fn bound(&mut self) {
        self.service.bound();
    }

    /// Whether people may be sent back to an address: to one that is registered, with any further query.
    pub(crate) fn may_redirect_to(&self, uri: &str) -> bool {
        self.redirect_uris.iter().any(|registered| {
            uri.strip_prefix(registered.as_str()).is_some_and(|rest| {
                let joint = if registered.contains('?') { '&' } else { '?' };
                rest.is_empty() || rest.starts_with(joint)
            })
        })
    }

    /// Whether a person has agreed to all of this.
    pub(crate) fn has_consent(&self, user: UserKey, scopes: &Scopes) -> bool {
        self.consents.get(&user).is_some_and(|given| given.is_superset(scopes))
    }

    /// Lets a person agree, in addition to what they have agreed to before.
    pub(crate) fn consent(&mut self, user: UserKey, scopes: &Scopes) {
        self.consents.entry(user).or_default().extend(scopes);
    }

    /// Lets a person open a LIFF app, and agree to what it asks for; gives its access token, and an ID token if it asks
    /// for one. Nothing where there is no such app.
    pub(crate) fn open_liff(
        &mut self,
        liff_id: &str,
        user: UserKey,
        person: Option<&Person>,
        key: &IdTokenKey,
        now: Timestamp,
    ) -> Option<(String, Option<String>)> {
        let words = self.liff.get(liff_id)?.scope.iter();
        let scopes: Scopes = words.filter_map(|word| Scope::of(word)).collect();
        self.consent(user, &scopes);
        let grant = Grant { user, scopes: scopes.clone(), nonce: None, auth_time: None };
        let id_token = scopes
            .contains(&Scope::Openid)
            .then(|| sign(self, Some(key), &claims(self, person, &grant, "lineautologin", now)));
        let (token, _) = self.tokens.issue_for(user, scopes, LIFF_TOKEN_LIFE, now);
        Some((token, id_token))
    }

    /// Takes back all that a person has agreed to, and ends what was issued for it.
    pub(crate) fn deauthorize(&mut self, user: UserKey, now: Timestamp) {
        self.consents.remove(&user);
        self.tokens.revoke_all(user, now);
    }
}
