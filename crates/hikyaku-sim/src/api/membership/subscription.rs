use hikyaku_model::limits::rates;
use http::Method;
use serde_json::json;

use super::describe;
use crate::{
    api::{Action, Answer, Endpoint, Request},
    state::person::UserKey,
};

/// In which plans a person takes part.
///
/// Source: <https://developers.line.biz/en/reference/messaging-api/#get-a-users-membership-subscription-status>
pub(crate) const SUBSCRIPTION: Endpoint =
    Endpoint::new(Method::GET, "/v2/bot/membership/subscription/{userId}", read)
        .rate(rates::MEMBERSHIP);

fn read(request: &Request) -> Result<Action, Answer> {
    let user = UserKey::parse(request.step(4));
    let user = user.ok_or_else(|| Answer::parameter_invalid("userId"))?;
    Ok(Box::new(move |scene| {
        let now = scene.now;
        let plans = scene.channel().memberships.iter();
        let joined = plans.filter_map(|(id, plan)| Some((id, plan, plan.members.get(&user)?)));
        let subscriptions: Vec<_> = joined
            .map(|(id, stored, member)| {
                json!({
                    "membership": describe(id, &stored.plan),
                    "user": {
                        "membershipNo": member.number,
                        "joinedTime": member.joined.as_second(),
                        "nextBillingDate": member.next_billing_date(now),
                        "totalSubscriptionMonths": member.months(now),
                    },
                })
            })
            .collect();
        if subscriptions.is_empty() {
            return Answer::not_found();
        }
        Answer::ok(&json!({ "subscriptions": subscriptions }))
    }))
}
