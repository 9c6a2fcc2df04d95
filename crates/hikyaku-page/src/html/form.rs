/// The target of a form.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FormTarget {
    action: String,
    source: String,
}

impl FormTarget {
    /// Creates a target on the page's own site, from a path.
    pub fn own(path: &'static str) -> Self {
        Self { action: path.to_owned(), source: "'self'".to_owned() }
    }

    /// Creates a target on another site, from an HTTP or HTTPS URL; `None` for any other text.
    ///
    /// ```
    /// use hikyaku_page::html::FormTarget;
    ///
    /// assert!(FormTarget::url("http://127.0.0.1:5000/callback?a=b").is_some());
    /// for other in ["javascript:alert(1)", "/path", "https://user@example.com/", "https://a;b/", "https:///a", "https://a b"] {
    ///     assert!(FormTarget::url(other).is_none(), "{other}");
    /// }
    /// ```
    pub fn url(text: &str) -> Option<Self> {
        let (scheme, rest) = text.split_once("://")?;
        let scheme = ["http", "https"].into_iter().find(|it| scheme.eq_ignore_ascii_case(it))?;
        let host = rest.split(['/', '?', '#']).next().filter(|host| !host.is_empty())?;
        let is_plain = |byte: u8| byte.is_ascii_graphic() && !b"\"'<>\\`".contains(&byte);
        if !text.bytes().all(is_plain) {
            return None;
        }
        let source = if host.starts_with('[') {
            let is_address = |byte: u8| byte.is_ascii_hexdigit() || b"[]:.".contains(&byte);
            // A policy has no way to name an address of IPv6.
            host.bytes().all(is_address).then(|| format!("{scheme}:"))?
        } else {
            let is_host = |byte: u8| byte.is_ascii_alphanumeric() || b"-._:".contains(&byte);
            host.bytes().all(is_host).then(|| format!("{scheme}://{host}"))?
        };
        Some(Self { action: text.to_owned(), source })
    }

    pub(super) fn action(&self) -> &str {
        &self.action
    }

    /// How a content security policy names it.
    pub(super) fn source(&self) -> &str {
        &self.source
    }
}
