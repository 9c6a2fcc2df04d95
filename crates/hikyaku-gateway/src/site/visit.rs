use std::net::IpAddr;

use bytes::Bytes;
use hikyaku_page::Lang;
use http::{HeaderValue, Method, StatusCode, header, request::Parts};

use super::Place;
use crate::{
    Route, Served, Visitor,
    answer::{Answer, page_answer},
    cookie,
    fields::Fields,
    language, page,
};

/// The names of the cookies of sessions: a person may be an operator, too, and cookies know no ports.
const PERSON: &str = "hikyaku_person";
const OPERATOR: &str = "hikyaku_operator";

/// One request for a page.
#[derive(Debug)]
pub(super) struct Visit<'a> {
    parts: &'a Parts,
    pub(super) lang: Lang,
    pub(super) caller: IpAddr,
    /// What a form has sent; the query, where nothing is sent.
    pub(super) fields: Fields,
    pub(super) session: Option<Session>,
    pub(super) place: Place,
    public_url: Option<&'a str>,
}

/// Who is signed in.
#[derive(Debug)]
pub(super) struct Session {
    pub(super) secret: String,
    pub(super) visitor: Visitor,
    /// What the session's forms have in them.
    pub(super) proof: String,
}

impl<'a> Visit<'a> {
    pub(super) fn new(
        parts: &'a Parts,
        body: &Bytes,
        caller: IpAddr,
        place: Place,
        public_url: Option<&'a str>,
    ) -> Self {
        let fields = if parts.method == Method::POST {
            let content_type = parts.headers.get(header::CONTENT_TYPE);
            // What changes something stands in the body, and never in an address.
            Fields::read(None, content_type.and_then(|value| value.to_str().ok()), body)
        } else {
            Fields::read(parts.uri.query(), None, &Bytes::new())
        };
        let lang = language::asked(&parts.headers);
        Self { parts, lang, caller, fields, session: None, place, public_url }
    }

    pub(super) fn method(&self) -> &Method {
        &self.parts.method
    }

    /// The path, without a slash at its end.
    pub(super) fn path(&self) -> &'a str {
        self.parts.uri.path().trim_end_matches('/')
    }

    /// The person who is signed in: the channel, and the id.
    pub(super) fn person(&self) -> Option<(&str, &str)> {
        match &self.session.as_ref()?.visitor {
            Visitor::Person { channel, user } => Some((channel, user)),
            _ => None,
        }
    }

    /// A field of a form, without the blanks around it.
    pub(super) fn given(&self, name: &str) -> &str {
        self.fields.get(name).unwrap_or_default().trim()
    }

    pub(super) fn proof(&self) -> &str {
        self.session.as_ref().map_or("", |it| &it.proof)
    }

    /// The secret of the session that this area of the site has.
    pub(super) fn session_secret(&self, route: &Route) -> Option<String> {
        let served = route.served?;
        cookie::get(&self.parts.headers, cookie_of(served).0).map(str::to_owned)
    }

    /// A cookie for a session of a visitor; an empty secret ends it.
    pub(super) fn cookie(&self, served: Served, secret: &str) -> Result<HeaderValue, crate::Error> {
        let (name, path) = cookie_of(served);
        cookie::set(name, secret, path, self.is_secure(served))
    }

    /// Whether cookies of an area go over HTTPS alone. People's pages are at the public URL; those of operators may be elsewhere.
    pub(super) fn is_secure(&self, served: Served) -> bool {
        let is_public = match served {
            Served::Operator => self.place.behind_proxy,
            _ => self.public_url.is_some_and(|url| url.starts_with("https://")),
        };
        is_public || self.is_https()
    }

    /// Whether the browser has the page over HTTPS, as far as is known.
    fn is_https(&self) -> bool {
        let origin = self.parts.headers.get(header::ORIGIN).map(HeaderValue::as_bytes);
        self.place.is_tls || origin.is_some_and(|origin| origin.starts_with(b"https://"))
    }

    /// The value of another cookie.
    pub(super) fn cookie_value(&self, name: &str) -> Option<&'a str> {
        cookie::get(&self.parts.headers, name)
    }

    /// Where the browser has the page from, such as `https://gateway.example`.
    pub(super) fn origin(&self) -> Option<String> {
        let scheme = if self.is_https() { "https" } else { "http" };
        self.host().map(|host| format!("{scheme}://{host}"))
    }

    fn host(&self) -> Option<&'a str> {
        let host = self.parts.headers.get(header::HOST)?.to_str().ok()?;
        // It becomes a part of addresses.
        let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-._:[]".contains(&byte);
        Some(host).filter(|host| !host.is_empty() && host.bytes().all(is_plain))
    }

    /// Whether a form comes from a page of this site, as the browser says.
    pub(super) fn is_from_here(&self) -> bool {
        let text =
            |name: &str| self.parts.headers.get(name).map(|value| value.to_str().unwrap_or("null"));
        if !matches!(text("sec-fetch-site"), None | Some("same-origin")) {
            return false;
        }
        let Some(origin) = text("origin") else {
            // Every browser tells one of the two.
            return text("sec-fetch-site").is_some();
        };
        let authority = |url: &'_ str| url.split_once("://").map(|(_, rest)| rest.to_owned());
        let from = authority(origin);
        let public = self.public_url.and_then(authority);
        from.is_some() && (from.as_deref() == self.host() || from == public)
    }

    /// A page about what is wrong.
    pub(super) fn stop(&self, status: StatusCode, why: &str) -> Answer {
        page_answer(status, page::stopped(self.lang, why))
    }
}

/// The name of an area's cookie, and the path that it is for.
fn cookie_of(served: Served) -> (&'static str, &'static str) {
    match served {
        Served::Operator => (OPERATOR, "/operator"),
        _ => (PERSON, "/my"),
    }
}
