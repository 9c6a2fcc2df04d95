use std::fmt;

use base64::{Engine as _, engine::general_purpose::STANDARD as BASE64};
use hikyaku_model::ChannelSecret;
use hmac::{Hmac, KeyInit as _, Mac as _};
use http::HeaderMap;
use sha2::Sha256;

use crate::Error;

/// The header in which LINE sends the signature. Its case varies; [`HeaderMap`] ignores case.
///
/// Source: <https://developers.line.biz/en/reference/messaging-api/#request-headers>
pub const SIGNATURE_HEADER: &str = "x-line-signature";

/// The length of a SHA-256 digest, in bytes.
const DIGEST: usize = 32;

/// Returns the signature of a body as LINE computes it: base64 of the HMAC-SHA256 with the channel secret.
///
/// It is meant for tests, and for programs that simulate LINE.
///
/// Source: <https://developers.line.biz/en/docs/messaging-api/verify-webhook-signature/>
pub fn sign(secret: &ChannelSecret, body: &[u8]) -> String {
    BASE64.encode(key(secret).chain_update(body).finalize().into_bytes())
}

/// A verifier of the signature that proves that a body comes from LINE.
///
/// It holds the prepared keys, so that a body costs only its own hashing: create one and keep it. Verification takes
/// the raw bytes of the body, without a copy, and compares in constant time.
///
/// ```
/// use hikyaku_model::ChannelSecret;
/// use hikyaku_webhook::{Error, Verifier, sign};
///
/// let (old, new) = (ChannelSecret::new("old")?, ChannelSecret::new("new")?);
/// let verifier = Verifier::new(&new).or(&old); // while the secret changes, both count
///
/// assert_eq!(verifier.verify(&*sign(&old, b"{}"), b"{}"), Ok(()));
/// assert_eq!(verifier.verify(&*sign(&old, b"{}"), b"{ }"), Err(Error::Mismatch));
/// assert_eq!(verifier.verify(None, b"{}"), Err(Error::NoSignature));
/// # Ok::<(), hikyaku_model::InvalidSecret>(())
/// ```
///
/// Source: <https://developers.line.biz/en/docs/messaging-api/verify-webhook-signature/>
#[derive(Clone)]
pub struct Verifier {
    keys: Vec<Hmac<Sha256>>,
}

impl Verifier {
    /// Accepts signatures made with this secret.
    pub fn new(secret: &ChannelSecret) -> Self {
        Self { keys: vec![key(secret)] }
    }

    /// Also accepts signatures made with this secret: the one that is being replaced, or LINE's switcher secret.
    #[must_use]
    pub fn or(mut self, secret: &ChannelSecret) -> Self {
        self.keys.push(key(secret));
        self
    }

    /// Verifies a body with the value of its [`SIGNATURE_HEADER`].
    ///
    /// # Errors
    /// The signature is missing, is not base64, does not match, or the body is empty: each has its own error.
    pub fn verify<'a>(
        &self,
        signature: impl Into<Option<&'a str>>,
        body: &[u8],
    ) -> Result<(), Error> {
        self.verify_bytes(signature.into().map(str::as_bytes), body)
    }

    /// Verifies a body with the headers of its request.
    ///
    /// # Errors
    /// Those of [`verify`](Self::verify).
    pub fn verify_headers(&self, headers: &HeaderMap, body: &[u8]) -> Result<(), Error> {
        self.verify_bytes(headers.get(SIGNATURE_HEADER).map(http::HeaderValue::as_bytes), body)
    }

    fn verify_bytes(&self, signature: Option<&[u8]>, body: &[u8]) -> Result<(), Error> {
        let signature = signature.ok_or(Error::NoSignature)?;
        if body.is_empty() {
            return Err(Error::EmptyBody);
        }
        // 44 characters can hold 33 bytes: the decoder needs the space to detect that.
        let mut digest = [0; DIGEST + 1];
        let length = BASE64.decode_slice(signature, &mut digest).map_err(|_| Error::BadBase64)?;
        let digest =
            digest.get(..length).filter(|digest| digest.len() == DIGEST).ok_or(Error::BadBase64)?;
        let matches =
            |key: &Hmac<Sha256>| key.clone().chain_update(body).verify_slice(digest).is_ok();
        if self.keys.iter().any(matches) { Ok(()) } else { Err(Error::Mismatch) }
    }
}

impl fmt::Debug for Verifier {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Verifier({} secrets)", self.keys.len())
    }
}

fn key(secret: &ChannelSecret) -> Hmac<Sha256> {
    Hmac::new_from_slice(secret.expose().as_bytes()).expect("HMAC takes keys of any length")
}
