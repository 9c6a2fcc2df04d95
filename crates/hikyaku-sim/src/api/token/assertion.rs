use http::StatusCode;

use crate::{
    api::{Answer, Scene, form::oauth_error},
    state::assertion::{Assertion, InvalidAssertion},
};

/// The one type of assertion that there is.
pub(super) const TYPE: &str = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";

/// An assertion that is signed with a registered key, by the channel whose key it is, and good now.
///
/// LINE prints the words for a key that is not registered, for one of another channel and for the time. The others are
/// ours.
pub(super) fn check(scene: &Scene<'_>, jwt: &str) -> Result<Assertion, Answer> {
    let assertion = scene.world.keys.open(jwt).map_err(refused)?;
    let id = scene.world.id_of(assertion.holder);
    assertion.check(id, scene.now).map_err(refused)?;
    Ok(assertion)
}

fn refused(why: InvalidAssertion) -> Answer {
    let words = match why {
        InvalidAssertion::NoKey => {
            let message = "Cannot find channel key that satisfies the conditions";
            return Answer::error(StatusCode::NOT_FOUND, message);
        }
        InvalidAssertion::Malformed => "Invalid client_assertion",
        InvalidAssertion::Signature => "Invalid signature",
        InvalidAssertion::Issuer => "iss and clientId of key do not match",
        InvalidAssertion::Subject => "Invalid sub",
        InvalidAssertion::Audience => "Invalid aud",
        InvalidAssertion::Expiry => "Invalid exp",
    };
    oauth_error("invalid_client", words)
}
