use std::collections::HashSet;

use hikyaku_model::{
    limits::{Dialect, Refusal, RefusalDetail, rates},
    rich_menu::{RichMenuBatch, RichMenuBatchOperation},
};
use http::{Method, StatusCode};
use serde_json::json;
use uuid::Uuid;

use super::check_id;
use crate::api::{Action, Answer, Endpoint, Request, Scene, body};

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
    let batch = read(request)?;
    Ok(Box::new(move |scene| {
        if let Err(refused) = check(scene, &batch) {
            return refused;
        }
        let (id, now) = (scene.request_id, scene.now);
        scene.channel().rich_menus.run(&batch, id, now);
        Answer::empty(StatusCode::ACCEPTED)
    }))
}

fn read_validate(request: &Request) -> Result<Action, Answer> {
    let batch = read(request)?;
    Ok(Box::new(move |scene| match check(scene, &batch) {
        Ok(()) => Answer::empty(StatusCode::OK),
        Err(refused) => refused,
    }))
}

/// Reads a batch. Two of its rules have words of their own, which name no single operation.
fn read(request: &Request) -> Result<RichMenuBatch, Answer> {
    let dialect = Dialect::RichMenu;
    let batch: RichMenuBatch = body::parse(request, &["operations"], dialect)?;
    let mut from = HashSet::new();
    for (index, operation) in batch.operations.iter().enumerate() {
        let (of, to) = menus(operation);
        for (name, id) in [("from", of), ("to", to)] {
            if let Some(id) = id.filter(|id| !id.is_empty()) {
                check_id(&format!("operations[{index}].{name}"), id)?;
            }
        }
        if let Some(id) = of.filter(|id| !from.insert(*id)) {
            let words = format!("from richmenu ({id}) is duplicated");
            return Err(Answer::detail(StatusCode::BAD_REQUEST, "operations[].from", &words));
        }
    }
    let unlinks_all =
        |of: &RichMenuBatchOperation| matches!(of, RichMenuBatchOperation::UnlinkAll(_));
    if batch.operations.len() > 1 && batch.operations.iter().any(unlinks_all) {
        let words = "'unlinkAll' type can't be combined with other type";
        return Err(Answer::detail(StatusCode::BAD_REQUEST, "operations[].type", words));
    }
    body::check(&batch, dialect)?;
    Ok(batch)
}

/// The menu that an operation takes from people, and the one that it gives them.
fn menus(operation: &RichMenuBatchOperation) -> (Option<&str>, Option<&str>) {
    match operation {
        RichMenuBatchOperation::Link(link) => (Some(&link.from), Some(&link.to)),
        RichMenuBatchOperation::Unlink(unlink) => (Some(&unlink.from), None),
        _ => (None, None),
    }
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

/// Whether the menus of a batch are there, which is a 404, and those that people get have a picture.
fn check(scene: &mut Scene<'_>, batch: &RichMenuBatch) -> Result<(), Answer> {
    let stored = &scene.channel().rich_menus;
    let (mut missing, mut bare) = (Vec::new(), Vec::new());
    for (index, operation) in batch.operations.iter().enumerate() {
        let (from, to) = menus(operation);
        for (name, id) in [("from", from), ("to", to)] {
            let Some(id) = id else { continue };
            let property = format!("operations[{index}].{name}");
            match stored.get(id) {
                None => {
                    let words = format!("Richmenu ({id}) is not found");
                    missing.push(RefusalDetail::new(property, words));
                }
                Some(menu) if menu.image.is_none() && name == "to" => {
                    let words = format!("'to' richmenu ({id}) must have image but it doesn't");
                    bare.push(RefusalDetail::new(property, words));
                }
                Some(_) => {}
            }
        }
    }
    if !missing.is_empty() {
        return Err(Answer::json(StatusCode::NOT_FOUND, &Refusal::from_iter(missing)));
    }
    if bare.is_empty() { Ok(()) } else { Err(Answer::refused(&Refusal::from_iter(bare))) }
}
