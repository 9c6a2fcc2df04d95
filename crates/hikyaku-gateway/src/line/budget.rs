//! Keys that may reach so many recipients in a month, and no more.

use hikyaku::operation::Host;
use hikyaku_model::SendKind;
use hikyaku_sender::NewDelivery;
use http::{StatusCode, request::Parts};
use hyper::body::Incoming;
use serde::Deserialize;
use serde_json::json;

use super::{
    LineDoor,
    answers::{self, OrAnswer, Voice, forbidden, own},
    path::Place,
    store_failed,
};
use crate::{
    ApiKeyRow, Error, alert,
    answer::{Answer, Reply, whole_answer},
    state::Charge,
};

impl LineDoor {
    /// What a send costs a key, if that has a budget. LINE counts recipients and no messages; replies are free, and pushes to
    /// phone numbers are billed apart.
    ///
    /// Source: <https://developers.line.biz/en/docs/messaging-api/pricing/>
    pub(super) async fn charge(
        &self,
        key: &ApiKeyRow,
        kind: SendKind,
        delivery: &NewDelivery,
        json: &str,
    ) -> OrAnswer<Option<Charge>> {
        let Some(budget) = key.budget else { return Ok(None) };
        let to = delivery.recipients();
        let cost = match kind {
            SendKind::Push => match (self.accounts.get(&key.channel), to.first()) {
                (Some(account), Some(chat)) => account.recipients(chat).await,
                _ => 1,
            },
            SendKind::Multicast => u64::try_from(to.len()).unwrap_or(u64::MAX),
            SendKind::Broadcast | SendKind::Narrowcast => match most(kind, json) {
                Some(most) => most,
                None if key.unmetered => return Ok(None),
                None => {
                    return Err(Box::new(forbidden(
                        "a budget cannot count this send, so the key needs unmetered; a narrowcast may have limit.max instead",
                    )));
                }
            },
            SendKind::Reply | SendKind::PhoneNumber => return Ok(None),
        };
        let text = alert::budget(&format!("the API key {}", key.name), budget);
        let alert = self.alerts.message("budget", &text);
        Ok(Some(Charge { owner: key.owner(), budget, cost, alert }))
    }

    /// A month as LINE tells it: the key's own, where it has a budget, and else the channel's.
    pub(super) async fn quota(
        &self,
        key: &ApiKeyRow,
        place: Place,
        parts: &Parts,
        body: Incoming,
    ) -> Reply {
        let Some(budget) = key.budget else {
            return self.pass(key, Host::Api, parts, body.into()).await;
        };
        let told = match place {
            Place::Quota => Ok(json!({ "type": "limited", "value": budget })),
            _ => self.state.used(&key.owner()).await.map(|used| json!({ "totalUsage": used })),
        };
        whole_answer(told.map_or_else(
            |error: Error| {
                tracing::error!(%error, "a budget could not be looked up");
                store_failed()
            },
            |told| answers::json(StatusCode::OK, told.to_string().into_bytes(), Voice::Gateway),
        ))
    }
}

/// LINE's refusal for a month that is used up, for a key's.
pub(super) fn used_up() -> Answer {
    let why = "the budget of this key is used up; it begins anew with the month in Japan";
    own(StatusCode::TOO_MANY_REQUESTS, answers::MONTHLY_LIMIT, Some("budget"), Some(why))
}

/// The most recipients that a narrowcast asks for.
fn most(kind: SendKind, json: &str) -> Option<u64> {
    #[derive(Deserialize)]
    struct Body {
        limit: Limit,
    }
    #[derive(Deserialize)]
    struct Limit {
        max: u64,
    }
    let body = (kind == SendKind::Narrowcast).then(|| serde_json::from_str::<Body>(json).ok());
    body.flatten().map(|body| body.limit.max)
}
