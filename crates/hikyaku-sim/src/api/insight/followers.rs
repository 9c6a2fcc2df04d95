use hikyaku_model::limits::rates;
use http::{Method, StatusCode};
use jiff::civil::{Date, date};
use serde_json::json;

use super::bad_request;
use crate::{
    api::{Action, Answer, Endpoint, Request},
    state::day,
};

/// How many people had added the account by the end of a day, how many of them were friends then, and how many blocked it.
///
/// Source: <https://developers.line.biz/en/reference/messaging-api/#get-number-of-followers>
pub(crate) const FOLLOWERS: Endpoint =
    Endpoint::new(Method::GET, "/v2/bot/insight/followers", read).rate(rates::INSIGHT);

/// The first day that LINE has counts of.
const FIRST: Date = date(2016, 11, 1);

fn read(request: &Request) -> Result<Action, Answer> {
    let Some(text) = request.parameter("date") else {
        return Err(Answer::error(StatusCode::BAD_REQUEST, "date is required"));
    };
    let asked = super::date(&text).ok_or_else(bad_request)?;
    Ok(Box::new(move |scene| {
        let none = |status: &str| {
            Answer::ok(&json!({
                "status": status, "followers": null, "targetedReaches": null, "blocks": null,
            }))
        };
        if asked < FIRST {
            return none("out_of_service");
        }
        if asked >= day(scene.now) {
            return none("unready");
        }
        let friends = &scene.channel().friends;
        Answer::ok(&json!({
            "status": "ready",
            "followers": friends.added_by(asked),
            "targetedReaches": friends.target_reach(asked),
            "blocks": friends.blocked_on(asked),
        }))
    }))
}
