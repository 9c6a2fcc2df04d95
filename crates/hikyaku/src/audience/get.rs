use hikyaku_model::Extra;
use serde::{Deserialize, Serialize};

use super::{AudienceGroup, AudienceJob};
use crate::{Answer, Client, Error, route::Route};

pub(super) static GET: Route =
    Route::get("getAudienceData", "/v2/bot/audienceGroup/{audienceGroupId}");
pub(super) static SHARED: Route =
    Route::get("getSharedAudienceData", "/v2/bot/audienceGroup/shared/{audienceGroupId}");

/// An audience and its jobs.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct AudienceData {
    /// The audience.
    pub audience_group: AudienceGroup,
    /// The jobs that added users, at most 50.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub jobs: Option<Vec<AudienceJob>>,
    /// The advertising account that shares it, if any.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub adaccount: Option<AdAccount>,
    /// Fields that this version does not know.
    #[serde(flatten)]
    pub extra: Extra,
}

/// An advertising account.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct AdAccount {
    /// The name.
    pub name: String,
    /// Fields that this version does not know.
    #[serde(flatten)]
    pub extra: Extra,
}

/// An audience shared by another account of the same business, with its jobs.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct SharedAudienceData {
    /// The audience.
    pub audience_group: AudienceGroup,
    /// The jobs that added users, at most 50.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub jobs: Option<Vec<AudienceJob>>,
    /// The owner.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub owner: Option<SharedAudienceOwner>,
    /// Fields that this version does not know.
    #[serde(flatten)]
    pub extra: Extra,
}

/// The owner of a shared audience.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct SharedAudienceOwner {
    /// The service in which it was created.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub service_type: Option<String>,
    /// The owner's id in that service.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub id: Option<String>,
    /// The owner's name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// Fields that this version does not know.
    #[serde(flatten)]
    pub extra: Extra,
}

impl Client {
    /// Returns an audience and its jobs.
    ///
    /// # Errors
    /// [`Rejected`](crate::ErrorKind::Rejected): the audience does not exist. LINE answers with 400, not with 404.
    /// # Source
    /// <https://developers.line.biz/en/reference/messaging-api/#get-audience-group>
    pub async fn audience(&self, audience_group_id: u64) -> Result<Answer<AudienceData>, Error> {
        self.request(&GET, &[&audience_group_id.to_string()])?.read().await
    }

    /// Returns an audience shared by another account of the same business.
    ///
    /// # Source
    /// <https://developers.line.biz/en/reference/messaging-api/#get-shared-audience>
    pub async fn shared_audience(
        &self,
        audience_group_id: u64,
    ) -> Result<Answer<SharedAudienceData>, Error> {
        self.request(&SHARED, &[&audience_group_id.to_string()])?.read().await
    }
}
