use bytes::Bytes;
use http::{HeaderMap, StatusCode};
use serde::de::DeserializeOwned;

use crate::{
    Answer, Error,
    json::{from_json, is_json_object},
    judge::Asked,
};

/// A response. It is complete unless `B` is a body that is still to be read.
#[derive(Debug)]
pub(crate) struct Exchange<B = Bytes> {
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    pub(crate) body: B,
}

impl Exchange {
    /// Returns the response if it is a success of LINE's own, otherwise an error.
    pub(crate) fn judged(self, asked: &Asked) -> Result<Self, Error> {
        if asked.is_success(self.status, &self.headers, &self.body) {
            return Ok(self);
        }
        Err(asked.failure(self.status, self.headers, &self.body))
    }

    /// Reads the response as a value.
    pub(crate) fn json<T: DeserializeOwned>(self) -> Result<Answer<T>, Error> {
        match from_json(&self.body) {
            Ok(value) => Ok(Answer::new(value, self.status, self.headers)),
            Err(error) => Err(Error::decode(self.status, self.headers, error)),
        }
    }

    /// Reads the response of a call without a result: `{}`, or no body.
    pub(crate) fn empty(self) -> Result<Answer<()>, Error> {
        if self.body.is_empty() || is_json_object(&self.body) {
            return Ok(Answer::new((), self.status, self.headers));
        }
        let error = serde::de::Error::custom("expected an empty object");
        Err(Error::decode(self.status, self.headers, error))
    }
}
