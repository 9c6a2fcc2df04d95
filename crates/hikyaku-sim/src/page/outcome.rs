//! How requests and webhooks ended, in a word.

use hikyaku_model::Event;

use crate::state::{
    log::LoggedRequest,
    webhook::{WebhookDelivery, WebhookState},
};

/// How a request ended.
pub(super) fn of_request(request: &LoggedRequest) -> &'static str {
    match request.status {
        Some(200..=399) if request.fault.is_none() => "good",
        // Under a retry key this is a success.
        Some(409) => "held",
        _ => "bad",
    }
}

/// How a webhook has done so far.
pub(super) fn of_webhook(webhook: &WebhookDelivery) -> &'static str {
    match webhook.state {
        WebhookState::Delivered => "good",
        WebhookState::Waiting => "held",
        _ => "bad",
    }
}

/// A status, or what stands for none.
pub(super) fn status(status: Option<u16>) -> String {
    status.map_or_else(|| "—".to_owned(), |status| status.to_string())
}

/// The type of an event, as its JSON has it.
pub(super) fn event_name(event: &Event) -> String {
    let json = serde_json::to_value(event).unwrap_or_default();
    json["type"].as_str().unwrap_or_default().to_owned()
}
