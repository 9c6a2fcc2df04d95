use std::{borrow::Cow, fmt::Write};

use http::{
    HeaderValue, Uri,
    uri::{Authority, PathAndQuery, Scheme},
};
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};

use crate::{
    Error,
    hostname::{ends_with, is_loopback},
    route::Route,
};

/// What a value in a path, query or form keeps as it is: RFC 3986's unreserved characters.
pub(crate) const VALUE: &AsciiSet =
    &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');

/// The longest base URL, and the longest path and query. Servers take about half of it, and `Uri` 64 KB.
const LONGEST: usize = 16 * 1024;

/// The path and query of one request. Every value is percent-encoded here and nowhere else, so that an id can never
/// reach another route.
#[derive(Clone, Debug)]
pub(crate) struct Target {
    path: Cow<'static, str>,
}

impl Target {
    /// The route's path with its values in place of the names, in their order.
    pub(crate) fn new(route: &Route, values: &[&str]) -> Result<Self, Error> {
        if values.is_empty() {
            debug_assert!(!route.path.contains('{'), "{} needs values", route.path);
            return Ok(Self::fixed(route.path));
        }
        let mut path = String::with_capacity(route.path.len() + 64);
        let mut values = values.iter();
        let mut rest = route.path;
        while let Some((before, after)) = rest.split_once('{') {
            let (name, after) = after.split_once('}').expect("a route closes its braces");
            let value = values.next().expect("a value for each name");
            // Servers and proxies may resolve dot segments even when they are encoded.
            if matches!(*value, "" | "." | "..") {
                return Err(Error::invalid(name, "must be an id, not empty and no dot segment"));
            }
            path.push_str(before);
            path.extend(utf8_percent_encode(value, VALUE));
            rest = after;
        }
        path.push_str(rest);
        Ok(Self { path: path.into() })
    }

    /// A path that takes no values.
    pub(crate) fn fixed(path: &'static str) -> Self {
        Self { path: Cow::Borrowed(path) }
    }

    /// Adds a query parameter.
    pub(crate) fn query(mut self, name: &str, value: &str) -> Self {
        let separator = if self.path.contains('?') { '&' } else { '?' };
        let encoded = utf8_percent_encode(value, VALUE);
        write!(self.path.to_mut(), "{separator}{name}={encoded}").expect("a string takes all");
        self
    }

    /// Refuses what no URL has room for: ids and places in lists come from outside.
    pub(crate) fn check(&self) -> Result<(), Error> {
        if self.path.len() > LONGEST {
            let why = format!("would be longer than {LONGEST} bytes; give shorter values");
            return Err(Error::invalid("url", why));
        }
        Ok(())
    }
}

/// Where a host is reached: its origin, and a prefix for one that stands behind a path.
#[derive(Clone, Debug)]
pub(crate) struct BaseUrl {
    scheme: Scheme,
    authority: Authority,
    prefix: Box<str>,
    host: Option<HeaderValue>,
}

impl BaseUrl {
    /// `property` names the setting in the error.
    pub(crate) fn parse(property: &'static str, url: &str) -> Result<Self, Error> {
        let wrong = |why: &str| {
            Error::invalid(property, format!("{why}; expected a form like https://api.line.me"))
        };
        if url.len() > LONGEST {
            return Err(wrong("is too long"));
        }
        let uri: Uri =
            url.trim_end_matches('/').parse().map_err(|e| wrong(&format!("is no URL ({e})")))?;
        let parts = uri.into_parts();
        let (Some(scheme), Some(authority)) = (parts.scheme, parts.authority) else {
            return Err(wrong("is no absolute URL"));
        };
        if scheme != Scheme::HTTP && scheme != Scheme::HTTPS {
            return Err(wrong("must begin with http:// or https://"));
        }
        if authority.as_str().contains('@') {
            return Err(wrong("must not hold a user name or password"));
        }
        if authority.port().is_none() && authority.as_str() != authority.host() {
            return Err(wrong("must have a port from 0 to 65535, or none"));
        }
        let path = parts.path_and_query.as_ref();
        if path.is_some_and(|path| path.query().is_some()) {
            return Err(wrong("must not have a query"));
        }
        let prefix = path.map_or("", |path| path.path().trim_end_matches('/'));
        let plain = scheme == Scheme::HTTP;
        let host = if plain { HeaderValue::from_str(authority.as_str()).ok() } else { None };
        Ok(Self { scheme, authority, prefix: prefix.into(), host })
    }

    /// The header `Host`, which hyper would otherwise put together for each request. Over https it is left to hyper:
    /// HTTP/2 has none.
    pub(crate) fn host_header(&self) -> Option<&HeaderValue> {
        self.host.as_ref()
    }

    /// Whether it is on this machine.
    pub(crate) fn is_loopback(&self) -> bool {
        is_loopback(self.host())
    }

    /// Whether it is one of LINE's own hosts.
    pub(crate) fn is_lines(&self) -> bool {
        [".line.me", ".line.biz"].iter().any(|domain| ends_with(self.host(), domain))
    }

    pub(crate) fn host(&self) -> &str {
        self.authority.host()
    }

    /// The URL of a request.
    pub(crate) fn target(&self, target: &Target) -> Uri {
        let path = match &target.path {
            Cow::Borrowed(path) if self.prefix.is_empty() => PathAndQuery::from_static(path),
            path => PathAndQuery::from_maybe_shared(format!("{}{path}", self.prefix))
                .expect("a route's path with its values percent-encoded"),
        };
        self.uri(path)
    }

    /// The URL of a path that takes no values.
    pub(crate) fn fixed(&self, path: &'static str) -> Uri {
        self.target(&Target::fixed(path))
    }

    fn uri(&self, path_and_query: PathAndQuery) -> Uri {
        let mut parts = http::uri::Parts::default();
        parts.scheme = Some(self.scheme.clone());
        parts.authority = Some(self.authority.clone());
        parts.path_and_query = Some(path_and_query);
        Uri::from_parts(parts).expect("scheme, authority and path make a URI")
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const PROFILE: Route =
        Route::get("getGroupMemberProfile", "/v2/bot/group/{groupId}/member/{userId}");

    #[test]
    fn values_take_their_places() {
        let target = Target::new(&PROFILE, &["C1", "a/../b?c#d%"]).unwrap().query("start", "x y&z");
        assert_eq!(target.path, "/v2/bot/group/C1/member/a%2F..%2Fb%3Fc%23d%25?start=x%20y%26z");
    }

    #[test]
    fn dot_segments_are_refused() {
        for value in ["", ".", ".."] {
            let error = Target::new(&PROFILE, &["C1", value]).unwrap_err();
            assert_eq!(error.details()[0].property.as_deref(), Some("userId"));
        }
    }

    #[test]
    fn a_base_url_may_end_in_a_slash_and_have_a_prefix() {
        let base = BaseUrl::parse("api_base_url", "http://localhost:1/line/").unwrap();
        assert_eq!(base.fixed("/v2/bot/info"), "http://localhost:1/line/v2/bot/info");
        let base = BaseUrl::parse("api_base_url", "https://api.line.me/").unwrap();
        assert_eq!(base.fixed("/v2/bot/info"), "https://api.line.me/v2/bot/info");
    }

    #[test]
    fn what_is_no_base_url_is_refused() {
        for url in
            ["", "api.line.me", "ftp://x", "/v2", "https://u:p@x", "https://x/?q=1", "https://a b"]
        {
            assert!(BaseUrl::parse("api_base_url", url).is_err(), "{url}");
        }
    }

    proptest! {
        #[test]
        fn any_id_stays_in_its_segment(group in ".+", user in ".+") {
            let Ok(target) = Target::new(&PROFILE, &[&group, &user]) else {
                prop_assert!([&group, &user].iter().any(|id| matches!(id.as_str(), "." | "..")));
                return Ok(());
            };
            let uri = BaseUrl::parse("api_base_url", "https://api.line.me").unwrap().target(&target);
            prop_assert_eq!(uri.query(), None);
            let segments: Vec<_> = uri.path().split('/').collect();
            prop_assert_eq!(&segments[..4], &["", "v2", "bot", "group"]);
            prop_assert_eq!(segments[5], "member");
            prop_assert_eq!(segments.len(), 7);
            let decode = |s: &str| percent_encoding::percent_decode_str(s).decode_utf8().unwrap().into_owned();
            prop_assert_eq!(decode(segments[4]), group);
            prop_assert_eq!(decode(segments[6]), user);
        }
    }
}
