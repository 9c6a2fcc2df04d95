//! ID tokens: what they say, and how they are signed.
//!
//! Source: <https://developers.line.biz/en/docs/line-login/verify-id-token/>

use std::fmt;

use base64::{Engine as _, prelude::BASE64_URL_SAFE_NO_PAD as BASE64_URL};
use jiff::{SignedDuration, Timestamp};
use ring::{
    hmac,
    rand::SystemRandom,
    signature::{
        ECDSA_P256_SHA256_FIXED, ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, KeyPair as _,
        UnparsedPublicKey,
    },
};
use serde::{Deserialize, Serialize, Serializer};
use serde_json::{Value, json as object};

use super::{Grant, LoginChannel, Scope};
use crate::{
    clock::later,
    state::{id::random_token, json, person::Person},
};

/// Who says what an ID token says.
pub(crate) const ISSUER: &str = "https://access.line.me";

/// How long an ID token is good. LINE does not say; our choice is an hour.
const LIFE: SignedDuration = SignedDuration::from_hours(1);

/// The most bytes of an ID token that are looked at. Our choice.
const MOST_BYTES: usize = 64 << 10;

/// LINE's key for the ID tokens of apps.
#[derive(Debug, Deserialize)]
#[serde(try_from = "KeyJson")]
pub(crate) struct IdTokenKey {
    pair: EcdsaKeyPair,
    id: String,
    der: Der,
}

/// The private key in the form of PKCS #8.
#[derive(Clone, Serialize, Deserialize)]
#[serde(transparent)]
struct Der(#[serde(with = "json::bytes")] Vec<u8>);

impl fmt::Debug for Der {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Der(redacted)")
    }
}

/// A key as it is kept, so that ID tokens are good after a restart.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct KeyJson {
    id: String,
    der: Der,
}

impl TryFrom<KeyJson> for IdTokenKey {
    type Error = &'static str;

    fn try_from(KeyJson { id, der }: KeyJson) -> Result<Self, &'static str> {
        let algorithm = &ECDSA_P256_SHA256_FIXED_SIGNING;
        let pair = EcdsaKeyPair::from_pkcs8(algorithm, &der.0, &SystemRandom::new());
        let pair = pair.map_err(|_| "the key of ID tokens is no key")?;
        Ok(Self { pair, id, der })
    }
}

impl Serialize for IdTokenKey {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        KeyJson { id: self.id.clone(), der: self.der.clone() }.serialize(serializer)
    }
}

/// What is wrong with an ID token.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum InvalidIdToken {
    /// It is malformed, or its signature is wrong.
    Token,
    Issuer,
    Expired,
    Audience,
    Nonce,
    Subject,
}

impl IdTokenKey {
    /// A new key.
    pub(crate) fn new() -> Self {
        let random = SystemRandom::new();
        let der = EcdsaKeyPair::generate_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, &random)
            .expect("the system has randomness to give");
        let der = Der(der.as_ref().to_vec());
        Self::try_from(KeyJson { id: random_token(), der }).expect("the key was just made")
    }

    /// Its public half, as a JSON Web Key.
    pub(crate) fn jwk(&self) -> Value {
        // An uncompressed point: a byte that says so, and two numbers of 32.
        let point = self.pair.public_key().as_ref();
        let half = |from, to| BASE64_URL.encode(point.get(from..to).unwrap_or_default());
        object!({
            "kty": "EC", "alg": "ES256", "use": "sig", "kid": self.id, "crv": "P-256",
            "x": half(1, 33), "y": half(33, 65),
        })
    }
}

/// What an ID token says of a login.
pub(crate) fn claims(
    channel: &LoginChannel,
    person: Option<&Person>,
    grant: &Grant,
    method: &str,
    now: Timestamp,
) -> Value {
    let mut claims = object!({
        "iss": ISSUER,
        "sub": grant.user.id(),
        "aud": &*channel.id,
        "exp": later(now, LIFE).as_second(),
        "iat": now.as_second(),
    });
    if let Some(time) = grant.auth_time {
        claims["auth_time"] = time.as_second().into();
    }
    if let Some(nonce) = &grant.nonce {
        claims["nonce"] = nonce.as_str().into();
    }
    claims["amr"] = object!([method]);
    let Some(person) = person else { return claims };
    let mut add = |scope: Scope, name: &str, value: &Option<String>| {
        if let Some(value) = value.as_deref().filter(|_| grant.scopes.contains(&scope)) {
            claims[name] = value.into();
        }
    };
    add(Scope::Profile, "name", &person.display_name);
    add(Scope::Profile, "picture", &person.picture_url);
    add(Scope::Email, "email", &person.email);
    claims
}

/// Signs what an ID token says: with the channel's secret, as of web logins, or with LINE's key, as of apps.
pub(crate) fn sign(channel: &LoginChannel, key: Option<&IdTokenKey>, claims: &Value) -> String {
    let header = match key {
        None => object!({ "typ": "JWT", "alg": "HS256" }),
        Some(key) => object!({ "typ": "JWT", "alg": "ES256", "kid": key.id }),
    };
    let [header, claims] = [&header, claims].map(|part| BASE64_URL.encode(part.to_string()));
    let signed = format!("{header}.{claims}");
    let signature = match key {
        None => {
            let signature = hmac::sign(&hmac_key(channel), signed.as_bytes());
            BASE64_URL.encode(signature)
        }
        Some(key) => {
            let signature = key.pair.sign(&SystemRandom::new(), signed.as_bytes());
            BASE64_URL.encode(signature.expect("the system has randomness to give"))
        }
    };
    format!("{signed}.{signature}")
}

/// What an ID token says, if it was signed for one of these channels and is what is expected.
pub(crate) fn verify(
    channels: &[LoginChannel],
    key: &IdTokenKey,
    id_token: &str,
    expected: &Expected<'_>,
    now: Timestamp,
) -> Result<Value, InvalidIdToken> {
    let claims = open(channels, key, id_token).ok_or(InvalidIdToken::Token)?;
    let is = |name: &str, value: &str| claims[name] == value;
    if !is("iss", ISSUER) {
        Err(InvalidIdToken::Issuer)
    } else if claims["exp"].as_i64().is_none_or(|end| end <= now.as_second()) {
        Err(InvalidIdToken::Expired)
    } else if !is("aud", expected.channel_id) {
        Err(InvalidIdToken::Audience)
    } else if expected.nonce.is_some_and(|nonce| !is("nonce", nonce)) {
        Err(InvalidIdToken::Nonce)
    } else if expected.user_id.is_some_and(|user| !is("sub", user)) {
        Err(InvalidIdToken::Subject)
    } else {
        Ok(claims)
    }
}

/// What an ID token is expected to say.
#[derive(Debug)]
pub(crate) struct Expected<'a> {
    pub(crate) channel_id: &'a str,
    pub(crate) nonce: Option<&'a str>,
    pub(crate) user_id: Option<&'a str>,
}

/// What an ID token with a good signature says.
fn open(channels: &[LoginChannel], key: &IdTokenKey, id_token: &str) -> Option<Value> {
    if id_token.len() > MOST_BYTES {
        return None;
    }
    let (signed, signature) = id_token.rsplit_once('.')?;
    let (header, claims) = signed.split_once('.')?;
    let part = |text: &str| serde_json::from_slice::<Value>(&BASE64_URL.decode(text).ok()?).ok();
    let (header, claims) = (part(header)?, part(claims)?);
    let signature = BASE64_URL.decode(signature).ok()?;
    match header["alg"].as_str()? {
        "HS256" => {
            let channel = channels.iter().find(|channel| claims["aud"] == *channel.id)?;
            hmac::verify(&hmac_key(channel), signed.as_bytes(), &signature).ok()?;
        }
        "ES256" if header["kid"] == key.id.as_str() => {
            let public = key.pair.public_key().as_ref();
            UnparsedPublicKey::new(&ECDSA_P256_SHA256_FIXED, public)
                .verify(signed.as_bytes(), &signature)
                .ok()?;
        }
        _ => return None,
    }
    Some(claims)
}

fn hmac_key(channel: &LoginChannel) -> hmac::Key {
    hmac::Key::new(hmac::HMAC_SHA256, channel.secret.expose().as_bytes())
}
