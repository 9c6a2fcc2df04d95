use std::{fmt, net::IpAddr};

use http::Uri;

/// The most characters of a webhook URL.
///
/// Source: <https://developers.line.biz/en/reference/messaging-api/#set-webhook-endpoint-url>
const MOST: usize = 500;

/// The reason why a simulator cannot deliver webhooks to a URL.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct InvalidWebhookUrl {
    url: String,
    why: &'static str,
}

impl fmt::Display for InvalidWebhookUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "`{}` cannot be a webhook URL: {}", self.url, self.why)
    }
}

impl std::error::Error for InvalidWebhookUrl {}

/// Whether a simulator can deliver to this URL: to this machine, or to any if that is allowed.
pub(crate) fn deliverable(url: &str, remote_allowed: bool) -> Result<Uri, InvalidWebhookUrl> {
    let invalid = |why| InvalidWebhookUrl { url: url.to_owned(), why };
    let uri = parse(url).filter(|uri| matches!(uri.scheme_str(), Some("http" | "https")));
    let uri = uri.ok_or_else(|| {
        invalid(
            "it must have the form `http://127.0.0.1:3000/callback`, with 500 characters at most",
        )
    })?;
    if !remote_allowed && !is_loopback(&uri) {
        return Err(invalid(
            "it is not on this machine; allow other machines if you mean to send webhooks to them",
        ));
    }
    Ok(uri)
}

/// Whether LINE would take a URL, or a simulator can deliver to it.
///
/// LINE demands HTTPS. Our choice: plain HTTP is good as well where the simulator delivers to it, since a bot under test
/// sets the address that it has.
pub(crate) fn is_endpoint(url: &str, remote_allowed: bool) -> bool {
    deliverable(url, remote_allowed).is_ok()
        || parse(url).is_some_and(|uri| uri.scheme_str() == Some("https"))
}

fn parse(url: &str) -> Option<Uri> {
    let uri: Uri = url.parse().ok().filter(|_| url.len() <= MOST)?;
    uri.host().filter(|host| !host.is_empty())?;
    Some(uri)
}

fn is_loopback(uri: &Uri) -> bool {
    let host = uri.host().unwrap_or("").trim_start_matches('[').trim_end_matches(']');
    let address = host.parse::<IpAddr>();
    address.map_or_else(|_| host.eq_ignore_ascii_case("localhost"), |address| address.is_loopback())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_this_machine_is_delivered_to() {
        for url in [
            "http://127.0.0.1:3000/callback",
            "http://localhost",
            "http://[::1]:1/a?b=c",
            "https://127.0.0.1/",
            "https://localhost:8443/callback",
        ] {
            assert!(deliverable(url, false).is_ok(), "{url}");
        }
        for url in [
            "http://192.0.2.1/",
            "http://bot.example/",
            "http://localhost.example/",
            "https://bot.example/",
        ] {
            assert!(deliverable(url, false).is_err(), "{url}");
            assert!(deliverable(url, true).is_ok(), "{url}");
        }
        let long = format!("http://localhost/{}", "a".repeat(500));
        for url in ["", "/callback", "localhost:3000", "ftp://127.0.0.1/", &long] {
            assert!(deliverable(url, true).is_err(), "{url}");
        }
    }

    #[test]
    fn https_anywhere_is_an_endpoint() {
        assert!(is_endpoint("https://bot.example/callback", false));
        assert!(is_endpoint("http://127.0.0.1:3000/", false));
        for url in ["http://bot.example/", "https://", "bot.example", "ftp://bot.example"] {
            assert!(!is_endpoint(url, false), "{url}");
        }
    }
}
