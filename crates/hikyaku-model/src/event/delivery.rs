use serde::{
    Deserialize, Deserializer, Serialize,
    de::{Error as _, MapAccess},
};

use super::object::{self, FromFields};
use crate::Extra;

/// Whether an event is sent again.
///
/// Source: <https://developers.line.biz/en/docs/messaging-api/receiving-messages/#webhook-redelivery>
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct DeliveryContext {
    /// Whether LINE sent this event before and got no good answer. An event can come twice without it, too.
    pub is_redelivery: bool,
    /// Fields that this version does not know.
    #[serde(flatten)]
    pub extra: Extra,
}

impl<'de> Deserialize<'de> for DeliveryContext {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        object::deserialize(deserializer)
    }
}

impl<'de> FromFields<'de> for DeliveryContext {
    const EXPECTED: &'static str = "a delivery context, which is an object";

    fn from_fields<A: MapAccess<'de>>(fields: A) -> Result<Self, A::Error> {
        let mut is_redelivery = None;
        let extra = object::each(fields, |name, fields| match name {
            "isRedelivery" => object::once(&mut is_redelivery, "isRedelivery", fields),
            _ => Ok(false),
        })?;
        let is_redelivery = is_redelivery.ok_or_else(|| A::Error::missing_field("isRedelivery"))?;
        Ok(Self { is_redelivery, extra })
    }
}

/// The notification message that was delivered.
///
/// Source: <https://developers.line.biz/en/docs/partner-docs/line-notification-messages/message-sending-complete-webhook-event/>
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct PnpDelivery<S = String> {
    /// The hashed phone number, or the delivery tag that the message was sent with.
    pub data: S,
    /// Fields that this version does not know.
    #[serde(flatten)]
    pub extra: Extra,
}
