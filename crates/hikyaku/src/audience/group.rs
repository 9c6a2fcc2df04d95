use hikyaku_model::{Extra, Object, open_words};
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

open_words! {
    /// The kind of audience: how its users were chosen.
    AudienceType {
        /// Ids that were uploaded.
        Upload = "UPLOAD",
        /// Users who opened a link of a message.
        Click = "CLICK",
        /// Users who saw a message.
        Imp = "IMP",
        /// Users whose chat has a tag.
        ChatTag = "CHAT_TAG",
        /// Users who became friends by a certain path.
        FriendPath = "FRIEND_PATH",
        /// Users with a reservation.
        Reservation = "RESERVATION",
        /// Users of an app who did something in it.
        AppEvent = "APP_EVENT",
        /// Users who watched a video.
        VideoView = "VIDEO_VIEW",
        /// Visitors of a web site, by LINE Tag.
        Webtraffic = "WEBTRAFFIC",
        /// Users who tapped an image.
        ImageClick = "IMAGE_CLICK",
        /// Users who saw a rich menu.
        RichmenuImp = "RICHMENU_IMP",
        /// Users who tapped a rich menu.
        RichmenuClick = "RICHMENU_CLICK",
        /// Users who saw an advertisement of LINE Beacon Network.
        PopAdImp = "POP_AD_IMP",
        /// Visitors of a web site, by tracking tag.
        TrackingTagWebtraffic = "TRACKINGTAG_WEBTRAFFIC",
    }

    /// The status of an audience.
    AudienceStatus {
        /// LINE is creating it.
        InProgress = "IN_PROGRESS",
        /// It can be used.
        Ready = "READY",
        /// LINE could not create it.
        Failed = "FAILED",
        /// It has expired.
        Expired = "EXPIRED",
        /// It has not been used for long and is inactive.
        Inactive = "INACTIVE",
        /// LINE is activating it.
        Activating = "ACTIVATING",
    }

    /// The reason why an audience or a job failed.
    AudienceFailedType {
        /// It has too few users.
        AudienceGroupAudienceInsufficient = "AUDIENCE_GROUP_AUDIENCE_INSUFFICIENT",
        /// An internal error of LINE's.
        InternalError = "INTERNAL_ERROR",
    }

    /// A channel's permission for an audience.
    AudiencePermission {
        /// Use it.
        Read = "READ",
        /// Use and change it.
        ReadWrite = "READ_WRITE",
    }

    /// The tool with which an audience was created.
    AudienceCreateRoute {
        /// LINE Official Account Manager.
        OaManager = "OA_MANAGER",
        /// The Messaging API.
        MessagingApi = "MESSAGING_API",
        /// LINE's point ads.
        PointAd = "POINT_AD",
        /// LINE Ads Manager.
        AdManager = "AD_MANAGER",
        /// Business Manager.
        BusinessManager = "BUSINESS_MANAGER",
        /// LY Ads Display Ads.
        YahooDisplayAds = "YAHOO_DISPLAY_ADS",
    }
    /// The kind of a job.
    AudienceJobType {
        /// It adds users.
        DiffAdd = "DIFF_ADD",
    }

    /// The status of a job.
    AudienceJobStatus {
        /// The job is queued.
        Queued = "QUEUED",
        /// The job is running.
        Working = "WORKING",
        /// The job has finished.
        Finished = "FINISHED",
        /// The job has failed.
        Failed = "FAILED",
    }
}
