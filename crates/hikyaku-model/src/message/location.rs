use serde::{Deserialize, Deserializer, Serialize, de};
use serde_json::Number;

use crate::{
    Check, Checker, Extra,
    limits::{Length, Problem},
    union::{extra, tagged},
};

/// The title of a location.
///
/// Source: <https://developers.line.biz/en/reference/messaging-api/#location-message>
pub const LOCATION_TITLE: Length = Length::utf16(100);

/// The address of a location.
///
/// Source: <https://developers.line.biz/en/reference/messaging-api/#location-message>
pub const LOCATION_ADDRESS: Length = Length::utf16(100);

/// A location message: a place on the map.
///
/// Source: <https://developers.line.biz/en/reference/messaging-api/#location-message>
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "type", rename = "location", rename_all = "camelCase")]
#[non_exhaustive]
pub struct LocationMessage {
    /// The title, at most 100 UTF-16 code units.
    pub title: String,
    /// The address, at most 100 UTF-16 code units.
    pub address: String,
    /// The latitude, from -90 to 90.
    pub latitude: Degrees,
    /// The longitude, from -180 to 180.
    pub longitude: Degrees,
    /// Fields that this version does not know.
    #[serde(flatten, deserialize_with = "extra::<_, LocationMessage>")]
    pub extra: Extra,
}

/// An angle in degrees. It is written as it was read: `35` stays `35`, and `35.0` stays `35.0`.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
#[serde(untagged)]
pub enum Degrees {
    /// A number without a fraction.
    Whole(i64),
    /// A number with a fraction.
    Decimal(f64),
}

tagged!(LocationMessage = "location");

impl LocationMessage {
    /// Creates a location message.
    pub fn new(
        title: impl Into<String>,
        address: impl Into<String>,
        latitude: impl Into<Degrees>,
        longitude: impl Into<Degrees>,
    ) -> Self {
        Self {
            title: title.into(),
            address: address.into(),
            latitude: latitude.into(),
            longitude: longitude.into(),
            extra: Extra::default(),
        }
    }
}

impl Degrees {
    /// Returns the angle as a number.
    #[expect(clippy::cast_precision_loss, reason = "an angle that large is refused anyway")]
    pub fn get(self) -> f64 {
        match self {
            Self::Whole(degrees) => degrees as f64,
            Self::Decimal(degrees) => degrees,
        }
    }
}

impl From<f64> for Degrees {
    fn from(degrees: f64) -> Self {
        Self::Decimal(degrees)
    }
}

impl<'de> Deserialize<'de> for Degrees {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let number = Number::deserialize(deserializer)?;
        match (number.as_i64(), number.as_f64()) {
            (Some(whole), _) => Ok(Self::Whole(whole)),
            (None, Some(decimal)) if number.is_f64() => Ok(Self::Decimal(decimal)),
            _ => Err(de::Error::custom("no angle is that large")),
        }
    }
}

impl Check for LocationMessage {
    fn check(&self, checker: &mut Checker) {
        checker.length("title", &self.title, LOCATION_TITLE);
        checker.length("address", &self.address, LOCATION_ADDRESS);
        for (field, angle, most) in
            [("latitude", self.latitude, 90_i32), ("longitude", self.longitude, 180)]
        {
            if !(-f64::from(most)..=f64::from(most)).contains(&angle.get()) {
                checker.report_field(field, Problem::range(-most, most));
            }
        }
    }
}
