//! Memberships: plans that users pay for. Accounts of Japan, Taiwan and Thailand have them.

mod plan;
mod subscription;
mod users;

pub use plan::{Membership, MembershipCurrency, Memberships};
pub use subscription::{
    MembershipSubscriptions, SubscribedMembership, SubscribedUser, Subscription,
};

use crate::route::Route;

pub(crate) static ROUTES: &[&Route] = &[&plan::ROUTE, &subscription::ROUTE, &users::ROUTE];
