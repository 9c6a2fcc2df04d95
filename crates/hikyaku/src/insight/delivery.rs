use hikyaku_model::Extra;
use serde::{Deserialize, Serialize};

use super::InsightStatus;
use crate::{Answer, Client, Date, Error, route::Route};

pub(super) static ROUTE: Route =
    Route::get("getNumberOfMessageDeliveries", "/v2/bot/insight/message/delivery").query(&["date"]);

/// The number of messages sent on a day, by the way they were sent. A way that was not used has no count.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct MessageDeliveries {
    /// Whether the counts are available.
    pub status: InsightStatus,
    /// Messages to all friends from LINE Official Account Manager.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub broadcast: Option<u64>,
    /// Messages to some friends from LINE Official Account Manager.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub targeting: Option<u64>,
    /// Step messages.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub step_message: Option<u64>,
    /// Auto-response messages.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub auto_response: Option<u64>,
    /// Greeting messages to new friends.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub welcome_response: Option<u64>,
    /// Chat messages by people in LINE Official Account Manager.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub chat: Option<u64>,
    /// Messages sent with [`Broadcast`](crate::message::Broadcast).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub api_broadcast: Option<u64>,
    /// Messages sent with [`Push`](crate::message::Push).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub api_push: Option<u64>,
    /// Messages sent with [`Multicast`](crate::message::Multicast).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub api_multicast: Option<u64>,
    /// Messages sent with [`Narrowcast`](crate::message::Narrowcast).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub api_narrowcast: Option<u64>,
    /// Messages sent with [`Reply`](crate::message::Reply).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub api_reply: Option<u64>,
    /// Automatic replies in LINE's chat for companies.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cc_auto_reply: Option<u64>,
    /// Manual replies in LINE's chat for companies.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cc_manual_reply: Option<u64>,
    /// LINE notification messages.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub pnp_notice_message: Option<u64>,
    /// Messages of Call to LINE.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub pnp_call_to_line: Option<u64>,
    /// Messages from chat tools of third parties.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub third_party_chat_tool: Option<u64>,
    /// Fields that this version does not know.
    #[serde(flatten)]
    pub extra: Extra,
}

impl Client {
    /// Returns the number of messages sent on a day of UTC+9, from LINE Official Account Manager and through the API.
    ///
    /// # Limits
    /// 60 calls an hour; from 2017-03-01 on.
    /// # Source
    /// <https://developers.line.biz/en/reference/messaging-api/#get-number-of-delivery-messages>
    pub async fn message_deliveries(&self, date: Date) -> Result<Answer<MessageDeliveries>, Error> {
        self.request(&ROUTE, &[])?.query("date", &date.digits()).read().await
    }
}
