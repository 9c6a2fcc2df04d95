use serde::de::{DeserializeOwned, IgnoredAny};

/// Reads JSON. To check the whole text as UTF-8 first costs a quarter of checking it string by string.
pub(crate) fn from_json<T: DeserializeOwned>(json: &[u8]) -> serde_json::Result<T> {
    serde_json::from_str(str::from_utf8(json).map_err(serde::de::Error::custom)?)
}

/// Whether JSON, if it is some, is an object. serde would read an array as a struct too.
pub(crate) fn is_object(json: &[u8]) -> bool {
    json.trim_ascii_start().first() == Some(&b'{')
}

/// Whether these bytes are a whole JSON object.
pub(crate) fn is_json_object(json: &[u8]) -> bool {
    is_object(json) && from_json::<IgnoredAny>(json).is_ok()
}
