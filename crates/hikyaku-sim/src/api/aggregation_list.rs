use http::Method;
use serde_json::json;

use super::{Action, Answer, Endpoint, Request, page::page};

/// The names of the aggregation units of this month.
///
/// Source: <https://developers.line.biz/en/reference/messaging-api/#get-a-list-of-unit-names-assigned-during-this-month>
pub(crate) const ENDPOINT: Endpoint =
    Endpoint::new(Method::GET, "/v2/bot/message/aggregation/list", read);

fn read(request: &Request) -> Result<Action, Answer> {
    let (start, limit) = (request.parameter("start"), request.limit(100, 100)?);
    Ok(Box::new(move |scene| {
        let now = scene.now;
        let names: Vec<_> = scene.channel().units(now).iter().collect();
        match page(start.as_deref(), limit, names.into_iter()) {
            Err(invalid) => invalid,
            Ok((names, None)) => Answer::ok(&json!({ "customAggregationUnits": names })),
            Ok((names, next)) => {
                Answer::ok(&json!({ "customAggregationUnits": names, "next": next }))
            }
        }
    }))
}
