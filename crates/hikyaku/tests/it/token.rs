//! Channel access tokens: their calls, their keys, and a client that is kept supplied.

mod calls;
mod custom;
mod file;
mod keeper;
mod key;
mod line;

use base64::{Engine, prelude::BASE64_URL_SAFE_NO_PAD};
use hikyaku::{
    Client, Error, RetryPolicy,
    model::{ChannelSecret, ChannelToken},
    token::AssertionKey,
};
use ring::signature::{RSA_PKCS1_2048_8192_SHA256, RsaPublicKeyComponents};
use serde_json::{Value, json};

use crate::server::{Server, answer};

const PKCS8: &str = include_str!("token/key.pkcs8.pem");
const JWK: &str = include_str!("token/key.jwk.json");

fn key() -> AssertionKey {
    AssertionKey::from_pem("1234567890", "KEY-ID", PKCS8).unwrap()
}

fn secret() -> ChannelSecret {
    "SECRET".parse().unwrap()
}

fn token() -> ChannelToken {
    "THE/TOKEN+==".parse().unwrap()
}

fn without_token(server: &Server) -> Client {
    Client::without_token().api_base_url(server.url()).retry(RetryPolicy::none()).build().unwrap()
}

/// Makes a call that gets this answer; `expected` is its request, in which `ASSERTION` stands for a good assertion.
async fn check<T>(
    reply: &str,
    act: impl AsyncFnOnce(&Client) -> Result<T, Error>,
    expected: &str,
) -> T {
    let server = Server::start([answer(200, reply)]).await;
    let value = act(&without_token(&server)).await.unwrap();
    let mut request = server.only_request();
    if let Some((before, rest)) = request.split_once("client_assertion=") {
        let end = rest.find(|c: char| c.is_whitespace()).unwrap_or(rest.len());
        let (assertion, after) = rest.split_at(end);
        assert_good_assertion(assertion, None);
        request = format!("{before}client_assertion=ASSERTION{after}");
        let length = server.requests()[0].body.len();
        request = request.replace(&format!("content-length: {length}"), "content-length: LENGTH");
    }
    assert_eq!(request, expected);
    value
}

/// Checks the signature by the public key and the claims by the clock.
fn assert_good_assertion(assertion: &str, token_exp: Option<u64>) {
    let jwk: Value = serde_json::from_str(JWK).unwrap();
    let number = |name: &str| BASE64_URL_SAFE_NO_PAD.decode(jwk[name].as_str().unwrap()).unwrap();
    let (signed, signature) = assertion.rsplit_once('.').unwrap();
    let signature = BASE64_URL_SAFE_NO_PAD.decode(signature).unwrap();
    RsaPublicKeyComponents { n: number("n"), e: number("e") }
        .verify(&RSA_PKCS1_2048_8192_SHA256, signed.as_bytes(), &signature)
        .unwrap();
    let (header, claims) = signed.split_once('.').unwrap();
    let read = |part: &str| -> Value {
        serde_json::from_slice(&BASE64_URL_SAFE_NO_PAD.decode(part).unwrap()).unwrap()
    };
    assert_eq!(read(header), json!({"alg": "RS256", "typ": "JWT", "kid": "KEY-ID"}));
    let mut claims = read(claims);
    let exp = claims.as_object_mut().unwrap().remove("exp").unwrap().as_i64().unwrap();
    let left = exp - jiff::Timestamp::now().as_second();
    assert!((60..=30 * 60).contains(&left), "{left} seconds");
    let mut expected =
        json!({"iss": "1234567890", "sub": "1234567890", "aud": "https://api.line.me/"});
    if let Some(seconds) = token_exp {
        expected["token_exp"] = seconds.into();
    }
    assert_eq!(claims, expected);
}
