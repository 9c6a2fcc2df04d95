use serde::{Deserialize, Serialize};

use std::collections::{BTreeSet, HashSet};

use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};

use crate::state::{aging::Aging, day, json, person::UserKey};

/// How long events are kept.
///
/// Source: <https://developers.line.biz/en/reference/line-mini-app/#get-webhook-event-history>
pub(crate) const KEPT: SignedDuration = SignedDuration::from_hours(7 * 24);

/// How long a purchase is remembered, and how many and how many events are. Our choice, to bound memory.
const ORDER_LIFE: SignedDuration = SignedDuration::from_hours(366 * 24);
const MOST: usize = 100_000;

/// A purchase that was reserved.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Order {
    pub(crate) user: UserKey,
    pub(crate) product: String,
    pub(crate) is_paid: bool,
}

/// An event that the channel's server was told of.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct PurchaseEvent {
    pub(crate) at: Timestamp,
    pub(crate) json: Value,
    pub(crate) is_received: bool,
}

/// What is sold in a LINE MINI App.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Shop {
    /// The product ids that there are.
    pub(crate) products: BTreeSet<String>,
    /// Where its events go.
    pub(crate) webhook: Option<String>,
    /// Who may not buy.
    #[serde(with = "json::set")]
    pub(crate) blocked: HashSet<UserKey>,
    /// Who has not agreed to the terms.
    #[serde(with = "json::set")]
    pub(crate) without_terms: HashSet<UserKey>,
    pub(crate) events: Vec<PurchaseEvent>,
    orders: Aging<String, Order>,
    /// How many were ever reserved.
    reserved: u64,
}

impl Default for Shop {
    fn default() -> Self {
        Self {
            products: BTreeSet::new(),
            webhook: None,
            blocked: HashSet::new(),
            without_terms: HashSet::new(),
            events: Vec::new(),
            orders: Aging::new(ORDER_LIFE, MOST),
            reserved: 0,
        }
    }
}

impl Shop {
    /// How many purchases were ever reserved.
    pub(crate) fn reserved(&self) -> u64 {
        self.reserved
    }

    /// Keeps an event that the channel's server was told of, and forgets those that are too old to be asked for.
    pub(crate) fn tell(&mut self, event: PurchaseEvent) {
        self.events.retain(|old| event.at.duration_since(old.at) <= KEPT);
        if self.events.len() >= MOST {
            self.events.remove(0);
        }
        self.events.push(event);
    }

    /// Reserves a purchase; gives its id, in the form of LINE's.
    pub(crate) fn reserve(&mut self, user: UserKey, product: String, now: Timestamp) -> String {
        let date = day(now).to_string().replace('-', "");
        self.reserved += 1;
        let id = format!("T{date}{:014}", self.reserved);
        self.orders.insert(id.clone(), Order { user, product, is_paid: false }, now);
        id
    }

    /// Lets a person pay for a purchase; gives its event. Nothing where it is unknown or paid for.
    pub(crate) fn pay(&mut self, id: &str, channel_id: &str, now: Timestamp) -> Option<Value> {
        let order = self.orders.get_mut(id, now).filter(|order| !order.is_paid)?;
        order.is_paid = true;
        Some(json!({
            "type": "purchaseComplete",
            "orderId": id,
            "productId": order.product,
            "userId": order.user.id(),
            "purchaseTimestamp": now.as_second(),
            "channelId": channel_id,
        }))
    }
}
