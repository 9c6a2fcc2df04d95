use hikyaku_model::ChannelSecret;
use hikyaku_webhook::{Error, Verifier, sign};
use http::HeaderMap;
use proptest::prelude::*;

use crate::secret;

const SECRET: &str = "8c570fa6dd201bb328f1c1eac23a96d8";
const BODY: &[u8] = br#"{"destination":"U8e742f61d673b39c7fff3cecb7536ef0","events":[]}"#;
const SIGNATURE: &str = "GhRKmvmHys4Pi8DxkF4+EayaH0OqtJtaZxgTD9fMDLs=";

#[test]
fn the_signature_of_lines_own_example_is_made_and_accepted() {
    assert_eq!(sign(&secret(SECRET), BODY), SIGNATURE);
    assert_eq!(Verifier::new(&secret(SECRET)).verify(SIGNATURE, BODY), Ok(()));
}

#[test]
fn each_way_to_fail_is_told_apart() {
    let verifier = Verifier::new(&secret(SECRET));
    let mut flipped = BODY.to_vec();
    flipped[0] ^= 1;

    assert_eq!(verifier.verify(None, BODY), Err(Error::NoSignature));
    assert_eq!(verifier.verify(SIGNATURE, b""), Err(Error::EmptyBody));
    assert_eq!(verifier.verify(SIGNATURE, &flipped), Err(Error::Mismatch));
    assert_eq!(Verifier::new(&secret("other")).verify(SIGNATURE, BODY), Err(Error::Mismatch));
    for bad in [
        "",
        "not base64!",
        &SIGNATURE[1..],
        &format!("{SIGNATURE} "),
        "QUJD",                                                   // three bytes
        "QUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFB",           // 33 bytes
        "1a144a9af987cace0f8bc0f1905e3e11ac9a1f43aab49b5a671813", // hexadecimal
        "飛脚",
    ] {
        assert_eq!(verifier.verify(bad, BODY), Err(Error::BadBase64), "{bad}");
    }
}

#[test]
fn all_errors_of_the_signature_are_answered_with_401_and_name_the_next_step() {
    for error in [Error::NoSignature, Error::BadBase64, Error::Mismatch, Error::EmptyBody] {
        assert_eq!(error.status(), 401);
    }
    assert_eq!(
        Error::Mismatch.to_string(),
        "the x-line-signature header does not match the body: check that the secret is this channel's and that the body \
         is verified as it came, not parsed and written again"
    );
}

#[test]
fn the_header_is_found_in_any_case() {
    let verifier = Verifier::new(&secret(SECRET));
    for name in ["x-line-signature", "X-Line-Signature", "X-LINE-SIGNATURE"] {
        let mut headers = HeaderMap::new();
        headers.insert(
            http::HeaderName::from_bytes(name.as_bytes()).unwrap(),
            SIGNATURE.parse().unwrap(),
        );
        assert_eq!(verifier.verify_headers(&headers, BODY), Ok(()), "{name}");
    }
    assert_eq!(verifier.verify_headers(&HeaderMap::new(), BODY), Err(Error::NoSignature));
}

#[test]
fn while_a_secret_changes_both_count() {
    let (old, new, other) = (secret("old"), secret("new"), secret("other"));
    let verifier = Verifier::new(&new).or(&old);
    assert_eq!(verifier.verify(&*sign(&old, BODY), BODY), Ok(()));
    assert_eq!(verifier.verify(&*sign(&new, BODY), BODY), Ok(()));
    assert_eq!(verifier.verify(&*sign(&other, BODY), BODY), Err(Error::Mismatch));
}

#[test]
fn an_empty_secret_is_refused_and_none_is_shown() {
    assert!(ChannelSecret::new("").is_err());
    assert_eq!(format!("{:?}", Verifier::new(&secret(SECRET))), "Verifier(1 secrets)");
}

proptest! {
    #[test]
    fn what_is_signed_is_accepted_and_any_change_is_not(
        key in "[!-~]{1,80}",
        body in prop::collection::vec(any::<u8>(), 1..2000),
        at in any::<prop::sample::Index>(),
        bit in 0_u32..8,
    ) {
        let verifier = Verifier::new(&secret(&key));
        let signature = sign(&secret(&key), &body);
        prop_assert_eq!(verifier.verify(&*signature, &body), Ok(()));
        let mut changed = body.clone();
        changed[at.index(body.len())] ^= 1_u8 << bit;
        prop_assert_eq!(verifier.verify(&*signature, &changed), Err(Error::Mismatch));
    }

    #[test]
    fn no_signature_header_makes_it_panic(signature in prop::collection::vec(any::<u8>(), 0..100)) {
        let mut headers = HeaderMap::new();
        if let Ok(value) = http::HeaderValue::from_bytes(&signature) {
            headers.insert("x-line-signature", value);
        }
        prop_assert!(Verifier::new(&secret(SECRET)).verify_headers(&headers, BODY).is_err());
    }
}
