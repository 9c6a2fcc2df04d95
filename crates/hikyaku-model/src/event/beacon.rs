use serde::Serialize;

use super::object::object;
use crate::{Extra, shared_str::SharedStr, word::words};

/// The beacon that a user came near.
///
/// Source: <https://developers.line.biz/en/reference/messaging-api/#beacon-event>
#[derive(Clone, Debug, PartialEq, Serialize)]
#[non_exhaustive]
pub struct BeaconContent<S = SharedStr> {
    /// The hardware id of the beacon.
    pub hwid: S,
    /// What the user did.
    pub r#type: BeaconType,
    /// What the beacon says, in hexadecimal digits.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub dm: Option<S>,
    /// Fields that this version does not know.
    #[serde(flatten)]
    pub extra: Extra,
}

impl<S> BeaconContent<S> {
    /// What a user did at the beacon of this hardware id.
    pub fn new(hwid: impl Into<S>, r#type: BeaconType) -> Self {
        Self { hwid: hwid.into(), r#type, dm: None, extra: Extra::default() }
    }
}

object! {
    BeaconContent<S> is "a beacon, which is an object" {
        required hwid = "hwid",
        required r#type = "type",
        optional dm = "dm",
    }
}

words! {
    /// What a user did at a beacon.
    BeaconType {
        /// Came within its reach.
        Enter = "enter",
        /// Touched the banner of the beacon.
        Banner = "banner",
        /// Stays within its reach; sent again and again, at least 10 seconds apart.
        Stay = "stay",
    }
}
