//! Reading keys.

use hikyaku::{ErrorKind, token::AssertionKey};
use proptest::prelude::*;
use serde_json::Value;

use super::{JWK, PKCS8, check, key};

const PKCS1: &str = include_str!("key.pkcs1.pem");

#[tokio::test]
async fn every_form_of_a_key_signs_the_same() {
    let pem = |pem| AssertionKey::from_pem("1234567890", "KEY-ID", pem);
    let jwk = AssertionKey::from_jwk("1234567890", "KEY-ID", JWK);
    for key in [pem(PKCS8), pem(PKCS1), pem(&format!("some notes\n{PKCS8}")), jwk] {
        let key = key.unwrap();
        check(
            r#"{"kids":[]}"#,
            async |client| client.v2_1_token_key_ids(&key).await,
            "GET /oauth2/v2.1/tokens/kid?client_assertion_type=\
             urn%3Aietf%3Aparams%3Aoauth%3Aclient-assertion-type%3Ajwt-bearer&client_assertion=ASSERTION HTTP/1.1\n\
             host: HOST\nuser-agent: hikyaku/VERSION\n\n",
        )
        .await;
    }
}

#[test]
fn what_is_no_key_is_refused_without_being_shown() {
    let public = "-----BEGIN PUBLIC KEY-----\nMCowBQYDK2VwAyEAGb9ECWmEzf6FQbrBZ9w7lshQhqowtrbLDFw4rXAxZuE=\n-----END PUBLIC KEY-----\n";
    let elliptic = "-----BEGIN PRIVATE KEY-----\nMC4CAQAwBQYDK2VwBCIEINTuctv5E1hK1bbY8fdp+K06/nwoy/HU++CXqI9EdVhC\n-----END PRIVATE KEY-----\n";
    let cut = PKCS8.replace("MII", "MIJ");
    for pem in ["", "SECRET", public, elliptic, &cut] {
        let error = AssertionKey::from_pem("1", "K", pem).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Invalid);
        assert!(error.to_string().contains("private_key"), "{error}");
    }
    let mut jwk: Value = serde_json::from_str(JWK).unwrap();
    for (member, value) in
        [("d", "SECRET"), ("d", "SE!CRET"), ("n", ""), ("kty", "EC"), ("qi", "AAAA")]
    {
        let good = std::mem::replace(&mut jwk[member], value.into());
        let error = AssertionKey::from_jwk("1", "K", &jwk.to_string()).unwrap_err();
        assert!(!format!("{error:?}").contains("CRET"), "{error:?}");
        jwk[member] = good;
    }
    assert!(AssertionKey::from_jwk("1", "K", r#"{"kty":"RSA","d":"SECRET","n":5}"#).is_err());
    assert!(AssertionKey::from_pem("", "K", PKCS8).is_err());
    assert!(AssertionKey::from_pem("1", "", PKCS8).is_err());
    assert_eq!(
        format!("{:?}", key()),
        r#"AssertionKey { channel_id: "1234567890", key_id: "KEY-ID", .. }"#
    );
}

proptest! {
    #[test]
    fn no_text_makes_reading_a_key_panic(text in ".*", at in 0..1700_usize, byte: u8) {
        let _ = AssertionKey::from_pem("1", "K", &text);
        let _ = AssertionKey::from_jwk("1", "K", &text);
        for good in [PKCS8, JWK] {
            let mut bytes = good.as_bytes().to_vec();
            let at = at % bytes.len();
            bytes[at] = byte;
            let _ = AssertionKey::from_pem("1", "K", &bytes);
            let _ = AssertionKey::from_jwk("1", "K", &String::from_utf8_lossy(&bytes));
        }
    }
}
