use bytes::Bytes;
use http::{HeaderMap, StatusCode};
use serde::de::DeserializeOwned;

use crate::{
    Answer, Error,
    json::{from_json, is_json_object},
    judge::Asked,
};

/// An answer, whole unless its body says otherwise.
#[derive(Debug)]
pub(crate) struct Exchange<B = Bytes> {
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    pub(crate) body: B,
}

impl Exchange {
    /// The answer, unless it is no success of LINE's own.
    pub(crate) fn judged(self, asked: &Asked) -> Result<Self, Error> {
        if asked.is_success(self.status, &self.headers, &self.body) {
            return Ok(self);
        }
        Err(asked.failure(self.status, self.headers, &self.body))
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
        if self.body.is_empty() || is_json_object(&self.body) {
            return Ok(Answer::new((), self.status, self.headers));
        }
        let error = serde::de::Error::custom("expected an empty object");
        Err(Error::decode(self.status, self.headers, error))
    }
}
