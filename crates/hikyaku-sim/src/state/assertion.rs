//! Assertion signing keys, and what is signed with them: how a channel shows who it is without its secret.
//!
//! Source: <https://developers.line.biz/en/docs/messaging-api/generate-json-web-token/>

use std::{collections::HashMap, fmt};

use base64::{Engine as _, prelude::BASE64_URL_SAFE_NO_PAD as BASE64_URL};
use jiff::{SignedDuration, Timestamp};
use ring::signature::{RSA_PKCS1_2048_8192_SHA256, RsaPublicKeyComponents};
use serde::{Deserialize, Serialize, de::DeserializeOwned};
use serde_json::Value;
use uuid::Uuid;

use super::{holder::Holder, json};
use crate::clock::later;

/// How far in the future an assertion may end.
const LONGEST: SignedDuration = SignedDuration::from_mins(30);

/// Whom an assertion is for.
const AUDIENCE: &str = "https://api.line.me/";

/// The most bytes of an assertion that are looked at. Our choice.
const MOST_BYTES: usize = 16 << 10;

/// The public half of a key that a channel has registered.
#[derive(Debug, Serialize, Deserialize)]
struct Key {
    holder: Holder,
    #[serde(with = "json::bytes")]
    n: Vec<u8>,
    #[serde(with = "json::bytes")]
    e: Vec<u8>,
}

/// The keys that channels have registered, by the ids that they were given.
#[derive(Debug, Default, Serialize, Deserialize)]
pub(crate) struct AssertionKeys(HashMap<String, Key>);

/// The reason why a JSON Web Key cannot be registered as an assertion signing key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct InvalidAssertionKey(&'static str);

/// What an assertion says that was signed with a registered key.
#[derive(Debug)]
pub(crate) struct Assertion {
    pub(crate) holder: Holder,
    claims: Claims,
}

#[derive(Debug, Deserialize)]
struct Claims {
    iss: Option<String>,
    sub: Option<String>,
    aud: Option<Value>,
    exp: Option<Value>,
    token_exp: Option<Value>,
}

/// What is wrong with an assertion.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum InvalidAssertion {
    /// The assertion is not a JSON Web Token signed with RS256.
    Malformed,
    /// No channel has a key of its id.
    NoKey,
    Signature,
    /// It is not by the channel whose key it is.
    Issuer,
    Subject,
    Audience,
    /// It is over, or good for more than 30 minutes.
    Expiry,
}

#[derive(Deserialize)]
struct Header {
    alg: String,
    kid: Option<String>,
}

impl AssertionKeys {
    /// Registers the public half of a key, as a JSON Web Key; gives the id that it gets.
    ///
    /// # Errors
    /// It is no such key.
    pub(crate) fn register(
        &mut self,
        holder: Holder,
        jwk: &str,
    ) -> Result<String, InvalidAssertionKey> {
        let (n, e) = read_key(jwk).map_err(InvalidAssertionKey)?;
        let id = Uuid::new_v4().to_string();
        self.0.insert(id.clone(), Key { holder, n, e });
        Ok(id)
    }

    /// The channels that have keys.
    pub(super) fn holders(&self) -> impl Iterator<Item = Holder> {
        self.0.values().map(|key| key.holder)
    }

    /// The channel whose key an assertion names, whether it was signed with that or not.
    pub(crate) fn signer(&self, jwt: &str) -> Option<Holder> {
        let (header, _) = jwt.split_once('.').filter(|_| jwt.len() <= MOST_BYTES)?;
        let header: Header = part(header).ok()?;
        self.0.get(&header.kid?).map(|key| key.holder)
    }

    /// Makes sure that an assertion was signed with a registered key.
    pub(crate) fn open(&self, jwt: &str) -> Result<Assertion, InvalidAssertion> {
        if jwt.len() > MOST_BYTES {
            return Err(InvalidAssertion::Malformed);
        }
        let (signed, signature) = jwt.rsplit_once('.').ok_or(InvalidAssertion::Malformed)?;
        let (header, claims) = signed.split_once('.').ok_or(InvalidAssertion::Malformed)?;
        let header: Header = part(header)?;
        let claims: Claims = part(claims)?;
        if header.alg != "RS256" {
            return Err(InvalidAssertion::Malformed);
        }
        let key = header.kid.and_then(|id| self.0.get(&id)).ok_or(InvalidAssertion::NoKey)?;
        let signature = BASE64_URL.decode(signature).map_err(|_| InvalidAssertion::Malformed)?;
        RsaPublicKeyComponents { n: &key.n, e: &key.e }
            .verify(&RSA_PKCS1_2048_8192_SHA256, signed.as_bytes(), &signature)
            .map_err(|_| InvalidAssertion::Signature)?;
        Ok(Assertion { holder: key.holder, claims })
    }
}

impl Assertion {
    /// Makes sure that an assertion is by the channel of this id, for LINE, and good now.
    pub(crate) fn check(&self, channel_id: &str, now: Timestamp) -> Result<(), InvalidAssertion> {
        let Claims { iss, sub, aud, exp, .. } = &self.claims;
        let exp = exp.as_ref().and_then(Value::as_i64);
        if iss.as_deref() != Some(channel_id) {
            Err(InvalidAssertion::Issuer)
        } else if sub.as_deref() != Some(channel_id) {
            Err(InvalidAssertion::Subject)
        } else if aud.as_ref().and_then(Value::as_str) != Some(AUDIENCE) {
            Err(InvalidAssertion::Audience)
        } else if exp
            .is_some_and(|exp| exp > now.as_second() && exp <= later(now, LONGEST).as_second())
        {
            Ok(())
        } else {
            Err(InvalidAssertion::Expiry)
        }
    }

    /// For how many seconds the token that it asks for is to be good; nothing where it names no such number.
    pub(crate) fn token_life(&self) -> Option<SignedDuration> {
        let seconds = self.claims.token_exp.as_ref()?.as_i64()?;
        Some(SignedDuration::from_secs(seconds))
    }
}

/// Reads the public half of an RSA key of 2048 bits that is for signatures by RS256.
fn read_key(jwk: &str) -> Result<(Vec<u8>, Vec<u8>), &'static str> {
    let jwk: hikyaku_model::Object =
        serde_json::from_str(jwk).map_err(|_| "this is no JSON object; give a JSON Web Key")?;
    let text = |name: &str| jwk.get(name).and_then(Value::as_str);
    if jwk.contains_key("d") {
        return Err("this is a private key; register its public half, without `d`");
    }
    if jwk.contains_key("kid") {
        return Err("`kid` must not be there; the key gets its id when it is registered");
    }
    if text("kty") != Some("RSA") {
        return Err("`kty` must be `RSA`");
    }
    if text("alg") != Some("RS256") {
        return Err("`alg` must be `RS256`");
    }
    let for_signatures = match (jwk.get("use"), jwk.get("key_ops")) {
        (Some(usage), None) => usage == "sig",
        (None, Some(ops)) => *ops == Value::from(vec!["verify"]),
        _ => false,
    };
    if !for_signatures {
        return Err("either `use` must be `sig`, or `key_ops` must be `[\"verify\"]`");
    }
    let number = |name: &str| {
        let bytes = BASE64_URL.decode(text(name)?.trim_end_matches('=')).ok()?;
        let leading = bytes.iter().take_while(|byte| **byte == 0).count();
        bytes.get(leading..).map(<[u8]>::to_vec).filter(|bytes| !bytes.is_empty())
    };
    let n = number("n").ok_or("`n` must be a number in base64url")?;
    let e = number("e").ok_or("`e` must be a number in base64url")?;
    if n.len() != 256 || n.first().is_none_or(|byte| *byte < 0x80) {
        return Err("`n` must have 2048 bits");
    }
    Ok((n, e))
}

fn part<T: DeserializeOwned>(text: &str) -> Result<T, InvalidAssertion> {
    let json = BASE64_URL.decode(text).map_err(|_| InvalidAssertion::Malformed)?;
    serde_json::from_slice(&json).map_err(|_| InvalidAssertion::Malformed)
}

impl fmt::Display for InvalidAssertionKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "this key cannot sign assertions: {}", self.0)
    }
}

impl std::error::Error for InvalidAssertionKey {}
