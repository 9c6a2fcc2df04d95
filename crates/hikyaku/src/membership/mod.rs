//! Memberships: paid plans of accounts in Japan, Taiwan and Thailand.

mod plan;
mod subscription;
mod users;

pub use plan::{Membership, MembershipCurrency, Memberships};
pub use subscription::{
    MembershipSubscriptions, SubscribedMembership, SubscribedUser, Subscription,
};

use crate::route::Route;

pub(crate) static ROUTES: &[&Route] = &[&plan::ROUTE, &subscription::ROUTE, &users::ROUTE];
