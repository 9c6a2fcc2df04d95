use std::collections::HashMap;

use hikyaku_webhook::{Error, Receiver, Verifier, Webhook};

use crate::{receiver, secret, signed};

const BODY: &str = r#"{"destination":"U1","events":[{"type":"join"}]}"#;

fn receive(receiver: &Receiver, request: http::Request<&str>) -> Result<Webhook, Error> {
    let (parts, body) = request.into_parts();
    receiver.receive(&parts, body.as_bytes())
}

#[test]
fn a_signed_request_is_read() {
    assert_eq!(receive(&receiver(), signed("secret", BODY)).unwrap().events.len(), 1);
}

#[test]
fn a_request_that_is_signed_otherwise_is_refused_before_it_is_read() {
    assert_eq!(receive(&receiver(), signed("other", "no json")), Err(Error::Mismatch));
    assert_eq!(receive(&receiver(), http::Request::new(BODY)), Err(Error::NoSignature));
    assert!(matches!(
        receive(&receiver(), signed("secret", "no json")),
        Err(Error::NotWebhook { .. })
    ));
}

#[test]
fn a_body_that_is_too_long_is_not_even_hashed() {
    let receiver = receiver().limit(BODY.len() - 1);
    assert_eq!(
        receive(&receiver, signed("secret", BODY)),
        Err(Error::TooLarge { limit: BODY.len() - 1 })
    );
    assert!(receive(&receiver.limit(BODY.len()), signed("secret", BODY)).is_ok());
}

#[test]
fn the_secret_is_chosen_by_destination() {
    let bots = HashMap::from([("U1", "one"), ("U2", "two")]);
    let receiver = Receiver::choosing(move |_, destination| {
        Some(Verifier::new(&secret(bots.get(destination?)?)))
    });
    assert!(receive(&receiver, signed("one", BODY)).is_ok());
    assert_eq!(receive(&receiver, signed("two", BODY)), Err(Error::Mismatch));
    for nobody in [r#"{"destination":"U3","events":[]}"#, r#"{"events":[]}"#, "no json", ""] {
        assert_eq!(receive(&receiver, signed("one", nobody)), Err(Error::NoSecret), "{nobody}");
    }
}

#[test]
fn the_secret_is_chosen_by_path() {
    let receiver = Receiver::choosing(|request, _| {
        let bot = request.uri.path().strip_prefix("/bots/")?;
        Some(Verifier::new(&secret(bot)))
    });
    let mut request = signed("one", BODY);
    assert_eq!(receive(&receiver, request.clone()), Err(Error::NoSecret));
    *request.uri_mut() = "/bots/one".parse().unwrap();
    assert!(receive(&receiver, request).is_ok());
}

#[test]
fn a_receiver_shows_no_secret() {
    assert_eq!(
        format!("{:?}", receiver()),
        "Receiver { verifier: Verifier(1 secrets), limit: 1048576, .. }"
    );
}
