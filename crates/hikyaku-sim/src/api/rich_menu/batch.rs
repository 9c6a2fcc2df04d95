use hikyaku_model::{
    limits::rates,
    rich_menu::{RichMenuBatch, RichMenuBatchOperation},
};
use http::{Method, StatusCode};
use serde_json::json;
use uuid::Uuid;

use crate::api::{Action, Answer, Detail, Endpoint, Request, Scene, body};

/// Changes the menus of all who have certain ones.
///
/// Source: <https://developers.line.biz/en/reference/messaging-api/#batch-control-rich-menus-of-users>
pub(crate) const BATCH: Endpoint =
    Endpoint::new(Method::POST, "/v2/bot/richmenu/batch", read_batch).rate(rates::RICH_MENU_BATCH);

/// Checks such a change.
///
/// Source: <https://developers.line.biz/en/reference/messaging-api/#validate-batch-control-rich-menus-request>
pub(crate) const VALIDATE: Endpoint =
    Endpoint::new(Method::POST, "/v2/bot/richmenu/validate/batch", read_validate);

/// How far such a change has come. The simulator is done with it at once.
///
/// Source: <https://developers.line.biz/en/reference/messaging-api/#get-batch-control-rich-menus-progress-status>
pub(crate) const PROGRESS: Endpoint =
    Endpoint::new(Method::GET, "/v2/bot/richmenu/progress/batch", read_progress)
        .rate(rates::RICH_MENU);

fn read_batch(request: &Request) -> Result<Action, Answer> {
    let batch: RichMenuBatch = body::whole(request, &["operations"])?;
    Ok(Box::new(move |scene| {
        if let Err(refused) = check(scene, &batch) {
            return refused;
        }
        let (id, now) = (scene.request_id, scene.now);
        scene.channel().rich_menus.run(&batch.operations, id, now);
        Answer::empty(StatusCode::ACCEPTED)
    }))
}

fn read_validate(request: &Request) -> Result<Action, Answer> {
    let batch: RichMenuBatch = body::whole(request, &["operations"])?;
    Ok(Box::new(move |scene| match check(scene, &batch) {
        Ok(()) => Answer::empty(StatusCode::OK),
        Err(refused) => refused,
    }))
}

fn read_progress(request: &Request) -> Result<Action, Answer> {
    let id = request.parameter("requestId").and_then(|id| Uuid::try_parse(&id).ok());
    let id = id.ok_or_else(|| Answer::parameter_invalid("requestId"))?;
    Ok(Box::new(move |scene| {
        let now = scene.now;
        let Some(at) = scene.channel().rich_menus.batch(id, now) else {
            return Answer::not_found();
        };
        let at = format!("{at:.3}");
        Answer::ok(&json!({ "phase": "succeeded", "acceptedTime": at, "completedTime": at }))
    }))
}

/// Whether the menus of a batch are there, and those that people get have a picture.
fn check(scene: &mut Scene<'_>, batch: &RichMenuBatch) -> Result<(), Answer> {
    let menus = &scene.channel().rich_menus;
    let mut details = Vec::new();
    for (index, operation) in batch.operations.iter().enumerate() {
        let mut report = |name: &str, words: String| {
            details.push(Detail::new(format!("operations[{index}].{name}"), words));
        };
        let (from, to) = match operation {
            RichMenuBatchOperation::Link(link) => (&link.from, Some(&link.to)),
            RichMenuBatchOperation::Unlink(unlink) => (&unlink.from, None),
            _ => continue,
        };
        if menus.get(from).is_none() {
            report("from", format!("Richmenu ({from}) is not found"));
        }
        match to.map(|to| (to, menus.get(to))) {
            Some((to, None)) => report("to", format!("Richmenu ({to}) is not found")),
            Some((to, Some(menu))) if menu.image.is_none() => {
                report("to", format!("'to' richmenu ({to}) must have image but it doesn't"));
            }
            _ => {}
        }
    }
    if details.is_empty() { Ok(()) } else { Err(Answer::request_invalid(&details)) }
}
