use hikyaku_model::{Extra, UserId};
use serde::{Deserialize, Serialize};

use super::MembershipCurrency;
use crate::{Answer, Client, Error, client::id, request::says_something, route::Route};

pub(super) static ROUTE: Route =
    Route::get("getMembershipSubscription", "/v2/bot/membership/subscription/{userId}");

/// The plans to which a user subscribes.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct MembershipSubscriptions {
    /// One entry per plan.
    pub subscriptions: Vec<Subscription>,
    /// Fields that this version does not know.
    #[serde(flatten)]
    pub extra: Extra,
}

/// A user's subscription to a plan.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Subscription {
    /// The plan.
    pub membership: SubscribedMembership,
    /// The user as a member of the plan.
    pub user: SubscribedUser,
    /// Fields that this version does not know.
    #[serde(flatten)]
    pub extra: Extra,
}

/// A plan as shown to its member.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct SubscribedMembership {
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
    /// Fields that this version does not know.
    #[serde(flatten)]
    pub extra: Extra,
}

/// A user as a member of a plan.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct SubscribedUser {
    /// The membership number.
    pub membership_no: u64,
    /// The time at which the user joined, in seconds since 1970.
    pub joined_time: i64,
    /// The next billing date: `yyyy-MM-dd`, UTC+9.
    pub next_billing_date: String,
    /// The total number of months, including the first.
    pub total_subscription_months: u64,
    /// Fields that this version does not know.
    #[serde(flatten)]
    pub extra: Extra,
}

impl Client {
    /// Returns the plans to which a user subscribes, or `None` if there are none.
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
