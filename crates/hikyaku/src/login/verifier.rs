use std::{fmt, time::SystemTime};

use base64::{Engine, prelude::BASE64_URL_SAFE_NO_PAD};
use hikyaku_model::IdToken;
use ring::{hmac, signature};
use serde::{Deserialize, de::DeserializeOwned};

use super::{IdTokenClaims, LoginChannel, LoginKey, LoginKeys};
use crate::date::unix_seconds;

const ISSUER: &str = "https://access.line.me";

/// Checks ID tokens without asking LINE: those of web logins, signed with the channel's secret (HS256), and those of apps
/// and LIFF, signed with LINE's own key (ES256), for which it is given [`LoginKeys`].
///
/// Source: <https://developers.line.biz/en/docs/line-login/verify-id-token/>
#[derive(Clone, Debug)]
pub struct IdTokenVerifier {
    channel: LoginChannel,
    keys: LoginKeys,
}

/// Why an ID token proves nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum InvalidIdToken {
    /// It is no JSON Web Token of LINE's form.
    Malformed,
    /// It is signed in a way that LINE does not sign, or not at all.
    Algorithm,
    /// LINE signed it with a key that was not given: ask [`Client::login_keys`](crate::Client::login_keys) again.
    UnknownKey,
    /// The signature is wrong.
    Signature,
    /// The issuer is not LINE.
    Issuer,
    /// It is for another channel.
    Audience,
    /// Its time is over.
    Expired,
    /// It belongs to another login.
    Nonce,
}

#[derive(Deserialize)]
struct Header {
    alg: String,
    kid: Option<String>,
}

impl IdTokenVerifier {
    /// For web logins of this channel.
    pub fn new(channel: &LoginChannel) -> Self {
        Self { channel: channel.clone(), keys: LoginKeys::default() }
    }

    /// For logins of apps and LIFF as well, by LINE's public keys.
    pub fn keys(mut self, keys: LoginKeys) -> Self {
        self.keys = keys;
        self
    }

    /// What the token says, if all of it is right: who signed it, who says it, to which channel, until when, and where
    /// a nonce is given, for which login.
    ///
    /// # Errors
    /// The first thing that is wrong.
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

/// An uncompressed point of P-256.
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
