use bytes::Bytes;
use http::{HeaderMap, StatusCode};
use serde::de::DeserializeOwned;

use crate::{Answer, Error};

/// An answer, whole unless its body says otherwise.
#[derive(Debug)]
pub(crate) struct Exchange<B = Bytes> {
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    pub(crate) body: B,
}

impl Exchange {
    /// The answer, unless it is no success.
    pub(crate) fn successful(self) -> Result<Self, Error> {
        if self.status.is_success() {
            return Ok(self);
        }
        Err(Error::from_answer(self.status, self.headers, &self.body))
    }

    /// The answer as a value.
    pub(crate) fn json<T: DeserializeOwned>(self) -> Result<Answer<T>, Error> {
        match from_json(&self.body) {
            Ok(value) => Ok(Answer::new(value, self.status, self.headers)),
            Err(error) => Err(Error::decode(self.status, self.headers, error)),
        }
    }

    /// The answer to a call that has nothing to tell: `{}`, or no body at all.
    pub(crate) fn empty(self) -> Result<Answer<()>, Error> {
        if self.body.is_empty() || self.is_json_object() {
            return Ok(Answer::new((), self.status, self.headers));
        }
        let error = serde::de::Error::custom("expected an empty object");
        Err(Error::decode(self.status, self.headers, error))
    }

    /// The message of one of LINE's own errors; an empty one where there is no body at all.
    pub(crate) fn message(&self) -> Option<String> {
        #[derive(serde::Deserialize)]
        struct Body {
            message: String,
        }

        if self.body.is_empty() {
            return Some(String::new());
        }
        Some(from_json::<Body>(&self.body).ok()?.message)
    }

    pub(crate) fn is_json_object(&self) -> bool {
        is_object(&self.body) && from_json::<serde::de::IgnoredAny>(&self.body).is_ok()
    }
}

/// Reads JSON. To check the whole text as UTF-8 first costs a quarter of checking it string by string.
pub(crate) fn from_json<T: DeserializeOwned>(json: &[u8]) -> serde_json::Result<T> {
    serde_json::from_str(str::from_utf8(json).map_err(serde::de::Error::custom)?)
}

/// Whether JSON, if it is some, is an object. serde would read an array as a struct too.
pub(crate) fn is_object(json: &[u8]) -> bool {
    json.trim_ascii_start().first() == Some(&b'{')
}
