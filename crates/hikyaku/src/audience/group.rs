use hikyaku_model::{Extra, Object};
use serde::{Deserialize, Serialize};

/// An audience.
///
/// Source: <https://developers.line.biz/en/reference/messaging-api/#get-audience-group>
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct AudienceGroup {
    /// The audience group id.
    pub audience_group_id: u64,
    /// The kind of audience: how its users were chosen.
    #[serde(rename = "type")]
    pub audience_type: AudienceType,
    /// The name.
    pub description: String,
    /// The status, such as ready for use.
    pub status: AudienceStatus,
    /// The reason for the failure, if it failed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub failed_type: Option<AudienceFailedType>,
    /// The number of users, with those who have blocked the account. LINE says 0 where there are fewer than 20, unless user
    /// ids were uploaded or the users' chats have a tag.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub audience_count: Option<u64>,
    /// The time of creation, in seconds since 1970.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub created: Option<i64>,
    /// The time at which it expires, in seconds since 1970; only some audiences do.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub expire_timestamp: Option<i64>,
    /// The time at which it was activated, in seconds since 1970, if it was created with LINE's advertising tools.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub activated: Option<i64>,
    /// The time at which it becomes inactive, in seconds since 1970, if it was created with LINE's advertising tools.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub inactivated_timestamp: Option<i64>,
    /// The same as `inactivated_timestamp`, by the name that it has in the examples of LINE's reference.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub inactive_timestamp: Option<i64>,
    /// The tag and the conditions of an audience of a web site's visitors.
    ///
    /// Source: <https://developers.line.biz/en/reference/messaging-api/#get-shared-audience-response-webtraffic>
    #[serde(skip_serializing_if = "Option::is_none")]
    pub webtraffic: Option<Object>,
    /// The request id of the messages on which it is based, if any.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub request_id: Option<String>,
    /// The link on which it is based, if any.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub click_url: Option<String>,
    /// Whether its ids are advertising ids (IFA) rather than user ids.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub is_ifa_audience: Option<bool>,
    /// The channel's permission for it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub permission: Option<AudiencePermission>,
    /// The tool with which it was created.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub create_route: Option<AudienceCreateRoute>,
    /// Fields that this version does not know.
    #[serde(flatten)]
    pub extra: Extra,
}

/// A new audience, which is not ready yet.
///
/// Source: <https://developers.line.biz/en/reference/messaging-api/#create-upload-audience-group>
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct CreatedAudience {
    /// The audience group id.
    pub audience_group_id: u64,
    /// The kind of audience: how its users were chosen.
    #[serde(rename = "type")]
    pub audience_type: AudienceType,
    /// The name.
    pub description: String,
    /// The time of creation, in seconds since 1970.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub created: Option<i64>,
    /// The request id of the messages on which it is based, if any.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub request_id: Option<String>,
    /// The link on which it is based, if any.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub click_url: Option<String>,
    /// The tool with which it was created.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub create_route: Option<AudienceCreateRoute>,
    /// The channel's permission for it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub permission: Option<AudiencePermission>,
    /// The time at which LINE will delete it, in seconds since 1970.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub expire_timestamp: Option<i64>,
    /// Whether its ids are advertising ids (IFA) rather than user ids.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub is_ifa_audience: Option<bool>,
    /// Fields that this version does not know.
    #[serde(flatten)]
    pub extra: Extra,
}

/// A job that adds users to an audience.
///
/// Source: <https://developers.line.biz/en/reference/messaging-api/#get-audience-group>
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct AudienceJob {
    /// The job id.
    pub audience_group_job_id: u64,
    /// The audience group id.
    pub audience_group_id: u64,
    /// The name of the upload.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    /// The kind of job.
    #[serde(rename = "type", skip_serializing_if = "Option::is_none")]
    pub job_type: Option<AudienceJobType>,
    /// The value of a field that LINE has deprecated: see `job_status`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub status: Option<String>,
    /// The status of the job.
    pub job_status: AudienceJobStatus,
    /// The reason for the failure, if it failed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub failed_type: Option<AudienceFailedType>,
    /// The number of users that it added.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub audience_count: Option<u64>,
    /// The time of the request, in seconds since 1970.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub created: Option<i64>,
    /// Fields that this version does not know.
    #[serde(flatten)]
    pub extra: Extra,
}

/// The kind of audience: how its users were chosen.
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
    /// Users who became friends by a certain path.
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
    /// Users who saw an advertisement of LINE Beacon Network.
    PopAdImp,
    /// Visitors of a web site, by tracking tag.
    #[serde(rename = "TRACKINGTAG_WEBTRAFFIC")]
    TrackingTagWebtraffic,
    /// A value that this version does not know.
    #[serde(untagged)]
    Other(String),
}

/// The status of an audience.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
#[non_exhaustive]
pub enum AudienceStatus {
    /// LINE is creating it.
    InProgress,
    /// It can be used.
    Ready,
    /// LINE could not create it.
    Failed,
    /// It has expired.
    Expired,
    /// It has not been used for long and is inactive.
    Inactive,
    /// LINE is activating it.
    Activating,
    /// A value that this version does not know.
    #[serde(untagged)]
    Other(String),
}

/// The reason why an audience or a job failed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
#[non_exhaustive]
pub enum AudienceFailedType {
    /// It has too few users.
    AudienceGroupAudienceInsufficient,
    /// An internal error of LINE's.
    InternalError,
    /// A value that this version does not know.
    #[serde(untagged)]
    Other(String),
}

/// A channel's permission for an audience.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
#[non_exhaustive]
pub enum AudiencePermission {
    /// Use it.
    Read,
    /// Use and change it.
    ReadWrite,
    /// A value that this version does not know.
    #[serde(untagged)]
    Other(String),
}

/// The tool with which an audience was created.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
#[non_exhaustive]
pub enum AudienceCreateRoute {
    /// LINE Official Account Manager.
    OaManager,
    /// The Messaging API.
    MessagingApi,
    /// LINE's point ads.
    PointAd,
    /// LINE Ads Manager.
    AdManager,
    /// Business Manager.
    BusinessManager,
    /// LY Ads Display Ads.
    YahooDisplayAds,
    /// A value that this version does not know.
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
            Self::BusinessManager => "BUSINESS_MANAGER",
            Self::YahooDisplayAds => "YAHOO_DISPLAY_ADS",
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

/// The kind of a job.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
#[non_exhaustive]
pub enum AudienceJobType {
    /// It adds users.
    DiffAdd,
    /// A value that this version does not know.
    #[serde(untagged)]
    Other(String),
}

/// The status of a job.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
#[non_exhaustive]
pub enum AudienceJobStatus {
    /// The job is queued.
    Queued,
    /// The job is running.
    Working,
    /// The job has finished.
    Finished,
    /// The job has failed.
    Failed,
    /// A value that this version does not know.
    #[serde(untagged)]
    Other(String),
}
