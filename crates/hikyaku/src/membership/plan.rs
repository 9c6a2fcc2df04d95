use hikyaku_model::Extra;
use serde::{Deserialize, Serialize};

use crate::{Answer, Client, Error, request::names_what_is_missing, route::Route};

pub(super) static ROUTE: Route = Route::get("getMembershipList", "/v2/bot/membership/list");

/// The plans of the account.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Memberships {
    /// At most 5.
    pub memberships: Vec<Membership>,
    /// Fields that this version does not know.
    #[serde(flatten)]
    pub extra: Extra,
}

/// A plan.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct Membership {
    /// The plan's id.
    pub membership_id: u64,
    /// Its title.
    pub title: String,
    /// Its description.
    pub description: String,
    /// What members get, at most 5.
    pub benefits: Vec<String>,
    /// What it costs a month.
    pub price: f64,
    /// In what.
    pub currency: MembershipCurrency,
    /// How many members it has.
    pub member_count: u64,
    /// How many it may have, where there is a limit.
    pub member_limit: Option<u64>,
    /// Whether it can be bought inside LINE.
    pub is_in_app_purchase: bool,
    /// Whether users can find it.
    pub is_published: bool,
    /// Fields that this version does not know.
    #[serde(flatten)]
    pub extra: Extra,
}

/// What a plan's price is in.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "UPPERCASE")]
#[non_exhaustive]
pub enum MembershipCurrency {
    /// Japanese yen.
    Jpy,
    /// New Taiwan dollars.
    Twd,
    /// Thai baht.
    Thb,
    /// A word that this version does not know.
    #[serde(untagged)]
    Other(String),
}

impl Client {
    /// The account's plans, if it has any.
    ///
    /// # Limits
    /// 200 calls a second.
    /// # Source
    /// <https://developers.line.biz/en/reference/messaging-api/#get-membership-plans>
    pub async fn memberships(&self) -> Result<Answer<Option<Memberships>>, Error> {
        self.request(&ROUTE, &[])?.read_or_none(names_what_is_missing).await
    }
}
