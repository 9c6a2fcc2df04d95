use std::{
    fmt,
    sync::Arc,
    time::{Duration, SystemTime},
};

use base64::{Engine, prelude::BASE64_URL_SAFE_NO_PAD};
use ring::{
    rand::SystemRandom,
    rsa::{KeyPairComponents, PublicKeyComponents},
    signature::{RSA_PKCS1_SHA256, RsaKeyPair},
};
use rustls::pki_types::{PrivateKeyDer, pem::PemObject};
use serde::{Deserialize, Serialize};

use crate::{Error, date::unix_seconds, form::Form};

pub(crate) const ASSERTION_TYPE: &str = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";

/// The validity of an assertion. LINE accepts up to 30 minutes; this leaves room for a clock that is ten minutes off
/// in one direction, or twenty in the other.
const ASSERTION_LIFE: Duration = Duration::from_secs(10 * 60);

/// The private key of an assertion signing key, with which a channel proves its identity.
///
/// Its public key is registered in the LINE Developers Console, which assigns the key id.
///
/// Source: <https://developers.line.biz/en/docs/messaging-api/generate-json-web-token/>
#[derive(Clone)]
pub struct AssertionKey {
    channel_id: String,
    key_id: String,
    key: Arc<RsaKeyPair>,
}

impl AssertionKey {
    /// Reads a key from PEM: `PRIVATE KEY` (PKCS#8) or `RSA PRIVATE KEY` (PKCS#1).
    ///
    /// # Errors
    /// [`Invalid`](crate::ErrorKind::Invalid): the text does not contain an RSA private key of 2048 bits or more.
    pub fn from_pem(
        channel_id: impl Into<String>,
        key_id: impl Into<String>,
        pem: impl AsRef<[u8]>,
    ) -> Result<Self, Error> {
        let key = PrivateKeyDer::from_pem_slice(pem.as_ref())
            .map_err(|_| invalid("holds no private key in PEM form"))?;
        let key = match &key {
            PrivateKeyDer::Pkcs8(der) => RsaKeyPair::from_pkcs8(der.secret_pkcs8_der()),
            PrivateKeyDer::Pkcs1(der) => RsaKeyPair::from_der(der.secret_pkcs1_der()),
            _ => return Err(invalid("is no RSA key")),
        };
        Self::new(channel_id.into(), key_id.into(), key)
    }

    /// Reads a key from a JSON Web Key with its private members, as generated in LINE's documentation.
    ///
    /// # Errors
    /// [`Invalid`](crate::ErrorKind::Invalid): the text is not such a JSON object, or its key has less than 2048 bits.
    pub fn from_jwk(
        channel_id: impl Into<String>,
        key_id: impl Into<String>,
        jwk: &str,
    ) -> Result<Self, Error> {
        // serde's message about a wrong member could quote a private one.
        let jwk: Jwk = serde_json::from_str(jwk)
            .map_err(|_| invalid("is no JSON Web Key of an RSA private key"))?;
        if jwk.kty != "RSA" {
            return Err(invalid("is no RSA key; its `kty` must be `RSA`"));
        }
        let number = |member: &str| {
            let bytes = BASE64_URL_SAFE_NO_PAD.decode(member.trim_end_matches('=')).ok()?;
            let leading = bytes.iter().take_while(|byte| **byte == 0).count();
            Some(bytes.get(leading..)?.to_vec())
        };
        let number = |member: &str| {
            number(member).ok_or_else(|| invalid("has a member that is no base64url"))
        };
        let key = RsaKeyPair::from_components(&KeyPairComponents {
            public_key: PublicKeyComponents { n: number(&jwk.n)?, e: number(&jwk.e)? },
            d: number(&jwk.d)?,
            p: number(&jwk.p)?,
            q: number(&jwk.q)?,
            dP: number(&jwk.dp)?,
            dQ: number(&jwk.dq)?,
            qInv: number(&jwk.qi)?,
        });
        Self::new(channel_id.into(), key_id.into(), key)
    }

    fn new(
        channel_id: String,
        key_id: String,
        key: Result<RsaKeyPair, ring::error::KeyRejected>,
    ) -> Result<Self, Error> {
        let key = key.map_err(|why| invalid(&format!("is no usable RSA key ({why})")))?;
        if channel_id.is_empty() {
            return Err(Error::invalid("channel_id", "must not be empty"));
        }
        if key_id.is_empty() {
            return Err(Error::invalid("key_id", "must not be empty; LINE's console shows it"));
        }
        Ok(Self { channel_id, key_id, key: Arc::new(key) })
    }

    pub(super) fn channel_id(&self) -> &str {
        &self.channel_id
    }

    /// Signs an assertion for the current time, and for a token of this lifetime if the caller chooses it.
    pub(crate) fn sign(&self, token_life: Option<Duration>) -> Result<Assertion, Error> {
        #[derive(Serialize)]
        struct Header<'a> {
            alg: &'static str,
            typ: &'static str,
            kid: &'a str,
        }
        #[derive(Serialize)]
        struct Claims<'a> {
            iss: &'a str,
            sub: &'a str,
            aud: &'static str,
            exp: u64,
            #[serde(skip_serializing_if = "Option::is_none")]
            token_exp: Option<u64>,
        }

        let header = Header { alg: "RS256", typ: "JWT", kid: &self.key_id };
        let claims = Claims {
            iss: &self.channel_id,
            sub: &self.channel_id,
            aud: "https://api.line.me/",
            exp: unix_seconds(SystemTime::now() + ASSERTION_LIFE),
            token_exp: token_life.map(|life| life.as_secs()),
        };
        let mut jwt = format!("{}.{}", encode(&header)?, encode(&claims)?);
        let mut signature = vec![0; self.key.public().modulus_len()];
        self.key
            .sign(&RSA_PKCS1_SHA256, &SystemRandom::new(), jwt.as_bytes(), &mut signature)
            .map_err(|_| invalid("cannot sign; the system has no randomness to give"))?;
        jwt.push('.');
        BASE64_URL_SAFE_NO_PAD.encode_string(&signature, &mut jwt);
        Ok(Assertion(jwt))
    }
}

fn encode(part: &impl Serialize) -> Result<String, Error> {
    let json = serde_json::to_vec(part).map_err(|why| invalid(&why.to_string()))?;
    Ok(BASE64_URL_SAFE_NO_PAD.encode(json))
}

fn invalid(why: &str) -> Error {
    Error::invalid("private_key", why)
}

impl fmt::Debug for AssertionKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("AssertionKey")
            .field("channel_id", &self.channel_id)
            .field("key_id", &self.key_id)
            .finish_non_exhaustive()
    }
}

/// A signed assertion. For its ten minutes it is as sensitive as the key.
pub(crate) struct Assertion(String);

impl Assertion {
    pub(crate) fn expose(&self) -> &str {
        &self.0
    }

    /// Returns the fields of a call that issues a token.
    pub(super) fn form(&self) -> Form {
        Form::default()
            .field("grant_type", "client_credentials")
            .field("client_assertion_type", ASSERTION_TYPE)
            .field("client_assertion", &self.0)
    }
}

#[derive(Deserialize)]
struct Jwk {
    kty: String,
    n: String,
    e: String,
    d: String,
    p: String,
    q: String,
    dp: String,
    dq: String,
    qi: String,
}
