use hikyaku_model::Extra;
use serde::{Deserialize, Serialize};

use super::{LiffApp, LiffAppUpdate, NewLiffApp};
use crate::{Answer, Client, Error, route::Route};

pub(super) static ADD: Route = Route::post("addLIFFApp", "/liff/v1/apps").unnamed();
pub(super) static LIST: Route = Route::get("getAllLIFFApps", "/liff/v1/apps").unnamed();
pub(super) static UPDATE: Route = Route::put("updateLIFFApp", "/liff/v1/apps/{liffId}").unnamed();
pub(super) static DELETE: Route =
    Route::delete("deleteLIFFApp", "/liff/v1/apps/{liffId}").unnamed();

/// The id of a new LIFF app.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct LiffId {
    /// The app id.
    pub liff_id: String,
    /// Fields that this version does not know.
    #[serde(flatten)]
    pub extra: Extra,
}

/// The channel's LIFF apps.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct LiffApps {
    /// The apps, at most 30.
    pub apps: Vec<LiffApp>,
    /// Fields that this version does not know.
    #[serde(flatten)]
    pub extra: Extra,
}

impl Client {
    /// Adds a LIFF app to a LINE Login channel.
    ///
    /// # Limits
    /// 30 apps a channel.
    /// # Source
    /// <https://developers.line.biz/en/reference/liff-server/#add-liff-app>
    pub async fn add_liff_app(&self, app: &NewLiffApp) -> Result<Answer<LiffId>, Error> {
        self.request(&ADD, &[])?.json(app)?.read().await
    }

    /// Returns the channel's LIFF apps, or `None` if it has none.
    ///
    /// # Source
    /// <https://developers.line.biz/en/reference/liff-server/#get-all-liff-apps>
    pub async fn liff_apps(&self) -> Result<Answer<Option<LiffApps>>, Error> {
        // LINE does not document the message of this 404. The token identifies the channel, so nothing else can be
        // missing.
        self.request(&LIST, &[])?.read_or_none(|_| true).await
    }

    /// Updates a LIFF app.
    ///
    /// # Source
    /// <https://developers.line.biz/en/reference/liff-server/#update-liff-app>
    pub async fn update_liff_app(
        &self,
        liff_id: &str,
        update: &LiffAppUpdate,
    ) -> Result<Answer<()>, Error> {
        self.request(&UPDATE, &[liff_id])?.json(update)?.send().await?.empty()
    }

    /// Deletes a LIFF app.
    ///
    /// # Source
    /// <https://developers.line.biz/en/reference/liff-server/#delete-liff-app>
    pub async fn delete_liff_app(&self, liff_id: &str) -> Result<Answer<()>, Error> {
        self.request(&DELETE, &[liff_id])?.send().await?.empty()
    }
}
