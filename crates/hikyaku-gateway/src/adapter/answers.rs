//! Answers, each in the form that its program reads.

use hikyaku_sender::{DeliveryId, Time};
use http::StatusCode;
use serde::Serialize;
use serde_json::json;

use super::{Adapter, gotify::Pushed, ntfy::Published};
use crate::{
    TokenRow,
    answer::{self, Answer, told},
    door::Verdict,
};

/// How a program wants to be answered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Form {
    Notify,
    Ntfy,
    Gotify,
}

/// Source: <https://docs.ntfy.sh/publish/>
#[derive(Serialize)]
struct NtfyError<'a> {
    code: u32,
    http: u16,
    error: &'a str,
}

/// Source: <https://gotify.net/api-docs>
#[derive(Serialize)]
struct GotifyError<'a> {
    error: &'a str,
    #[serde(rename = "errorCode")]
    error_code: u16,
    #[serde(rename = "errorDescription")]
    error_description: &'a str,
}

impl Form {
    pub(super) fn of(adapter: Adapter<'_>) -> Self {
        match adapter {
            Adapter::Ntfy(_) | Adapter::NtfyJson => Self::Ntfy,
            Adapter::Gotify => Self::Gotify,
            _ => Self::Notify,
        }
    }

    pub(super) fn told(self, status: StatusCode, why: &str) -> Answer {
        let code = status.as_u16();
        match self {
            Self::Notify => told(status, why),
            Self::Ntfy => {
                // The first of each status: ntfy's codes go on with what was wrong in detail.
                let detail = u32::from(status == StatusCode::UNAUTHORIZED);
                let body =
                    NtfyError { code: u32::from(code) * 100 + detail, http: code, error: why };
                answer::json(status, &body)
            }
            Self::Gotify => {
                let error = status.canonical_reason().unwrap_or_default();
                let body = GotifyError { error, error_code: code, error_description: why };
                answer::json(status, &body)
            }
        }
    }

    /// What became of a notification.
    pub(super) fn verdict(self, verdict: &Verdict) -> Answer {
        let answer = self.told(verdict.status, &verdict.message);
        verdict.mark(answer)
    }
}

/// Nothing was sent, and nothing was wrong.
pub(super) fn passed_over() -> Answer {
    told(
        StatusCode::OK,
        "ok, and nothing was sent: this event says nothing that people would act on",
    )
}

/// A message that was published, as ntfy tells it.
pub(super) fn published(published: &Published, now: Time, verdict: &Verdict) -> Answer {
    let Published { topic, title, message, priority, .. } = published;
    let id = verdict.id.map(|id| id.to_string()).unwrap_or_default();
    let time = now.as_millis().div_euclid(1000);
    let mut body =
        json!({ "id": id, "time": time, "event": "message", "topic": topic, "message": message });
    if let Some(fields) = body.as_object_mut() {
        if !title.is_empty() {
            fields.insert("title".to_owned(), title.as_str().into());
        }
        if *priority != 3 {
            fields.insert("priority".to_owned(), (*priority).into());
        }
    }
    verdict.mark(answer::json(StatusCode::OK, &body))
}

/// A message that was pushed, as Gotify tells it; a token stands for an application.
pub(super) fn pushed(pushed: &Pushed, token: &TokenRow, now: Time, verdict: &Verdict) -> Answer {
    let Pushed { title, message, priority, .. } = pushed;
    let title = if title.is_empty() { &token.name } else { title };
    let id = verdict.id.map_or(0, DeliveryId::get);
    let body = json!({ "id": id, "appid": token.id, "message": message, "title": title, "priority": priority, "date": now });
    verdict.mark(answer::json(StatusCode::OK, &body))
}
