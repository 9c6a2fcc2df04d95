//! Addresses that services have people sent back to.

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};

/// The most bytes of one.
const LONGEST: usize = 2000;

/// All but what stands for itself everywhere in a URL.
const RESERVED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');

/// Checks an address that is to be registered.
pub(crate) fn check(url: &str) -> Result<(), &'static str> {
    let rest = url.strip_prefix("https://").or_else(|| url.strip_prefix("http://"));
    let Some(rest) = rest else { return Err("must begin with https:// or http://") };
    let host = rest.split(['/', '?']).next().unwrap_or_default();
    if host.is_empty() || host.contains('@') {
        return Err("must have a host, and no user before it");
    }
    if url.contains('#') {
        return Err("must not have a #");
    }
    let is_plain = |byte: u8| byte.is_ascii_graphic() && !b"\"'<>\\`".contains(&byte);
    if url.len() > LONGEST || !url.bytes().all(is_plain) {
        return Err(
            "must have at most 2000 characters, all of ASCII and none a blank, a quote or a bracket of HTML",
        );
    }
    Ok(())
}

/// What people read of it: whose it is.
pub(crate) fn host(url: &str) -> &str {
    let rest = url.split_once("://").map_or(url, |(_, rest)| rest);
    rest.split(['/', '?']).next().unwrap_or_default()
}

/// The address with these values in its query, behind what it has there already.
pub(crate) fn with_query(url: &str, pairs: &[(&str, &str)]) -> String {
    let mut url = url.to_owned();
    for (name, value) in pairs {
        url.push(if url.contains('?') { '&' } else { '?' });
        url.push_str(name);
        url.push('=');
        url.extend(utf8_percent_encode(value, RESERVED));
    }
    url
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn what_can_be_registered() {
        for good in
            ["https://a.example/cb", "http://127.0.0.1:5000/callback?x=1", "http://[::1]:80/"]
        {
            assert_eq!(check(good), Ok(()), "{good}");
        }
        for bad in [
            "javascript:alert(1)",
            "app://cb",
            "/cb",
            "https://",
            "https:///cb",
            "https://user@a.example/",
            "https://a.example/#x",
            "https://a.example/ b",
            "https://a.example/\r\nSet-Cookie: a=b",
            "https://例え.example/",
        ] {
            assert!(check(bad).is_err(), "{bad}");
        }
        assert_eq!(host("https://a.example:8443/cb?x=1"), "a.example:8443");
    }

    #[test]
    fn values_stay_values() {
        let url = with_query("https://a.example/cb", &[("code", "abc"), ("state", "a&b=c #é")]);
        assert_eq!(url, "https://a.example/cb?code=abc&state=a%26b%3Dc%20%23%C3%A9");
        assert_eq!(with_query("http://a/?x=1", &[("y", "2")]), "http://a/?x=1&y=2");
    }

    proptest! {
        /// Whatever a value has in it, the service reads it again, and it adds no other.
        #[test]
        fn what_is_put_into_a_query_is_read_from_it(values in prop::collection::vec(any::<String>(), 1..4)) {
            let pairs: Vec<(&str, &str)> = values.iter().map(|value| ("code", value.as_str())).collect();
            let url = with_query("https://a.example/cb?x=1", &pairs);
            prop_assert!(http::HeaderValue::try_from(&url).is_ok());
            prop_assert!(check(&url).is_ok() || url.len() > LONGEST);
            let query = url.split_once('?').unwrap().1;
            let read: Vec<String> = query
                .split('&')
                .skip(1)
                .map(|pair| {
                    let value = pair.strip_prefix("code=").unwrap();
                    percent_encoding::percent_decode_str(value).decode_utf8().unwrap().into_owned()
                })
                .collect();
            prop_assert_eq!(read, values);
        }

        #[test]
        fn no_address_panics(url in "(https?://)?[ -~\u{e9}\u{0}]{0,40}") {
            if check(&url).is_ok() {
                prop_assert!(!host(&url).is_empty());
            }
        }
    }
}
