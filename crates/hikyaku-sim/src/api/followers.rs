use http::Method;
use serde_json::json;

use super::{Action, Answer, Endpoint, Request, page::page};

/// The ids of all friends. LINE lets verified accounts ask only; simulated ones are verified.
///
/// Source: <https://developers.line.biz/en/reference/messaging-api/#get-follower-ids>
pub(crate) const ENDPOINT: Endpoint = Endpoint::new(Method::GET, "/v2/bot/followers/ids", read);

fn read(request: &Request) -> Result<Action, Answer> {
    let start = request.parameter("start");
    let limit = request.limit(300, 1000)?;
    Ok(Box::new(move |scene| {
        let friends: Vec<_> = scene.channel().friends.iter().collect();
        let ids = friends.into_iter().map(|(user, _)| user.id());
        match page(start.as_deref(), limit, ids) {
            Err(invalid) => invalid,
            Ok((ids, None)) => Answer::ok(&json!({ "userIds": ids })),
            Ok((ids, next)) => Answer::ok(&json!({ "userIds": ids, "next": next })),
        }
    }))
}
