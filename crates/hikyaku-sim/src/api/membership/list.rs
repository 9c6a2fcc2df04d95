use hikyaku_model::limits::rates;
use http::{Method, StatusCode};
use serde_json::{Value, json};

use super::describe;
use crate::{
    api::{Action, Answer, Endpoint, Request},
    state::membership::StoredPlan,
};

/// The plans of the account.
///
/// Source: <https://developers.line.biz/en/reference/messaging-api/#get-membership-plans>
pub(crate) const LIST: Endpoint =
    Endpoint::new(Method::GET, "/v2/bot/membership/list", read).rate(rates::MEMBERSHIP);

#[expect(clippy::unnecessary_wraps, reason = "one form for all operations")]
fn read(_: &Request) -> Result<Action, Answer> {
    Ok(Box::new(|scene| {
        let plans: Vec<_> = scene.channel().memberships.iter().map(full).collect();
        if plans.is_empty() {
            return Answer::error(StatusCode::NOT_FOUND, "Membership plan not found");
        }
        Answer::ok(&json!({ "memberships": plans }))
    }))
}

fn full((id, StoredPlan { plan, members, .. }): (u64, &StoredPlan)) -> Value {
    let mut json = describe(id, plan);
    json["memberCount"] = members.len().into();
    json["memberLimit"] = plan.member_limit.into();
    json["isInAppPurchase"] = plan.is_in_app_purchase.into();
    json["isPublished"] = plan.is_published.into();
    json
}
