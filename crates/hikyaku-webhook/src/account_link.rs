//! The two values that link a user's LINE account with one of your own.
//!
//! Source: <https://developers.line.biz/en/docs/messaging-api/linking-accounts/>

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};

/// A nonce of the form that LINE asks for, from 32 random bytes.
///
/// Keep it with the user of your own service; the `accountLink` event brings it back. The bytes must come from a
/// cryptographic source, or somebody guesses it and links an account that is not theirs.
///
/// ```
/// use hikyaku_webhook::account_link::{nonce, url};
///
/// # let random = [7; 32];
/// let nonce = nonce(random);
/// assert_eq!(
///     url("NMZTNuVrPTqlr2IF8Bnymkb7rXfYv5EY", &nonce),
///     "https://access.line.me/dialog/bot/accountLink?linkToken=NMZTNuVrPTqlr2IF8Bnymkb7rXfYv5EY\
///      &nonce=BwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwc"
/// );
/// ```
pub fn nonce(random: [u8; 32]) -> String {
    URL_SAFE_NO_PAD.encode(random)
}

/// Where to send the user after the login to your own service.
pub fn url(link_token: &str, nonce: &str) -> String {
    let [link_token, nonce] =
        [link_token, nonce].map(|text| utf8_percent_encode(text, NON_ALPHANUMERIC));
    format!("https://access.line.me/dialog/bot/accountLink?linkToken={link_token}&nonce={nonce}")
}
