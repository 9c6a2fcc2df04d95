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
    /// How many audiences there are.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub total_count: Option<u64>,
    /// How many of them the channel may change.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub read_write_audience_group_total_count: Option<u64>,
    /// Which page this is, from 1.
    pub page: u64,
    /// How many audiences a page has at most.
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

/// Its [`start`](Paged::start) is the number of a page, from 1.
impl Paged<'_, AudienceGroups> {
    /// Only audiences whose name contains this, in whatever case.
    pub fn description(self, part: &str) -> Self {
        self.query("description", part)
    }

    /// Only audiences of this status.
    pub fn status(self, status: &AudienceStatus) -> Self {
        self.query("status", status.as_str())
    }

    /// How many audiences a page has at most: 1 to 40, 20 unless set.
    pub fn size(self, size: u32) -> Self {
        self.query("size", &size.to_string())
    }

    /// Only audiences that were made there.
    pub fn create_route(self, route: &AudienceCreateRoute) -> Self {
        self.query("createRoute", route.as_str())
    }
}

impl Client {
    /// The channel's audiences. Whether those of others that are public are among them is yours to say; LINE thinks
    /// they are.
    ///
    /// # Source
    /// <https://developers.line.biz/en/reference/messaging-api/#get-audience-groups>
    pub fn audiences(&self, includes_external_public_groups: bool) -> Paged<'_, AudienceGroups> {
        let includes = if includes_external_public_groups { "true" } else { "false" };
        Paged::new(self, &LIST, &[]).query("includesExternalPublicGroups", includes).start("1")
    }

    /// The audiences that other accounts of the same business share, with or without the account's own.
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
