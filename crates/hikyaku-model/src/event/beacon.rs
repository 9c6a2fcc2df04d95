use serde::Serialize;

use super::object::object;
use crate::{Extra, shared_str::SharedStr, word::words};

/// The payload of a beacon event.
///
/// Source: <https://developers.line.biz/en/reference/messaging-api/#beacon-event>
#[derive(Clone, Debug, PartialEq, Serialize)]
#[non_exhaustive]
pub struct BeaconContent<S = SharedStr> {
    /// The hardware id of the beacon.
    pub hwid: S,
    /// The interaction with the beacon.
    pub r#type: BeaconType,
    /// The beacon's device message, in hexadecimal digits.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub dm: Option<S>,
    /// Fields that this version does not know.
    #[serde(flatten)]
    pub extra: Extra,
}

impl<S> BeaconContent<S> {
    /// Creates the payload for a user's interaction with the beacon of this hardware id.
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
    /// A user's interaction with a beacon.
    BeaconType {
        /// The user entered the beacon's range.
        Enter = "enter",
        /// The user tapped the beacon's banner.
        Banner = "banner",
        /// The user stays in range. LINE repeats this event, at least 10 seconds apart.
        Stay = "stay",
    }
}
