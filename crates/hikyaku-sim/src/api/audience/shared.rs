use hikyaku_model::limits::rates;
use http::Method;
use serde_json::json;

use super::{
    group::{read_shared, whole},
    not_found,
};
use crate::api::{Action, Answer, Endpoint, Request};

/// The audiences that others share in Business Manager.
///
/// Source: <https://developers.line.biz/en/reference/messaging-api/#get-shared-audience-list>
pub(crate) const LIST: Endpoint =
    Endpoint::new(Method::GET, "/v2/bot/audienceGroup/shared/list", read_shared)
        .rate(rates::AUDIENCE);

/// One of them, and whose it is.
///
/// Source: <https://developers.line.biz/en/reference/messaging-api/#get-shared-audience>
pub(crate) const GET: Endpoint =
    Endpoint::new(Method::GET, "/v2/bot/audienceGroup/shared/{audienceGroupId}", read_get)
        .rate(rates::AUDIENCE);

fn read_get(request: &Request) -> Result<Action, Answer> {
    let id: u64 = request.step(4).parse().map_err(|_| not_found())?;
    Ok(Box::new(move |scene| {
        let now = scene.now;
        let audience = scene.audiences().get(id);
        let Some((audience, owner)) = audience.and_then(|of| Some((of, of.owner.as_ref()?))) else {
            return not_found();
        };
        let mut json = whole(id, audience, now);
        json["owner"] = json!({ "serviceType": "bm", "id": "SIM", "name": owner });
        Answer::ok(&json)
    }))
}
