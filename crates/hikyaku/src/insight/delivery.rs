use hikyaku_model::Extra;
use serde::{Deserialize, Serialize};

use super::InsightStatus;
use crate::{Answer, Client, Date, Error, route::Route};

pub(super) static ROUTE: Route =
    Route::get("getNumberOfMessageDeliveries", "/v2/bot/insight/message/delivery").query(&["date"]);

/// How many messages were sent on a day, by the way they were sent. A way that was not used has no count.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct MessageDeliveries {
    /// Whether the counts are there.
    pub status: InsightStatus,
    /// To all friends, from LINE's manager.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub broadcast: Option<u64>,
    /// To some friends, from LINE's manager.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub targeting: Option<u64>,
    /// Step messages.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub step_message: Option<u64>,
    /// Automatic answers.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub auto_response: Option<u64>,
    /// Greetings to new friends.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub welcome_response: Option<u64>,
    /// Chats by people, from LINE's manager.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub chat: Option<u64>,
    /// [`Broadcast`](crate::message::Broadcast)
    #[serde(skip_serializing_if = "Option::is_none")]
    pub api_broadcast: Option<u64>,
    /// [`Push`](crate::message::Push)
    #[serde(skip_serializing_if = "Option::is_none")]
    pub api_push: Option<u64>,
    /// [`Multicast`](crate::message::Multicast)
    #[serde(skip_serializing_if = "Option::is_none")]
    pub api_multicast: Option<u64>,
    /// Narrowcasts of the API.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub api_narrowcast: Option<u64>,
    /// [`Reply`](crate::message::Reply)
    #[serde(skip_serializing_if = "Option::is_none")]
    pub api_reply: Option<u64>,
    /// Automatic answers of LINE's chat for companies.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cc_auto_reply: Option<u64>,
    /// Answers by people of LINE's chat for companies.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cc_manual_reply: Option<u64>,
    /// LINE notification messages.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub pnp_notice_message: Option<u64>,
    /// Messages of Call to LINE.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub pnp_call_to_line: Option<u64>,
    /// Messages of chat tools by others.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub third_party_chat_tool: Option<u64>,
    /// Fields that this version does not know.
    #[serde(flatten)]
    pub extra: Extra,
}

impl Client {
    /// How many messages were sent on a day of UTC+9, from LINE's manager and by the API.
    ///
    /// # Limits
    /// 60 calls an hour; from 2017-03-01 on.
    /// # Source
    /// <https://developers.line.biz/en/reference/messaging-api/#get-number-of-delivery-messages>
    pub async fn message_deliveries(&self, date: Date) -> Result<Answer<MessageDeliveries>, Error> {
        self.request(&ROUTE, &[])?.query("date", &date.digits()).read().await
    }
}
