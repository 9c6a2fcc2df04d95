use std::{collections::HashMap, fmt, time::Duration};

use bytes::Bytes;
use http::{HeaderMap, Method};
use jiff::Timestamp;
use serde::{Deserialize, Deserializer, Serialize, Serializer, de::Error as _};

use super::ring::Ring;

/// One of a simulator's two listeners.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Host {
    /// The listener for `api.line.me`, which also serves the control API.
    Api,
    /// The listener for `api-data.line.me`.
    Data,
}

/// A request that reached a simulator, with its result.
#[derive(Clone, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct LoggedRequest {
    /// The position among all requests, from 1, in the order in which they ended.
    pub seq: u64,
    /// The time at which its head had arrived, by the simulator's clock.
    pub arrived_at: Timestamp,
    /// The listener that received it.
    pub host: Host,
    /// The method.
    #[serde(serialize_with = "as_text", deserialize_with = "text")]
    pub method: Method,
    /// The path, without the query.
    pub path: String,
    /// The query, without the question mark; empty if there is none.
    pub query: String,
    /// The headers, without the credentials.
    #[serde(serialize_with = "as_map", deserialize_with = "map")]
    pub headers: HeaderMap,
    /// The body, cut at 64 KiB.
    #[serde(serialize_with = "as_lossy_text", deserialize_with = "bytes")]
    pub body: Bytes,
    /// The complete length of the body, in bytes.
    pub body_length: usize,
    /// The body of the response, cut at 64 KiB; empty if a fault suppressed the response.
    #[serde(serialize_with = "as_lossy_text", deserialize_with = "bytes")]
    pub answer: Bytes,
    /// The time until the response, by the machine's clock. In JSON `tookMs`, milliseconds.
    #[serde(
        rename = "tookMs",
        serialize_with = "as_milliseconds",
        deserialize_with = "milliseconds"
    )]
    pub took: Duration,
    /// The id of the channel whose token it carried.
    pub channel_id: Option<String>,
    /// The `x-line-request-id` of the response.
    pub request_id: String,
    /// The status of the response; `None` if a fault suppressed it.
    pub status: Option<u16>,
    /// The status that LINE would have answered, if a fault replaced or suppressed the response after acceptance.
    pub accepted_status: Option<u16>,
    /// The id of the fault that hit it.
    pub fault: Option<String>,
    /// A hint at the intended path, if the path is unknown.
    pub hint: Option<String>,
}

impl LoggedRequest {
    /// Returns the value of a header, if it is present and is text.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name)?.to_str().ok()
    }

    /// Returns the retry key.
    pub fn retry_key(&self) -> Option<&str> {
        self.header("x-line-retry-key")
    }
}

impl fmt::Debug for LoggedRequest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} #{} {} {}", self.arrived_at, self.seq, self.method, self.path)?;
        match self.status {
            Some(status) => write!(f, " {status}")?,
            None => f.write_str(" (no answer)")?,
        }
        if let Some(key) = self.retry_key() {
            write!(f, " retry key {key}")?;
        }
        if let Some(fault) = &self.fault {
            write!(f, " fault {fault}")?;
        }
        if let Some(hint) = &self.hint {
            write!(f, " ({hint})")?;
        }
        Ok(())
    }
}

/// The newest requests.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Log {
    ring: Ring<LoggedRequest>,
    seq: u64,
}

const MOST_BYTES: usize = 64 << 20;

/// The most of a body that is kept.
pub(crate) const MOST_BODY: usize = 64 << 10;

impl Log {
    pub(crate) fn new(keep: usize) -> Self {
        Self { ring: Ring::new(keep, MOST_BYTES), seq: 0 }
    }

    pub(crate) fn push(&mut self, mut request: LoggedRequest) {
        self.seq += 1;
        request.seq = self.seq;
        for credentials in ["authorization", "cookie", "proxy-authorization"] {
            request.headers.remove(credentials);
        }
        let bodies = request.body.len() + request.answer.len();
        let bytes = 1024 + bodies + request.path.len() + request.query.len();
        self.ring.push(bytes, request);
    }

    /// Gives requests that were read from JSON their bounds.
    pub(super) fn bound(&mut self, keep: usize) {
        self.ring.bound(keep, MOST_BYTES);
    }

    /// The request with this place, if it is still kept.
    pub(crate) fn get(&self, seq: u64) -> Option<&LoggedRequest> {
        self.ring.after(move |request| request.seq < seq).next().filter(|of| of.seq == seq)
    }

    /// Forgets all of them. Places go on.
    pub(crate) fn clear(&mut self) {
        self.ring.clear();
    }

    /// How many requests there were in all.
    pub(crate) fn requests(&self) -> u64 {
        self.seq
    }

    pub(crate) fn iter(&self) -> impl DoubleEndedIterator<Item = &LoggedRequest> {
        self.ring.iter()
    }

    /// The requests after this place, oldest first.
    pub(crate) fn after(&self, seq: u64) -> impl DoubleEndedIterator<Item = &LoggedRequest> {
        self.ring.after(move |request| request.seq <= seq)
    }

    /// How many requests are no longer kept.
    pub(crate) fn dropped(&self) -> u64 {
        self.ring.dropped()
    }
}

fn as_text<S: Serializer>(method: &Method, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(method.as_str())
}

fn as_map<S: Serializer>(headers: &HeaderMap, serializer: S) -> Result<S::Ok, S::Error> {
    let text = |value: &http::HeaderValue| String::from_utf8_lossy(value.as_bytes()).into_owned();
    serializer.collect_map(headers.iter().map(|(name, value)| (name.as_str(), text(value))))
}

fn as_lossy_text<S: Serializer>(body: &Bytes, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(&String::from_utf8_lossy(body))
}

pub(crate) fn as_milliseconds<S: Serializer>(
    took: &Duration,
    serializer: S,
) -> Result<S::Ok, S::Error> {
    serializer.serialize_f64(took.as_secs_f64() * 1000.0)
}

fn text<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Method, D::Error> {
    String::deserialize(deserializer)?.parse().map_err(D::Error::custom)
}

fn map<'de, D: Deserializer<'de>>(deserializer: D) -> Result<HeaderMap, D::Error> {
    let headers = HashMap::<String, String>::deserialize(deserializer)?;
    HeaderMap::try_from(&headers).map_err(D::Error::custom)
}

fn bytes<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Bytes, D::Error> {
    String::deserialize(deserializer).map(Bytes::from)
}

pub(crate) fn milliseconds<'de, D: Deserializer<'de>>(
    deserializer: D,
) -> Result<Duration, D::Error> {
    let milliseconds = f64::deserialize(deserializer)?;
    Duration::try_from_secs_f64(milliseconds / 1000.0).map_err(D::Error::custom)
}
