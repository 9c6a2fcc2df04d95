use hikyaku_model::{Extra, open_words};
use serde::{Deserialize, Serialize};

use crate::{Answer, Client, Error, request::names_what_is_missing, route::Route};

pub(super) static ROUTE: Route = Route::get("getMembershipList", "/v2/bot/membership/list");

/// The membership plans of the account.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Memberships {
    /// The plans, at most 5.
    pub memberships: Vec<Membership>,
    /// Fields that this version does not know.
    #[serde(flatten)]
    pub extra: Extra,
}

/// A membership plan.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct Membership {
    /// The plan id.
    pub membership_id: u64,
    /// The title.
    pub title: String,
    /// The description.
    pub description: String,
    /// The benefits of members, at most 5.
    pub benefits: Vec<String>,
    /// The price per month.
    pub price: f64,
    /// The currency of the price.
    pub currency: MembershipCurrency,
    /// The number of members.
    pub member_count: u64,
    /// The maximum number of members, if there is one.
    pub member_limit: Option<u64>,
    /// Whether it can be bought in LINE.
    pub is_in_app_purchase: bool,
    /// Whether it is published.
    pub is_published: bool,
    /// Fields that this version does not know.
    #[serde(flatten)]
    pub extra: Extra,
}

open_words! {
    /// The currency of a plan's price.
    MembershipCurrency {
        /// Japanese yen.
        Jpy = "JPY",
        /// New Taiwan dollars.
        Twd = "TWD",
        /// Thai baht.
        Thb = "THB",
    }
}

impl Client {
    /// Returns the account's plans, or `None` if it has none.
    ///
    /// # Limits
    /// 200 calls a second.
    /// # Source
    /// <https://developers.line.biz/en/reference/messaging-api/#get-membership-plans>
    pub async fn memberships(&self) -> Result<Answer<Option<Memberships>>, Error> {
        self.request(&ROUTE, &[])?.read_or_none(names_what_is_missing).await
    }
}
