use hikyaku_model::Extra;
use serde::{Deserialize, Serialize};

use crate::{
    Answer, Client, Error,
    page::{Page, Paged},
    route::Route,
};

pub(crate) static INFO: Route =
    Route::get("getAggregationUnitUsage", "/v2/bot/message/aggregation/info");
pub(crate) static LIST: Route =
    Route::get("getAggregationUnitNameList", "/v2/bot/message/aggregation/list")
        .query(&["limit", "start"]);

/// The number of aggregation units used this month.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct AggregationUnitUsage {
    /// The number of names. A month allows 1,000; messages under further names are sent but not counted.
    pub num_of_custom_aggregation_units: u64,
    /// Fields that this version does not know.
    #[serde(flatten)]
    pub extra: Extra,
}

/// A page of names of aggregation units.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct AggregationUnitNames {
    /// The names used this month.
    pub custom_aggregation_units: Vec<String>,
    /// The token for the start of the next page, if there is one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub next: Option<String>,
    /// Fields that this version does not know.
    #[serde(flatten)]
    pub extra: Extra,
}

impl Page for AggregationUnitNames {
    type Item = String;

    fn next_start(&self) -> Option<String> {
        self.next.clone()
    }

    fn into_items(self) -> Vec<String> {
        self.custom_aggregation_units
    }
}

impl Paged<'_, AggregationUnitNames> {
    /// Sets the page size: 1 to 100 names; LINE's default is 100.
    pub fn limit(self, limit: u32) -> Self {
        self.query("limit", &limit.to_string())
    }
}

impl Client {
    /// Returns the number of aggregation units used this month.
    ///
    /// # Source
    /// <https://developers.line.biz/en/reference/messaging-api/#get-the-number-of-unit-name-types-assigned-during-this-month>
    pub async fn aggregation_unit_usage(&self) -> Result<Answer<AggregationUnitUsage>, Error> {
        self.request(&INFO, &[])?.read().await
    }

    /// Lists the names of the aggregation units used this month.
    ///
    /// # Source
    /// <https://developers.line.biz/en/reference/messaging-api/#get-a-list-of-unit-names-assigned-during-this-month>
    pub fn aggregation_units(&self) -> Paged<'_, AggregationUnitNames> {
        Paged::new(self, &LIST, &[])
    }
}
