use serde::{Deserialize, Serialize};

use std::collections::{BTreeMap, BTreeSet, HashSet};

use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};

use crate::state::{day, json, person::UserKey};

/// How long events are kept.
///
/// Source: <https://developers.line.biz/en/reference/line-mini-app/#get-webhook-event-history>
pub(crate) const KEPT: SignedDuration = SignedDuration::from_hours(7 * 24);

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
#[derive(Debug, Default, Serialize, Deserialize)]
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
    orders: BTreeMap<String, Order>,
}

impl Shop {
    /// Reserves a purchase; gives its id, in the form of LINE's.
    pub(crate) fn reserve(&mut self, user: UserKey, product: String, now: Timestamp) -> String {
        let date = day(now).to_string().replace('-', "");
        let id = format!("T{date}{:014}", self.orders.len() + 1);
        self.orders.insert(id.clone(), Order { user, product, is_paid: false });
        id
    }

    /// Lets a person pay for a purchase; gives its event. Nothing where it is unknown or paid for.
    pub(crate) fn pay(&mut self, id: &str, channel_id: &str, now: Timestamp) -> Option<Value> {
        let order = self.orders.get_mut(id).filter(|order| !order.is_paid)?;
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
