use std::fmt;

use hikyaku_model::{Checker, limits};

/// An address that a page may load or link to: percent-encoded HTTPS, or a path on the page's own server.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Url(String);

impl Url {
    /// Creates an address from a URL that LINE would accept for an image; `None` for any other text.
    ///
    /// ```
    /// use hikyaku_page::html::Url;
    ///
    /// assert!(Url::https("https://example.com/a.png").is_some());
    /// for other in ["http://example.com/", "javascript:alert(1)", "data:text/html,a", "//example.com", "https://a b"] {
    ///     assert!(Url::https(other).is_none(), "{other}");
    /// }
    /// ```
    pub fn https(text: &str) -> Option<Self> {
        let mut checker = Checker::default();
        limits::MEDIA_URL.check(text, &mut checker);
        checker.finish().is_ok().then(|| Self(text.to_owned()))
    }

    /// Creates an address from a path on the page's server; `None` for a text that could lead anywhere else.
    ///
    /// ```
    /// use hikyaku_page::html::Url;
    ///
    /// assert!(Url::path("/pictures/1.png").is_some());
    /// for other in ["", "a", "//example.com/", "/../a", "/a?b", "/a b", "/\\example.com"] {
    ///     assert!(Url::path(other).is_none(), "{other}");
    /// }
    /// ```
    pub fn path(text: &str) -> Option<Self> {
        let mut steps = text.strip_prefix('/')?.split('/');
        let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-_.".contains(&byte);
        let is_plain =
            |step: &str| !step.is_empty() && !step.starts_with('.') && step.bytes().all(plain);
        steps.all(is_plain).then(|| Self(text.to_owned()))
    }

    /// Takes a path as [`path`](Self::path) does, with a query of these names and values, whatever they are.
    ///
    /// ```
    /// use hikyaku_page::html::Url;
    ///
    /// let url = Url::query("/find", &[("name", "a&b"), ("page", "2")]).unwrap();
    /// assert_eq!(url.as_str(), "/find?name=a%26b&page=2");
    /// ```
    pub fn query(path: &str, pairs: &[(&str, &str)]) -> Option<Self> {
        let Self(mut url) = Self::path(path)?;
        for (index, (name, value)) in pairs.iter().enumerate() {
            url.push(if index == 0 { '?' } else { '&' });
            push_encoded(&mut url, name);
            url.push('=');
            push_encoded(&mut url, value);
        }
        Some(Self(url))
    }

    /// Returns the address.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Returns the last part of its path, to distinguish images; the host if there is no path.
    pub fn name(&self) -> &str {
        let rest = self.0.split_once("://").map_or(self.as_str(), |(_, rest)| rest);
        let path = rest.split(['?', '#']).next().unwrap_or_default();
        path.rsplit('/').find(|part| !part.is_empty()).unwrap_or(path)
    }
}

impl fmt::Display for Url {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// Adds a text as a part of a query: all but what stands for itself everywhere in a URL is percent-encoded.
fn push_encoded(url: &mut String, text: &str) {
    const DIGITS: &[u8; 16] = b"0123456789ABCDEF";
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
            url.push(char::from(byte));
        } else {
            url.push('%');
            for half in [byte >> 4, byte & 15] {
                url.extend(DIGITS.get(usize::from(half)).map(|digit| char::from(*digit)));
            }
        }
    }
}
