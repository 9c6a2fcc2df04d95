use std::{fmt, time::SystemTime};

use base64::{Engine, prelude::BASE64_URL_SAFE_NO_PAD};
use hikyaku_model::IdToken;
use ring::{hmac, signature};
use serde::{Deserialize, de::DeserializeOwned};

use super::{IdTokenClaims, LoginChannel, LoginKey, LoginKeys};
use crate::date::unix_seconds;

const ISSUER: &str = "https://access.line.me";

/// Verifies ID tokens without a call to LINE: those of web logins, signed with the channel secret (HS256), and, given
/// [`LoginKeys`], those of apps and LIFF, signed with LINE's own key (ES256).
///
/// Source: <https://developers.line.biz/en/docs/line-login/verify-id-token/>
#[derive(Clone, Debug)]
pub struct IdTokenVerifier {
    channel: LoginChannel,
    keys: LoginKeys,
}

/// The reason why an ID token is invalid.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum InvalidIdToken {
    /// The token is not a JSON Web Token in LINE's format.
    Malformed,
    /// The token has an algorithm that LINE does not use, or no signature.
    Algorithm,
    /// LINE's key is not among those given: call [`Client::login_keys`](crate::Client::login_keys) again.
    UnknownKey,
    /// The signature is wrong.
    Signature,
    /// The issuer is not LINE.
    Issuer,
    /// The token is for another channel.
    Audience,
    /// The token has expired.
    Expired,
    /// The token belongs to another login.
    Nonce,
}

#[derive(Deserialize)]
struct Header {
    alg: String,
    kid: Option<String>,
}

impl IdTokenVerifier {
    /// Creates a verifier for web logins of this channel.
    pub fn new(channel: &LoginChannel) -> Self {
        Self { channel: channel.clone(), keys: LoginKeys::default() }
    }

    /// Adds LINE's public keys, for logins of apps and LIFF.
    pub fn keys(mut self, keys: LoginKeys) -> Self {
        self.keys = keys;
        self
    }

    /// Returns the token's claims if all checks pass: signature, issuer, channel, expiry and, if one is given, the
    /// nonce of the login.
    ///
    /// # Errors
    /// The first check that failed.
    #[inline]
    pub fn verify(
        &self,
        id_token: &IdToken,
        nonce: Option<&str>,
        now: SystemTime,
    ) -> Result<IdTokenClaims, InvalidIdToken> {
        let (signed, signature) =
            id_token.expose().rsplit_once('.').ok_or(InvalidIdToken::Malformed)?;
        let (header, claims) = signed.split_once('.').ok_or(InvalidIdToken::Malformed)?;
        let signature = decode(signature)?;
        let header: Header = read(header)?;
        match header.alg.as_str() {
            "HS256" => {
                let key = self.channel.secret.expose().as_bytes();
                let key = hmac::Key::new(hmac::HMAC_SHA256, key);
                hmac::verify(&key, signed.as_bytes(), &signature)
            }
            "ES256" => {
                let key = self.keys.keys.iter().find(|key| Some(&key.kid) == header.kid.as_ref());
                let point = key.and_then(point).ok_or(InvalidIdToken::UnknownKey)?;
                let key =
                    signature::UnparsedPublicKey::new(&signature::ECDSA_P256_SHA256_FIXED, point);
                key.verify(signed.as_bytes(), &signature)
            }
            _ => return Err(InvalidIdToken::Algorithm),
        }
        .map_err(|_| InvalidIdToken::Signature)?;
        let claims: IdTokenClaims = read(claims)?;
        if claims.iss != ISSUER {
            Err(InvalidIdToken::Issuer)
        } else if claims.aud != *self.channel.id {
            Err(InvalidIdToken::Audience)
        } else if !u64::try_from(claims.exp).is_ok_and(|end| end > unix_seconds(now)) {
            Err(InvalidIdToken::Expired)
        } else if nonce.is_some() && claims.nonce.as_deref() != nonce {
            Err(InvalidIdToken::Nonce)
        } else {
            Ok(claims)
        }
    }
}

/// Returns the key as an uncompressed point of P-256.
fn point(key: &LoginKey) -> Option<Vec<u8>> {
    if key.kty != "EC" || key.crv.as_deref() != Some("P-256") {
        return None;
    }
    let half = |text: &Option<String>| decode(text.as_deref()?).ok();
    Some([&[4][..], &half(&key.x)?, &half(&key.y)?].concat())
}

fn decode(text: &str) -> Result<Vec<u8>, InvalidIdToken> {
    BASE64_URL_SAFE_NO_PAD.decode(text).map_err(|_| InvalidIdToken::Malformed)
}

fn read<T: DeserializeOwned>(part: &str) -> Result<T, InvalidIdToken> {
    serde_json::from_slice(&decode(part)?).map_err(|_| InvalidIdToken::Malformed)
}

impl fmt::Display for InvalidIdToken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Malformed => "the ID token is no JSON Web Token of LINE's form",
            Self::Algorithm => "the ID token is signed neither by HS256 nor by ES256",
            Self::UnknownKey => {
                "the ID token names a key of LINE's that was not given; fetch the keys again"
            }
            Self::Signature => "the ID token's signature is wrong; check the channel secret",
            Self::Issuer => "the ID token is not LINE's",
            Self::Audience => "the ID token is for another channel",
            Self::Expired => "the ID token has expired; let the user log in again",
            Self::Nonce => "the ID token belongs to another login: its nonce differs",
        })
    }
}

impl std::error::Error for InvalidIdToken {}
