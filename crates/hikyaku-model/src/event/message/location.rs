use serde::Serialize;

use crate::shared_str::SharedStr;

/// A location that a user sent.
///
/// Source: <https://developers.line.biz/en/reference/messaging-api/#wh-location>
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct LocationMessageContent<S = SharedStr> {
    /// The name of the location.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub title: Option<S>,
    /// The address of the location.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub address: Option<S>,
    /// The latitude, in degrees.
    pub latitude: f64,
    /// The longitude, in degrees.
    pub longitude: f64,
}
