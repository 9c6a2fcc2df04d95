//! Outcomes as signed webhooks.
//!
//! Source: <https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md>

use std::{
    fmt,
    str::FromStr,
    time::{Duration, SystemTime},
};

use base64::{
    Engine as _, alphabet,
    engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig, general_purpose::STANDARD},
};
use bytes::Bytes;
use hikyaku::transport::{HyperTransport, Proxy, Transport as _};
use hikyaku_model::limits::{Problem, Segment};
use hmac::{Hmac, KeyInit as _, Mac as _};
use http::{Request, StatusCode, Uri, header};
use http_body_util::{BodyExt as _, Limited};
use sha2::Sha256;
use tokio::{sync::Notify, time::timeout};

use crate::{Error, ErrorKind, Outcome, OutcomeCursor};

/// How long a receiver may take to answer, unless told otherwise.
const TIMEOUT: Duration = Duration::from_secs(15);

/// How long connecting may take.
const CONNECT: Duration = Duration::from_secs(5);

/// How much of an answer is read: some words for the log, and so that the connection can be used again.
const READ: usize = 16 << 10;

/// How many characters of an answer an error has.
const SHOWN: usize = 200;

const USER_AGENT: &str = concat!("hikyaku/", env!("CARGO_PKG_VERSION"));

/// A server of yours that receives [`Outcome`]s as signed `POST`s according to
/// [Standard Webhooks](https://www.standardwebhooks.com/).
///
/// The body is [`Outcome::body`]. `webhook-id` is [`Outcome::message_id`], the same at each retry; `webhook-timestamp`
/// is the time of the request, in seconds; `webhook-signature` is `v1,` and the base64 of the HMAC-SHA256 of
/// `ID.TIMESTAMP.BODY` with the secret. A 2xx response acknowledges the outcome. Redirects are not followed.
///
/// ```no_run
/// # async fn example() -> Result<(), Box<dyn std::error::Error>> {
/// use hikyaku_sender::{Outbox, OutcomeWebhook};
///
/// let outbox = Outbox::open("sqlite:hikyaku.db").await?;
/// let secret = std::fs::read_to_string("outcomes.secret")?;
/// let webhook = OutcomeWebhook::new("https://shop.example.com/outcomes", secret.trim().parse()?)?;
/// webhook.tell(outbox.outcome_cursor("shop")?, std::future::pending()).await?;
/// # Ok(())
/// # }
/// ```
#[derive(Debug)]
pub struct OutcomeWebhook {
    url: Uri,
    secrets: Vec<WebhookSecret>,
    timeout: Duration,
    proxy: Proxy,
    certificates: Option<Vec<u8>>,
    transport: HyperTransport,
}

impl OutcomeWebhook {
    /// Creates a webhook that posts to this URL, and signs with this secret.
    ///
    /// # Errors
    /// The URL has no host, is neither `http` nor `https`, or contains a user name or a password.
    pub fn new(url: impl AsRef<str>, secret: WebhookSecret) -> Result<Self, Error> {
        let wrong = |rule| Error::breaks(vec![Segment::Field("url")], Problem::Rule(rule));
        let url: Uri = url.as_ref().parse().map_err(|_| wrong("must be a URL"))?;
        if !matches!(url.scheme_str(), Some("http" | "https")) || url.host().is_none() {
            return Err(wrong("must be a URL that begins with http:// or https://"));
        }
        if url.authority().is_some_and(|it| it.as_str().contains('@')) {
            return Err(wrong("must have no user or password; the signature says who calls"));
        }
        Ok(Self {
            url,
            secrets: vec![secret],
            timeout: TIMEOUT,
            proxy: Proxy::from_env(),
            certificates: None,
            transport: HyperTransport::new(CONNECT),
        })
    }

    /// Also signs with this secret: the next one, until the receiver knows it, or the previous one, until the receiver
    /// no longer needs it.
    #[must_use]
    pub fn or(mut self, secret: WebhookSecret) -> Self {
        self.secrets.push(secret);
        self
    }

    /// Sets the timeout for the receiver's response; the default is 15 seconds.
    #[must_use]
    pub fn timeout(mut self, longest: Duration) -> Self {
        self.timeout = longest;
        self
    }

    /// Also trusts the certificates in this PEM text.
    ///
    /// # Errors
    /// It contains no certificate, or one that cannot be read.
    pub fn root_certificates(mut self, pem: &[u8]) -> Result<Self, Error> {
        self.transport = HyperTransport::through(self.proxy.clone(), CONNECT, Some(pem))
            .map_err(|why| Error::new(ErrorKind::Unsuitable(why.to_string())).because(why))?;
        self.certificates = Some(pem.to_vec());
        Ok(self)
    }

    /// Posts through this proxy, whatever the environment says; the default is [`Proxy::from_env`].
    #[must_use]
    pub fn proxy(mut self, proxy: Proxy) -> Self {
        self.transport = transport(&proxy, self.certificates.as_deref());
        self.proxy = proxy;
        self
    }

    /// Posts one outcome after another to the receiver until `stop` is ready, like [`OutcomeCursor::run`].
    ///
    /// # Errors
    /// The receiver answers 410: it is gone for good. Or the store cannot be used, in a way that waiting does not fix.
    pub async fn tell(
        &self,
        cursor: OutcomeCursor,
        stop: impl Future<Output = ()>,
    ) -> Result<(), Error> {
        let gone = Notify::new();
        let mut is_gone = false;
        let stop = async {
            tokio::select! {
                () = stop => {}
                () = gone.notified() => is_gone = true,
            }
        };
        let post = async |outcome: Outcome| {
            let posted = self.post(&outcome).await;
            if posted.as_ref().is_err_and(WebhookError::is_gone) {
                gone.notify_one();
            }
            posted
        };
        cursor.run(stop, post).await?;
        if is_gone { Err(Error::new(ErrorKind::ReceiverGone(self.host()))) } else { Ok(()) }
    }

    /// Posts one outcome to the receiver, once.
    ///
    /// # Errors
    /// The receiver does not answer, or not with a 2xx.
    pub async fn post(&self, outcome: &Outcome) -> Result<(), WebhookError> {
        let request = self.request(outcome, SystemTime::now());
        let Ok(answered) = timeout(self.timeout, self.exchange(request)).await else {
            return Err(self.failed(None, &format!("gave no answer within {:?}", self.timeout)));
        };
        let (status, body) = answered?;
        if status.is_success() {
            return Ok(());
        }
        let said: String = body.chars().filter(|it| !it.is_control()).take(SHOWN).collect();
        let said = if said.is_empty() { said } else { format!(": {said}") };
        Err(self.failed(Some(status), &format!("answered {}{said}", status.as_u16())))
    }

    fn request(
        &self,
        outcome: &Outcome,
        now: SystemTime,
    ) -> Request<hikyaku::transport::RequestBody> {
        let id = outcome.message_id();
        let at = now.duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default().as_secs();
        let signatures: Vec<String> =
            self.secrets.iter().map(|secret| secret.sign(&id, at, &outcome.body)).collect();
        let mut request = Request::new(Bytes::from(outcome.body.clone()).into());
        *request.method_mut() = http::Method::POST;
        *request.uri_mut() = self.url.clone();
        let headers = request.headers_mut();
        let text = |text: String| header::HeaderValue::try_from(text).ok();
        headers.insert(header::CONTENT_TYPE, header::HeaderValue::from_static("application/json"));
        headers.insert(header::USER_AGENT, header::HeaderValue::from_static(USER_AGENT));
        // Numbers, hexadecimal digits and base64, which every header can have.
        headers.extend(
            [
                ("webhook-id", text(id)),
                ("webhook-timestamp", text(at.to_string())),
                ("webhook-signature", text(signatures.join(" "))),
            ]
            .into_iter()
            .filter_map(|(name, value)| Some((header::HeaderName::from_static(name), value?))),
        );
        request
    }

    async fn exchange(
        &self,
        request: Request<hikyaku::transport::RequestBody>,
    ) -> Result<(StatusCode, String), WebhookError> {
        let answer = self.transport.send(request).await;
        let answer = answer.map_err(|why| self.failed(None, &format!("gave no answer: {why}")))?;
        let status = answer.status();
        // What it said is of use to a person only.
        let body = Limited::new(answer.into_body(), READ).collect().await;
        let body = body.map(http_body_util::Collected::to_bytes).unwrap_or_default();
        Ok((status, String::from_utf8_lossy(&body).into_owned()))
    }

    fn failed(&self, status: Option<StatusCode>, what: &str) -> WebhookError {
        let message = format!("the receiver at {} {what}", self.host());
        WebhookError { status: status.map(|it| it.as_u16()), message }
    }

    /// Paths and queries may be secrets.
    fn host(&self) -> String {
        self.url.authority().map(ToString::to_string).unwrap_or_default()
    }
}

/// Returns the transport that goes through this proxy and trusts certificates which were read before.
fn transport(proxy: &Proxy, certificates: Option<&[u8]>) -> HyperTransport {
    let transport = HyperTransport::through(proxy.clone(), CONNECT, certificates);
    transport.expect("the certificates were read when they were given")
}

/// The reason why an outcome could not be posted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WebhookError {
    status: Option<u16>,
    message: String,
}

impl WebhookError {
    /// Returns the HTTP status, if there was a response.
    pub fn status(&self) -> Option<u16> {
        self.status
    }

    /// Returns whether the receiver says that it is gone for good and wants no more outcomes.
    pub fn is_gone(&self) -> bool {
        self.status == Some(StatusCode::GONE.as_u16())
    }
}

impl fmt::Display for WebhookError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for WebhookError {}

/// The secret for signing webhooks: `whsec_` and the base64 of 24 to 64 bytes, according to
/// [Standard Webhooks](https://www.standardwebhooks.com/). Sender and receiver share it.
#[derive(Clone, PartialEq, Eq)]
pub struct WebhookSecret(Box<[u8]>);

/// Base64 with or without its padding.
const BASE64: GeneralPurpose = GeneralPurpose::new(
    &alphabet::STANDARD,
    GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent),
);

impl WebhookSecret {
    /// The signature of a webhook with this id, made at this second.
    fn sign(&self, id: &str, at: u64, body: &str) -> String {
        let mac = Hmac::<Sha256>::new_from_slice(&self.0).expect("HMAC takes keys of any length");
        let mac = mac.chain_update(format!("{id}.{at}.")).chain_update(body);
        format!("v1,{}", STANDARD.encode(mac.finalize().into_bytes()))
    }
}

impl FromStr for WebhookSecret {
    type Err = InvalidWebhookSecret;

    fn from_str(text: &str) -> Result<Self, InvalidWebhookSecret> {
        let bytes = text.strip_prefix("whsec_").and_then(|text| BASE64.decode(text).ok());
        match bytes {
            Some(bytes) if (24..=64).contains(&bytes.len()) => Ok(Self(bytes.into())),
            _ => Err(InvalidWebhookSecret),
        }
    }
}

impl fmt::Debug for WebhookSecret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("WebhookSecret(redacted)")
    }
}

/// The text is not a [`WebhookSecret`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct InvalidWebhookSecret;

impl fmt::Display for InvalidWebhookSecret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("must be whsec_ and then the base64 of 24 to 64 random bytes")
    }
}

impl std::error::Error for InvalidWebhookSecret {}

#[cfg(test)]
mod tests {
    use super::*;

    const SECRET: &str = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";

    /// Computed with Python's `hmac`.
    #[test]
    fn it_signs_as_others_verify() {
        let secret: WebhookSecret = SECRET.parse().unwrap();
        let id = "msg_p5jXN8AQM9LWM0D4loKWxJek";
        let signed = secret.sign(id, 1_614_265_330, r#"{"test": 2432232314}"#);
        assert_eq!(signed, "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=");
        assert_eq!(format!("{secret:?}"), "WebhookSecret(redacted)");
    }

    #[test]
    fn a_secret_is_what_it_must_be() {
        let long = format!("whsec_{}", "A".repeat(88));
        for wrong in ["", "whsec_", "MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", "whsec_AAAA", &long] {
            assert_eq!(wrong.parse::<WebhookSecret>(), Err(InvalidWebhookSecret), "{wrong}");
        }
        assert!(format!("whsec_{}=", "A".repeat(43)).parse::<WebhookSecret>().is_ok());
        assert!(format!("whsec_{}", "A".repeat(43)).parse::<WebhookSecret>().is_ok());
    }

    #[test]
    fn an_address_is_what_it_must_be() {
        let new = |url: &str| OutcomeWebhook::new(url, SECRET.parse().unwrap());
        for wrong in ["", "/path", "ftp://a/b", "https://user:pass@shop.example.com/", "a b"] {
            let error = new(wrong).unwrap_err();
            assert!(error.to_string().starts_with("url: must "), "{wrong}: {error}");
        }
        let webhook = new("https://shop.example.com:8443/in?key=17").unwrap();
        let error = webhook.failed(None, "gave no answer");
        assert_eq!(error.to_string(), "the receiver at shop.example.com:8443 gave no answer");
    }
}
