use hikyaku_model::Extra;
use serde::{Deserialize, Serialize};

use super::{AudienceGroup, AudienceJob};
use crate::{Answer, Client, Error, route::Route};

pub(super) static GET: Route =
    Route::get("getAudienceData", "/v2/bot/audienceGroup/{audienceGroupId}");
pub(super) static SHARED: Route =
    Route::get("getSharedAudienceData", "/v2/bot/audienceGroup/shared/{audienceGroupId}");

/// An audience and what was added to it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct AudienceData {
    /// The audience.
    pub audience_group: AudienceGroup,
    /// The additions of users, at most 50.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub jobs: Option<Vec<AudienceJob>>,
    /// The advertisement account that shares it, where one does.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub adaccount: Option<AdAccount>,
    /// Fields that this version does not know.
    #[serde(flatten)]
    pub extra: Extra,
}

/// An advertisement account.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct AdAccount {
    /// Its name.
    pub name: String,
    /// Fields that this version does not know.
    #[serde(flatten)]
    pub extra: Extra,
}

/// An audience that another account of the same business shares, and what was added to it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct SharedAudienceData {
    /// The audience.
    pub audience_group: AudienceGroup,
    /// The additions of users, at most 50.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub jobs: Option<Vec<AudienceJob>>,
    /// Whose it is.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub owner: Option<SharedAudienceOwner>,
    /// Fields that this version does not know.
    #[serde(flatten)]
    pub extra: Extra,
}

/// Whose a shared audience is.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct SharedAudienceOwner {
    /// The service that it was made in.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub service_type: Option<String>,
    /// The owner's id there.
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
    /// An audience and what was added to it.
    ///
    /// # Errors
    /// [`Rejected`](crate::ErrorKind::Rejected), not `NotFound`: there is no such audience.
    /// # Source
    /// <https://developers.line.biz/en/reference/messaging-api/#get-audience-group>
    pub async fn audience(&self, audience_group_id: u64) -> Result<Answer<AudienceData>, Error> {
        self.request(&GET, &[&audience_group_id.to_string()])?.read().await
    }

    /// An audience that another account of the same business shares.
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
