//! The whole state: taken away, and put in place of what is there.

use http::StatusCode;

use super::{Call, Problem, Reply};
use crate::snapshot;

pub(super) fn export(call: &Call<'_>) -> Reply {
    Reply::json(snapshot::export(&call.shared.world()))
}

pub(super) fn import(call: &Call<'_>) -> Result<Reply, Problem> {
    replace(call, call.body)
}

/// Keeps the state as it is now; answers with the id to come back by.
pub(super) fn take_snapshot(call: &Call<'_>) -> Result<Reply, Problem> {
    let document = snapshot::export(&call.shared.world());
    let id = call.shared.snapshots.add(document).ok_or_else(|| {
        let message = "there are too many snapshots; delete one first";
        Problem::new(StatusCode::CONFLICT, "too_many", message)
    })?;
    Ok(Reply::created(&serde_json::json!({ "id": id })))
}

pub(super) fn snapshots(call: &Call<'_>) -> Reply {
    Reply::ok(&serde_json::json!({ "snapshots": call.shared.snapshots.ids() }))
}

/// Goes back to the state that was kept.
pub(super) fn restore(call: &Call<'_>, id: &str) -> Result<Reply, Problem> {
    let document = call.shared.snapshots.get(id);
    let document = document.ok_or_else(|| Problem::unknown("snapshot", id))?;
    replace(call, document.as_bytes())
}

pub(super) fn delete_snapshot(call: &Call<'_>, id: &str) -> Result<Reply, Problem> {
    let is_gone = call.shared.snapshots.remove(id);
    if is_gone { Ok(Reply::none()) } else { Err(Problem::unknown("snapshot", id)) }
}

fn replace(call: &Call<'_>, document: &[u8]) -> Result<Reply, Problem> {
    let settings = call.shared.world().settings.clone();
    let world = snapshot::import(document, settings).map_err(|why| Problem::invalid("", why))?;
    call.shared.change(|old| world.replace(old));
    Ok(Reply::none())
}
