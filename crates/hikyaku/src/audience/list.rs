use hikyaku_model::Extra;
use serde::{Deserialize, Serialize};

use super::{AudienceCreateRoute, AudienceGroup, AudienceStatus};
use crate::{
    Client,
    page::{Page, Paged},
    route::Route,
};

pub(super) static LIST: Route = Route::get("getAudienceGroups", "/v2/bot/audienceGroup/list")
    .query(&[
        "page",
        "description",
        "status",
        "size",
        "includesExternalPublicGroups",
        "createRoute",
    ]);
pub(super) static SHARED: Route =
    Route::get("getSharedAudienceGroups", "/v2/bot/audienceGroup/shared/list").query(&[
        "page",
        "description",
        "status",
        "size",
        "createRoute",
        "includesOwnedAudienceGroups",
    ]);

/// A page of audiences.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct AudienceGroups {
    /// The audiences.
    pub audience_groups: Vec<AudienceGroup>,
    /// Whether another page follows.
    pub has_next_page: bool,
    /// The total number of audiences.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub total_count: Option<u64>,
    /// The number of audiences that the channel may change.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub read_write_audience_group_total_count: Option<u64>,
    /// The number of this page, from 1.
    pub page: u64,
    /// The maximum number of audiences on a page.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub size: Option<u64>,
    /// Fields that this version does not know.
    #[serde(flatten)]
    pub extra: Extra,
}

impl Page for AudienceGroups {
    type Item = AudienceGroup;

    const START: &'static str = "page";

    fn next_start(&self) -> Option<String> {
        let next = self.page.checked_add(1).filter(|_| self.has_next_page)?;
        Some(next.to_string())
    }

    fn into_items(self) -> Vec<AudienceGroup> {
        self.audience_groups
    }
}

/// [`start`](Paged::start) takes the number of a page, from 1.
impl Paged<'_, AudienceGroups> {
    /// Filters by a part of the name, ignoring case.
    pub fn description(self, part: &str) -> Self {
        self.query("description", part)
    }

    /// Filters by status.
    pub fn status(self, status: &AudienceStatus) -> Self {
        self.query("status", status.as_str())
    }

    /// Sets the page size: 1 to 40 audiences; LINE's default is 20.
    pub fn size(self, size: u32) -> Self {
        self.query("size", &size.to_string())
    }

    /// Filters by the tool with which the audience was created.
    pub fn create_route(self, route: &AudienceCreateRoute) -> Self {
        self.query("createRoute", route.as_str())
    }
}

impl Client {
    /// Lists the channel's audiences. `includes_external_public_groups` says whether public audiences of others are
    /// among them; LINE's default is to include them.
    ///
    /// # Source
    /// <https://developers.line.biz/en/reference/messaging-api/#get-audience-groups>
    pub fn audiences(&self, includes_external_public_groups: bool) -> Paged<'_, AudienceGroups> {
        let includes = if includes_external_public_groups { "true" } else { "false" };
        Paged::new(self, &LIST, &[]).query("includesExternalPublicGroups", includes).start("1")
    }

    /// Lists the audiences shared by other accounts of the same business, with or without the account's own.
    ///
    /// # Source
    /// <https://developers.line.biz/en/reference/messaging-api/#get-shared-audience-list>
    pub fn shared_audiences(
        &self,
        includes_owned_audience_groups: bool,
    ) -> Paged<'_, AudienceGroups> {
        let includes = if includes_owned_audience_groups { "true" } else { "false" };
        Paged::new(self, &SHARED, &[]).query("includesOwnedAudienceGroups", includes).start("1")
    }
}
