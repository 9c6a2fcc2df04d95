use hikyaku_model::Extra;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use crate::{
    Answer, Client, Error,
    route::{Route, Target},
};

static ROUTE: Route = Route::get("/v2/bot/message/delivery/{kind}");

/// The sends that LINE counts by day.
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
}

impl SentCountKind {
    fn as_str(self) -> &'static str {
        match self {
            Self::Reply => "reply",
            Self::Push => "push",
            Self::Multicast => "multicast",
            Self::Broadcast => "broadcast",
            Self::Pnp => "pnp",
        }
    }
}

/// How many messages were sent on a day.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct SentCount {
    /// Whether the count is there.
    pub status: SentCountStatus,
    /// Messages sent through the API, where the count is ready.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub success: Option<u64>,
    /// Fields that this version does not know.
    #[serde(flatten)]
    pub extra: Extra,
}

/// Whether a day's count is there.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum SentCountStatus {
    /// It is.
    Ready,
    /// Not yet; usually it is the next day.
    Unready,
    /// LINE did not count on that day: it began on 2018-03-31.
    OutOfService,
    /// Too few to be told.
    UnavailableForPrivacy,
    /// A word that this version does not know.
    #[serde(untagged)]
    Other(String),
}

impl Client {
    /// How many messages were sent on a day, a day of UTC+9.
    ///
    /// # Source
    /// <https://developers.line.biz/en/reference/messaging-api/#get-number-of-push-messages>
    pub async fn sent_count(
        &self,
        kind: SentCountKind,
        date: Date,
    ) -> Result<Answer<SentCount>, Error> {
        let date = format!("{:04}{:02}{:02}", date.year(), date.month(), date.day());
        self.get(&ROUTE, &Target::new(&ROUTE, &[kind.as_str()])?.query("date", &date)).await
    }
}
