use hikyaku_model::limits::rates;
use http::{Method, StatusCode};
use serde_json::json;

use crate::{
    api::{Action, Answer, Endpoint, Request, page::page},
    state::friendship::Friendship,
};

/// Who takes part in a plan, of those who are friends of the account.
///
/// Source: <https://developers.line.biz/en/reference/messaging-api/#get-a-list-of-users-who-joined-the-membership>
pub(crate) const USERS: Endpoint =
    Endpoint::new(Method::GET, "/v2/bot/membership/{membershipId}/users/ids", read)
        .rate(rates::MEMBERSHIP);

fn read(request: &Request) -> Result<Action, Answer> {
    let id: Option<u64> = request.step(3).parse().ok();
    let (start, limit) = (request.parameter("start"), request.limit(300, 1000)?);
    Ok(Box::new(move |scene| {
        let channel = scene.channel();
        let Some(plan) = id.and_then(|id| channel.memberships.get(id)) else {
            return Answer::error(StatusCode::NOT_FOUND, "Membership ID is not found");
        };
        let friends = &channel.friends;
        let members = plan.members.keys();
        let visible: Vec<_> = members
            .filter(|user| friends.get(**user) == Friendship::Friend)
            .map(|user| user.id())
            .collect();
        match page(start.as_deref(), limit, visible.into_iter()) {
            Err(invalid) => invalid,
            Ok((users, None)) => Answer::ok(&json!({ "userIds": users })),
            Ok((users, next)) => Answer::ok(&json!({ "userIds": users, "next": next })),
        }
    }))
}
