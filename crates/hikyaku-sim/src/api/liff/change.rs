use hikyaku_model::limits::Dialect;
use http::{Method, StatusCode};

use super::{CALLERS, Changes};
use crate::api::{Action, Answer, Endpoint, Request, body};

/// Changes an app. What the request does not set stays as it is.
///
/// Source: <https://developers.line.biz/en/reference/liff-server/#update-liff-app>
pub(crate) const UPDATE: Endpoint =
    Endpoint::new(Method::PUT, "/liff/v1/apps/{liffId}", read_update).auth(CALLERS);

/// Deletes an app.
///
/// Source: <https://developers.line.biz/en/reference/liff-server/#delete-liff-app>
pub(crate) const DELETE: Endpoint =
    Endpoint::new(Method::DELETE, "/liff/v1/apps/{liffId}", read_delete).auth(CALLERS);

fn read_update(request: &Request) -> Result<Action, Answer> {
    let id = request.step(3).to_owned();
    let changes: Changes = body::parse(request, &[], Dialect::Messages)?;
    changes.check()?;
    Ok(Box::new(move |scene| match scene.login().liff.get_mut(&id) {
        None => Answer::not_found(),
        Some(app) => {
            changes.apply(app);
            Answer::nothing(StatusCode::OK)
        }
    }))
}

#[expect(clippy::unnecessary_wraps, reason = "one form for all operations")]
fn read_delete(request: &Request) -> Result<Action, Answer> {
    let id = request.step(3).to_owned();
    Ok(Box::new(move |scene| {
        if scene.login().liff.remove(&id) {
            Answer::nothing(StatusCode::OK)
        } else {
            Answer::not_found()
        }
    }))
}
