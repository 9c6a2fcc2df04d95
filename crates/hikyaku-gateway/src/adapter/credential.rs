//! A token, in each way that programs can send one.

use base64::{Engine as _, engine::general_purpose};
use bytes::Bytes;
use http::{HeaderMap, header, request::Parts};

use crate::fields::Fields;

/// The token of a request: a bearer's, the password of Basic, Gotify's `X-Gotify-Key`, or `token` or ntfy's `auth` in the query.
pub(super) fn token(parts: &Parts) -> Option<String> {
    let text = |name| parts.headers.get(name).and_then(|value| value.to_str().ok());
    let query = Fields::read(parts.uri.query(), None, &Bytes::new());
    text(header::AUTHORIZATION.as_str())
        .and_then(of_authorization)
        .or_else(|| text("x-gotify-key").map(str::to_owned))
        .or_else(|| query.get("token").map(str::to_owned))
        .or_else(|| of_authorization(&decoded(query.get("auth")?)?))
        .map(|token| token.trim().to_owned())
        .filter(|token| !token.is_empty())
}

fn of_authorization(value: &str) -> Option<String> {
    let (scheme, rest) = value.trim().split_once([' ', '\t'])?;
    if scheme.eq_ignore_ascii_case("bearer") {
        return Some(rest.to_owned());
    }
    if !scheme.eq_ignore_ascii_case("basic") {
        return None;
    }
    let pair = decoded(rest)?;
    let (user, password) = pair.split_once(':')?;
    // Some programs have a place for a user alone.
    Some(if password.is_empty() { user } else { password }.to_owned())
}

/// Base64 in both alphabets, with or without padding.
fn decoded(base64: &str) -> Option<String> {
    let letter = |letter| match letter {
        '-' => '+',
        '_' => '/',
        letter => letter,
    };
    let plain: String = base64.trim().trim_end_matches('=').chars().map(letter).collect();
    let bytes = general_purpose::STANDARD_NO_PAD.decode(plain).ok()?;
    String::from_utf8(bytes).ok()
}

/// A header's text; bytes that are no UTF-8 are replaced.
pub(super) fn header_text(headers: &HeaderMap, name: &str) -> Option<String> {
    headers.get(name).map(|value| String::from_utf8_lossy(value.as_bytes()).trim().to_owned())
}

#[cfg(test)]
mod tests {
    use http::Request;

    use super::*;

    #[test]
    fn a_token_comes_in_many_ways() {
        let of = |uri: &str, name: &'static str, value: &str| {
            let request = Request::post(uri).header(name, value).body(()).unwrap();
            token(&request.into_parts().0)
        };
        for (uri, name, value) in [
            ("/", "authorization", "Bearer T1"),
            ("/", "authorization", "bearer\tT1 "),
            // ":T1", "me:T1" and "T1:".
            ("/", "authorization", "Basic OlQx"),
            ("/", "authorization", "Basic bWU6VDE="),
            ("/", "authorization", "Basic VDE6"),
            ("/", "x-gotify-key", "T1"),
            ("/message?token=T1", "x-other", ""),
            // "Bearer T1", as ntfy has it.
            ("/topic?auth=QmVhcmVyIFQx", "x-other", ""),
        ] {
            assert_eq!(of(uri, name, value).as_deref(), Some("T1"), "{uri} {name} {value}");
        }
        for (uri, name, value) in [
            ("/", "authorization", "Digest T1"),
            ("/", "authorization", "Bearer"),
            ("/", "authorization", "Basic !!!"),
            ("/?token=", "x-other", ""),
            ("/?auth=%00", "x-other", ""),
        ] {
            assert_eq!(of(uri, name, value), None, "{uri} {name} {value}");
        }
    }
}
