//! The stored records of the requests for a delivery.

use std::{borrow::Cow, time::Duration};

use serde::{Deserialize, Serialize, Serializer};

use crate::Time;

/// How many requests of a delivery are kept besides its first: the newest.
pub(crate) const NEWEST: u32 = 20;

/// How much of LINE's answer to a request that it did not accept is kept, in bytes.
const LONGEST_BODY: usize = 4096;

/// What is kept of a request whose worker did not write down what came of it.
const NO_ANSWER: &str = "no_answer";

/// One request to LINE for a delivery. The store keeps the first and the newest 20.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[non_exhaustive]
pub struct Attempt {
    /// The number of the attempt, greater than that of every earlier one. Numbers are skipped where a worker claimed
    /// the delivery but sent nothing.
    pub number: i64,
    /// The time at which the request began.
    #[serde(serialize_with = "shown")]
    pub began: Time,
    /// The time until its response arrived or was given up; `None` if the worker did not come back.
    #[serde(rename = "took_ms", serialize_with = "milliseconds")]
    pub took: Option<Duration>,
    /// The process that sent it: host and process id.
    pub worker: Option<String>,
    /// The result: `accepted`; `duplicate` if LINE had accepted an earlier request with the same retry key;
    /// `no_answer` if its worker was killed or cut off, so that nobody knows whether it was sent; otherwise the
    /// [kind](hikyaku::ErrorKind::as_str) of the error.
    pub result: Cow<'static, str>,
    /// The HTTP status, if there was a response.
    pub status: Option<u16>,
    /// LINE's id of this request.
    pub request_id: Option<String>,
    /// For a `duplicate`, LINE's id of the earlier request that it had accepted with this retry key.
    pub accepted_request_id: Option<String>,
    /// The reason why it was not accepted, as text for people.
    pub error: Option<String>,
    /// LINE's own response body if it did not accept the request; the first 4 kB.
    pub body: Option<String>,
}

impl Attempt {
    /// A request that begins now. What comes of it is nothing, until it is set.
    pub(crate) fn new(number: i64, began: Time, worker: Option<&str>) -> Self {
        Self {
            number,
            began,
            took: None,
            worker: worker.map(str::to_owned),
            result: NO_ANSWER.into(),
            status: None,
            request_id: None,
            accepted_request_id: None,
            error: None,
            body: None,
        }
    }

    /// Keeps the beginning of LINE's answer.
    pub(crate) fn set_body(&mut self, body: &[u8]) {
        let body = String::from_utf8_lossy(body.get(..LONGEST_BODY).unwrap_or(body));
        if !body.is_empty() {
            self.body = Some(body.into_owned());
        }
    }

    /// As a store keeps it.
    pub(crate) fn to_kept(&self) -> String {
        let kept = Kept {
            number: self.number,
            began: self.began.as_millis(),
            took: self.took.map(|took| u64::try_from(took.as_millis()).unwrap_or(u64::MAX)),
            worker: self.worker.as_deref().map(Cow::Borrowed),
            result: Cow::Borrowed(&self.result),
            status: self.status,
            request_id: self.request_id.as_deref().map(Cow::Borrowed),
            accepted_request_id: self.accepted_request_id.as_deref().map(Cow::Borrowed),
            error: self.error.as_deref().map(Cow::Borrowed),
            body: self.body.as_deref().map(Cow::Borrowed),
        };
        // Texts and numbers, which JSON has.
        serde_json::to_string(&kept).unwrap_or_default()
    }

    /// What a store has kept; `None` where it cannot be read, which nothing depends on.
    pub(crate) fn from_kept(kept: &str) -> Option<Self> {
        let kept: Kept<'_> = serde_json::from_str(kept).ok()?;
        let owned = |text: Option<Cow<'_, str>>| text.map(Cow::into_owned);
        Some(Self {
            number: kept.number,
            began: Time::from_millis(kept.began),
            took: kept.took.map(Duration::from_millis),
            worker: owned(kept.worker),
            result: kept.result.into_owned().into(),
            status: kept.status,
            request_id: owned(kept.request_id),
            accepted_request_id: owned(kept.accepted_request_id),
            error: owned(kept.error),
            body: owned(kept.body),
        })
    }
}

/// An attempt with short names: each accepted push has one.
#[derive(Serialize, Deserialize)]
struct Kept<'a> {
    #[serde(rename = "n")]
    number: i64,
    #[serde(rename = "at")]
    began: i64,
    #[serde(rename = "ms", default, skip_serializing_if = "Option::is_none")]
    took: Option<u64>,
    #[serde(rename = "by", default, borrow, skip_serializing_if = "Option::is_none")]
    worker: Option<Cow<'a, str>>,
    #[serde(rename = "is", borrow)]
    result: Cow<'a, str>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    status: Option<u16>,
    #[serde(rename = "id", default, borrow, skip_serializing_if = "Option::is_none")]
    request_id: Option<Cow<'a, str>>,
    #[serde(rename = "accepted", default, borrow, skip_serializing_if = "Option::is_none")]
    accepted_request_id: Option<Cow<'a, str>>,
    #[serde(default, borrow, skip_serializing_if = "Option::is_none")]
    error: Option<Cow<'a, str>>,
    #[serde(default, borrow, skip_serializing_if = "Option::is_none")]
    body: Option<Cow<'a, str>>,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde calls it so")]
fn shown<S: Serializer>(time: &Time, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_str(time)
}

#[expect(clippy::ref_option, reason = "serde calls it so")]
fn milliseconds<S: Serializer>(took: &Option<Duration>, serializer: S) -> Result<S::Ok, S::Error> {
    took.map(|took| u64::try_from(took.as_millis()).unwrap_or(u64::MAX)).serialize(serializer)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_kept_reads_back() {
        let mut attempt = Attempt::new(3, Time::from_millis(1_800_000_000_000), Some("a\"b/1"));
        assert_eq!(Attempt::from_kept(&attempt.to_kept()), Some(attempt.clone()));
        attempt.took = Some(Duration::from_millis(12));
        (attempt.status, attempt.result) = (Some(409), "duplicate".into());
        (attempt.request_id, attempt.accepted_request_id) = (Some("r".into()), Some("a".into()));
        (attempt.error, attempt.body) =
            (Some("だめ\u{0}".into()), Some("{\"message\":\"\"}".into()));
        assert_eq!(Attempt::from_kept(&attempt.to_kept()), Some(attempt));
        assert_eq!(Attempt::from_kept("{"), None);
    }

    #[test]
    fn a_body_is_cut_anywhere() {
        let mut attempt = Attempt::new(1, Time::default(), None);
        attempt.set_body("だ".repeat(5000).as_bytes());
        assert!(attempt.body.as_ref().is_some_and(|body| body.len() <= LONGEST_BODY + 3));
        attempt.body = None;
        attempt.set_body(b"");
        assert_eq!(attempt.body, None);
    }
}
