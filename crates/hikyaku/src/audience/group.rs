use hikyaku_model::Extra;
use serde::{Deserialize, Serialize};

/// An audience.
///
/// Source: <https://developers.line.biz/en/reference/messaging-api/#get-audience-group>
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct AudienceGroup {
    /// The audience's id.
    pub audience_group_id: u64,
    /// What it was made of.
    #[serde(rename = "type")]
    pub audience_type: AudienceType,
    /// Its name.
    pub description: String,
    /// Whether it can be used.
    pub status: AudienceStatus,
    /// Why it cannot, where it failed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub failed_type: Option<AudienceFailedType>,
    /// How many users it has.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub audience_count: Option<u64>,
    /// When it was made, in seconds since 1970.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub created: Option<i64>,
    /// The request whose messages it was made of, where it was.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub request_id: Option<String>,
    /// The link that it was made of, where it was.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub click_url: Option<String>,
    /// Whether it was given by advertising ids (IFA) rather than user ids.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub is_ifa_audience: Option<bool>,
    /// What the channel may do with it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub permission: Option<AudiencePermission>,
    /// Where it was made.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub create_route: Option<AudienceCreateRoute>,
    /// Fields that this version does not know.
    #[serde(flatten)]
    pub extra: Extra,
}

/// An audience that was made, and is not ready yet.
///
/// Source: <https://developers.line.biz/en/reference/messaging-api/#create-upload-audience-group>
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct CreatedAudience {
    /// The audience's id.
    pub audience_group_id: u64,
    /// What it was made of.
    #[serde(rename = "type")]
    pub audience_type: AudienceType,
    /// Its name.
    pub description: String,
    /// When it was made, in seconds since 1970.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub created: Option<i64>,
    /// The request whose messages it is made of, where it is.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub request_id: Option<String>,
    /// The link that it is made of, where it is.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub click_url: Option<String>,
    /// Where it was made.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub create_route: Option<AudienceCreateRoute>,
    /// What the channel may do with it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub permission: Option<AudiencePermission>,
    /// When LINE will delete it, in seconds since 1970.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub expire_timestamp: Option<i64>,
    /// Whether it was given by advertising ids (IFA) rather than user ids.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub is_ifa_audience: Option<bool>,
    /// Fields that this version does not know.
    #[serde(flatten)]
    pub extra: Extra,
}

/// One addition of users to an audience.
///
/// Source: <https://developers.line.biz/en/reference/messaging-api/#get-audience-group>
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct AudienceJob {
    /// The job's id.
    pub audience_group_job_id: u64,
    /// The audience.
    pub audience_group_id: u64,
    /// The name of the upload.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    /// What it does.
    #[serde(rename = "type", skip_serializing_if = "Option::is_none")]
    pub job_type: Option<AudienceJobType>,
    /// How far it is.
    pub job_status: AudienceJobStatus,
    /// Why it failed, where it did.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub failed_type: Option<AudienceFailedType>,
    /// How many users it added.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub audience_count: Option<u64>,
    /// When it was asked for, in seconds since 1970.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub created: Option<i64>,
    /// Fields that this version does not know.
    #[serde(flatten)]
    pub extra: Extra,
}

/// What an audience was made of.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
#[non_exhaustive]
pub enum AudienceType {
    /// Ids that were uploaded.
    Upload,
    /// Users who opened a link of a message.
    Click,
    /// Users who saw a message.
    Imp,
    /// Users whose chat has a tag.
    ChatTag,
    /// Users who became friends in a certain way.
    FriendPath,
    /// Users with a reservation.
    Reservation,
    /// Users of an app who did something in it.
    AppEvent,
    /// Users who watched a video.
    VideoView,
    /// Visitors of a web site, by LINE Tag.
    Webtraffic,
    /// Users who tapped an image.
    ImageClick,
    /// Users who saw a rich menu.
    RichmenuImp,
    /// Users who tapped a rich menu.
    RichmenuClick,
    /// Users who saw an advertisement of LINE POP.
    PopAdImp,
    /// Visitors of a web site, by tracking tag.
    #[serde(rename = "TRACKINGTAG_WEBTRAFFIC")]
    TrackingTagWebtraffic,
    /// A word that this version does not know.
    #[serde(untagged)]
    Other(String),
}

/// Whether an audience can be used.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
#[non_exhaustive]
pub enum AudienceStatus {
    /// LINE makes it.
    InProgress,
    /// It can.
    Ready,
    /// It could not be made.
    Failed,
    /// It is too old.
    Expired,
    /// It was not used for long and sleeps.
    Inactive,
    /// It is being woken.
    Activating,
    /// A word that this version does not know.
    #[serde(untagged)]
    Other(String),
}

/// Why an audience or a job failed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
#[non_exhaustive]
pub enum AudienceFailedType {
    /// It has too few users.
    AudienceGroupAudienceInsufficient,
    /// LINE failed.
    InternalError,
    /// A word that this version does not know.
    #[serde(untagged)]
    Other(String),
}

/// What the channel may do with an audience.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
#[non_exhaustive]
pub enum AudiencePermission {
    /// Use it.
    Read,
    /// Use and change it.
    ReadWrite,
    /// A word that this version does not know.
    #[serde(untagged)]
    Other(String),
}

/// Where an audience was made.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
#[non_exhaustive]
pub enum AudienceCreateRoute {
    /// In LINE's manager.
    OaManager,
    /// By the API.
    MessagingApi,
    /// In LINE's point advertisements.
    PointAd,
    /// In LINE's advertisement manager.
    AdManager,
    /// A word that this version does not know.
    #[serde(untagged)]
    Other(String),
}

impl AudienceCreateRoute {
    pub(super) fn as_str(&self) -> &str {
        match self {
            Self::OaManager => "OA_MANAGER",
            Self::MessagingApi => "MESSAGING_API",
            Self::PointAd => "POINT_AD",
            Self::AdManager => "AD_MANAGER",
            Self::Other(word) => word,
        }
    }
}

impl AudienceStatus {
    pub(super) fn as_str(&self) -> &str {
        match self {
            Self::InProgress => "IN_PROGRESS",
            Self::Ready => "READY",
            Self::Failed => "FAILED",
            Self::Expired => "EXPIRED",
            Self::Inactive => "INACTIVE",
            Self::Activating => "ACTIVATING",
            Self::Other(word) => word,
        }
    }
}

/// What a job does.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
#[non_exhaustive]
pub enum AudienceJobType {
    /// It adds users.
    DiffAdd,
    /// A word that this version does not know.
    #[serde(untagged)]
    Other(String),
}

/// How far a job is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
#[non_exhaustive]
pub enum AudienceJobStatus {
    /// It waits.
    Queued,
    /// LINE is at it.
    Working,
    /// It is done.
    Finished,
    /// It failed.
    Failed,
    /// A word that this version does not know.
    #[serde(untagged)]
    Other(String),
}
