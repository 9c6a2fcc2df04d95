use serde::{Deserialize, Serialize};

use crate::{
    Extra,
    union::{extra, tagged},
};

tagged!(CameraAction = "camera", CameraRollAction = "cameraRoll", LocationAction = "location");

/// Opens the camera. Quick replies only.
///
/// Source: <https://developers.line.biz/en/reference/messaging-api/#camera-action>
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "type", rename = "camera", rename_all = "camelCase")]
#[non_exhaustive]
pub struct CameraAction {
    /// The label, at most 20 grapheme clusters; required.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub label: Option<String>,
    /// Fields that this version does not know.
    #[serde(flatten, deserialize_with = "extra::<_, CameraAction>")]
    pub extra: Extra,
}

impl CameraAction {
    /// Creates the action with a label.
    pub fn new(label: impl Into<String>) -> Self {
        Self { label: Some(label.into()), extra: Extra::default() }
    }
}

/// Opens the camera roll. Quick replies only.
///
/// Source: <https://developers.line.biz/en/reference/messaging-api/#camera-roll-action>
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "type", rename = "cameraRoll", rename_all = "camelCase")]
#[non_exhaustive]
pub struct CameraRollAction {
    /// The label, at most 20 grapheme clusters; required.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub label: Option<String>,
    /// Fields that this version does not know.
    #[serde(flatten, deserialize_with = "extra::<_, CameraRollAction>")]
    pub extra: Extra,
}

impl CameraRollAction {
    /// Creates the action with a label.
    pub fn new(label: impl Into<String>) -> Self {
        Self { label: Some(label.into()), extra: Extra::default() }
    }
}

/// Lets the user send a location. Quick replies only.
///
/// Source: <https://developers.line.biz/en/reference/messaging-api/#location-action>
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "type", rename = "location", rename_all = "camelCase")]
#[non_exhaustive]
pub struct LocationAction {
    /// The label, at most 20 grapheme clusters; required.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub label: Option<String>,
    /// Fields that this version does not know.
    #[serde(flatten, deserialize_with = "extra::<_, LocationAction>")]
    pub extra: Extra,
}

impl LocationAction {
    /// Creates the action with a label.
    pub fn new(label: impl Into<String>) -> Self {
        Self { label: Some(label.into()), extra: Extra::default() }
    }
}
