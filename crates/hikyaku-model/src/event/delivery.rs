use serde::Serialize;

use super::object::object;
use crate::{Extra, shared_str::SharedStr};

/// Whether an event is a redelivery.
///
/// Source: <https://developers.line.biz/en/docs/messaging-api/receiving-messages/#webhook-redelivery>
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct DeliveryContext {
    /// Whether LINE sent this event before and got no 2xx response. An event can also arrive twice without this flag.
    pub is_redelivery: bool,
    /// Fields that this version does not know.
    #[serde(flatten)]
    pub extra: Extra,
}

impl DeliveryContext {
    /// Creates a context that says whether LINE sent the event before.
    pub fn new(is_redelivery: bool) -> Self {
        Self { is_redelivery, extra: Extra::default() }
    }
}

object! {
    DeliveryContext is "a delivery context, which is an object" {
        required is_redelivery = "isRedelivery",
    }
}

/// The LINE notification message that was delivered.
///
/// Source: <https://developers.line.biz/en/docs/partner-docs/line-notification-messages/message-sending-complete-webhook-event/>
#[derive(Clone, Debug, PartialEq, Serialize)]
#[non_exhaustive]
pub struct PnpDelivery<S = SharedStr> {
    /// The hashed phone number, or the delivery tag that was sent with the message.
    pub data: S,
    /// Fields that this version does not know.
    #[serde(flatten)]
    pub extra: Extra,
}

impl<S> PnpDelivery<S> {
    /// Creates the delivery to this hashed phone number, or with this tag.
    pub fn new(data: impl Into<S>) -> Self {
        Self { data: data.into(), extra: Extra::default() }
    }
}

object! {
    PnpDelivery<S> is "a delivery, which is an object" {
        required data = "data",
    }
}
