use hikyaku_model::{Extra, open_words};
use serde::{Deserialize, Serialize};

use crate::{Answer, Client, Date, Error, route::Route};

pub(super) static REPLY: Route =
    count("getNumberOfSentReplyMessages", "/v2/bot/message/delivery/reply");
pub(super) static PUSH: Route =
    count("getNumberOfSentPushMessages", "/v2/bot/message/delivery/push");
pub(super) static MULTICAST: Route =
    count("getNumberOfSentMulticastMessages", "/v2/bot/message/delivery/multicast");
pub(super) static BROADCAST: Route =
    count("getNumberOfSentBroadcastMessages", "/v2/bot/message/delivery/broadcast");
pub(super) static PNP: Route = count("getPNPMessageStatistics", "/v2/bot/message/delivery/pnp");
pub(super) static PNP_TEMPLATED: Route =
    count("getTemplatedPNPMessageStatistics", "/v2/bot/message/delivery/pnp/templated");

const fn count(operation_id: &'static str, path: &'static str) -> Route {
    Route::get(operation_id, path).query(&["date"])
}

/// The kinds of send that LINE counts by day.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum SentCountKind {
    /// [`Reply`](super::Reply)
    Reply,
    /// [`Push`](super::Push)
    Push,
    /// [`Multicast`](super::Multicast)
    Multicast,
    /// [`Broadcast`](super::Broadcast)
    Broadcast,
    /// [`PushByPhone`](super::PushByPhone)
    Pnp,
    /// [`PushByPhoneTemplate`](super::PushByPhoneTemplate)
    PnpTemplated,
}

impl SentCountKind {
    fn route(self) -> &'static Route {
        match self {
            Self::Reply => &REPLY,
            Self::Push => &PUSH,
            Self::Multicast => &MULTICAST,
            Self::Broadcast => &BROADCAST,
            Self::Pnp => &PNP,
            Self::PnpTemplated => &PNP_TEMPLATED,
        }
    }
}

/// The number of messages sent on a day.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct SentCount {
    /// Whether the count is available.
    pub status: SentCountStatus,
    /// The number of messages sent through the API, if the count is ready.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub success: Option<u64>,
    /// Fields that this version does not know.
    #[serde(flatten)]
    pub extra: Extra,
}

open_words! {
    /// Whether a day's count is available.
    SentCountStatus {
        /// The count is available.
        Ready = "ready",
        /// The count is not available yet; usually it is on the next day.
        Unready = "unready",
        /// LINE did not count on that day. Counting began on 2018-03-31.
        OutOfService = "out_of_service",
        /// The count is withheld for privacy, because it is too small.
        UnavailableForPrivacy = "unavailable_for_privacy",
    }
}

impl Client {
    /// Returns the number of messages sent on a day of UTC+9.
    ///
    /// # Source
    /// <https://developers.line.biz/en/reference/messaging-api/#get-number-of-push-messages>
    pub async fn sent_count(
        &self,
        kind: SentCountKind,
        date: Date,
    ) -> Result<Answer<SentCount>, Error> {
        self.request(kind.route(), &[])?.query("date", &date.digits()).read().await
    }
}
