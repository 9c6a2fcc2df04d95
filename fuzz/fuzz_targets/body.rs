//! A body: read owned and borrowed alike, and what is read is written and read again the same.
#![no_main]

use hikyaku_webhook::Webhook;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|body: &[u8]| {
    let owned = Webhook::parse(body);
    let borrowed = Webhook::borrow(body);
    assert_eq!(owned.as_ref().err(), borrowed.as_ref().err());
    let (Ok(owned), Ok(borrowed)) = (owned, borrowed) else { return };
    assert!(owned.events.iter().map(|event| event.raw()).eq(borrowed.events.iter().map(|event| event.raw())));
    let text = serde_json::to_string(&owned).expect("it was JSON");
    assert_eq!(text, serde_json::to_string(&borrowed).expect("it was JSON"));
    assert_eq!(Webhook::parse(text.as_bytes()).expect("it was a webhook"), owned);
});
