use hikyaku_model::{Extra, UserId};
use serde::{Deserialize, Serialize};

use super::MembershipCurrency;
use crate::{Answer, Client, Error, client::id, request::says_something, route::Route};

pub(super) static ROUTE: Route =
    Route::get("getMembershipSubscription", "/v2/bot/membership/subscription/{userId}");

/// The plans that a user pays for.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct MembershipSubscriptions {
    /// One for each plan.
    pub subscriptions: Vec<Subscription>,
    /// Fields that this version does not know.
    #[serde(flatten)]
    pub extra: Extra,
}

/// A plan that a user pays for.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Subscription {
    /// The plan.
    pub membership: SubscribedMembership,
    /// The user as a member of it.
    pub user: SubscribedUser,
    /// Fields that this version does not know.
    #[serde(flatten)]
    pub extra: Extra,
}

/// A plan, as its member sees it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct SubscribedMembership {
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
    /// Fields that this version does not know.
    #[serde(flatten)]
    pub extra: Extra,
}

/// A user as a member of a plan.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct SubscribedUser {
    /// The member's number.
    pub membership_no: u64,
    /// When the user became a member, in seconds since 1970.
    pub joined_time: i64,
    /// When the user pays next: `yyyy-MM-dd`, UTC+9.
    pub next_billing_date: String,
    /// For how many months in all, the first one counted.
    pub total_subscription_months: u64,
    /// Fields that this version does not know.
    #[serde(flatten)]
    pub extra: Extra,
}

impl Client {
    /// The plans that a user pays for, if any.
    ///
    /// # Limits
    /// 200 calls a second.
    /// # Source
    /// <https://developers.line.biz/en/reference/messaging-api/#get-a-users-membership-subscription-status>
    pub async fn membership_subscriptions(
        &self,
        user: &(impl AsRef<str> + ?Sized),
    ) -> Result<Answer<Option<MembershipSubscriptions>>, Error> {
        let user = id("userId", user, UserId::check)?;
        self.request(&ROUTE, &[user])?.read_or_none(says_something).await
    }
}
