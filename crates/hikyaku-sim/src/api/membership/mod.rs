//! Memberships: the plans of an account, and who takes part in them.

pub(super) mod list;
pub(super) mod subscription;
pub(super) mod users;

use serde_json::{Value, json};

use crate::state::membership::MembershipPlan;

/// What all calls say of a plan.
fn describe(id: u64, plan: &MembershipPlan) -> Value {
    json!({
        "membershipId": id,
        "title": plan.title,
        "description": plan.description,
        "benefits": plan.benefits,
        "price": plan.price,
        "currency": plan.currency,
    })
}
