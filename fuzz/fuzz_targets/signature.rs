//! A header and a body, with a zero byte between them: whatever they are, they are refused or rightly signed.
#![no_main]

use hikyaku_model::ChannelSecret;
use hikyaku_webhook::{Receiver, Verifier, sign};
use http::HeaderValue;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    let secret = ChannelSecret::new("8c570fa6dd201bb328f1c1eac23a96d8").expect("a secret");
    let receiver = Receiver::new(Verifier::new(&secret));
    let mut halves = bytes.splitn(2, |byte| *byte == 0);
    let (header, body) = (halves.next().unwrap_or_default(), halves.next().unwrap_or_default());

    let (mut parts, ()) = http::Request::new(()).into_parts();
    if let Ok(header) = HeaderValue::from_bytes(header) {
        parts.headers.insert("x-line-signature", header);
    }
    if receiver.verify(&parts, body).is_ok() {
        assert_eq!(header, sign(&secret, body).as_bytes());
    }
    let _ = receiver.receive(&parts, body);

    let chosen = Receiver::choosing(move |_, destination| destination.map(|_| Verifier::new(&secret)));
    let _ = chosen.verify(&parts, body);
});
