use hikyaku_model::limits::rates;
use http::Method;
use jiff::Timestamp;
use serde::Serialize;
use uuid::Uuid;

use super::{Action, Answer, Auth, Endpoint, Request};
use crate::state::{
    log::Host,
    narrowcast::{Narrowcast, Phase},
};

/// How far a narrowcast has come.
///
/// Source: <https://developers.line.biz/en/reference/messaging-api/#get-narrowcast-progress-status>
pub(crate) const ENDPOINT: Endpoint = Endpoint {
    host: Host::Api,
    method: Method::GET,
    path: "/v2/bot/message/progress/narrowcast",
    rate: rates::USUAL,
    takes_retry_key: false,
    auth: Auth::Channel,
    read,
};

fn read(request: &Request) -> Result<Action, Answer> {
    let id = request.parameter("requestId").and_then(|id| id.parse::<Uuid>().ok());
    let id = id.ok_or_else(|| Answer::parameter_invalid("requestId"))?;
    Ok(Box::new(move |scene| {
        let now = scene.now;
        let narrowcast = scene.channel().narrowcasts.get(id, now);
        narrowcast.map_or_else(Answer::not_found, |job| Answer::ok(&Progress::of(job)))
    }))
}

#[derive(Debug, Default, Serialize)]
#[serde(rename_all = "camelCase")]
struct Progress {
    phase: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    success_count: Option<usize>,
    #[serde(skip_serializing_if = "Option::is_none")]
    failure_count: Option<usize>,
    #[serde(skip_serializing_if = "Option::is_none")]
    target_count: Option<usize>,
    #[serde(skip_serializing_if = "Option::is_none")]
    failed_description: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    error_code: Option<u8>,
    accepted_time: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    completed_time: Option<String>,
}

impl Progress {
    fn of(narrowcast: &Narrowcast) -> Self {
        let progress = Self { accepted_time: time(narrowcast.accepted_at), ..Self::default() };
        match &narrowcast.phase {
            Phase::Waiting { .. } => Self { phase: "waiting", ..progress },
            Phase::Sending(sending) => Self {
                phase: "sending",
                success_count: Some(sending.reached.len()),
                failure_count: Some(sending.failures()),
                target_count: Some(sending.targets.len()),
                ..progress
            },
            Phase::Succeeded { at, failures, reached } => Self {
                phase: "succeeded",
                success_count: Some(reached.len()),
                failure_count: Some(*failures),
                target_count: Some(reached.len() + failures),
                completed_time: Some(time(*at)),
                ..progress
            },
            Phase::Failed { at, reason } => Self {
                phase: "failed",
                failed_description: Some(reason.description()),
                error_code: Some(reason.code()),
                completed_time: Some(time(*at)),
                ..progress
            },
        }
    }
}

/// A time as LINE writes it: UTC, with milliseconds.
fn time(at: Timestamp) -> String {
    format!("{at:.3}")
}
