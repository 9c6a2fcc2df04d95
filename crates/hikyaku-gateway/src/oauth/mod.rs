//! LINE Notify's OAuth: services ask people for tokens.

mod authorize;
mod consent;
mod reply;
mod token;

use std::{net::IpAddr, sync::Arc};

use bytes::Bytes;
use http::{HeaderMap, HeaderValue, Method, StatusCode, header, request::Parts};

use crate::{
    State,
    account::Accounts,
    answer::{Answer, told},
    cookie,
    fields::Fields,
    language,
    throttle::Throttle,
    words,
};
use reply::stop;

/// The most pages that one address gets in a minute.
const PAGES: u32 = 60;

/// The most numbers, secrets and codes that one address may get wrong in a minute.
const MISTAKES: u32 = 20;

/// What is told of a parameter with a NUL in it, which no database holds.
const NUL: &str = "the parameters must not have a NUL in them";

/// The name of the cookie that ties a page to the browser that it was made for.
const COOKIE: &str = "hikyaku_browser";

/// The pages and the endpoint of OAuth.
#[derive(Debug)]
pub(crate) struct OAuth {
    state: State,
    accounts: Arc<Accounts>,
    /// The channel that people speak to.
    channel: String,
    /// Whether people reach the gateway over HTTPS.
    is_https: bool,
    pages: Throttle,
    mistakes: Throttle,
}

impl OAuth {
    pub(crate) fn new(
        state: State,
        accounts: Arc<Accounts>,
        channel: String,
        is_https: bool,
    ) -> Self {
        let (pages, mistakes) = (Throttle::new(PAGES), Throttle::new(MISTAKES));
        Self { state, accounts, channel, is_https, pages, mistakes }
    }

    /// Answers a request whose path begins with `/oauth/`.
    pub(crate) async fn answer(&self, parts: &Parts, body: &Bytes, caller: IpAddr) -> Answer {
        // Secrets do not stand in an address, which proxies write down.
        let fields = || {
            let content_type = parts.headers.get(header::CONTENT_TYPE);
            let content_type = content_type.and_then(|value| value.to_str().ok());
            Fields::read(None, content_type, body)
        };
        let asked = || Fields::read(parts.uri.query(), None, &Bytes::new());
        let path = parts.uri.path().trim_end_matches('/');
        let mut answer = match (path, &parts.method) {
            ("/oauth/token", &Method::POST) => match fields() {
                fields if fields.has_nul() => told(StatusCode::BAD_REQUEST, NUL),
                fields => self.token(&fields, caller).await,
            },
            ("/oauth/authorize", &Method::GET) => self.show(parts, &asked(), caller).await,
            ("/oauth/consent", &Method::POST) => self.act(parts, &fields(), caller).await,
            ("/oauth/token" | "/oauth/authorize" | "/oauth/consent", _) => {
                told(StatusCode::METHOD_NOT_ALLOWED, "Method not allowed")
            }
            _ => told(StatusCode::NOT_FOUND, "Not found"),
        };
        // Each has a secret in it, or leads to one.
        answer.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
        answer
    }

    async fn show(&self, parts: &Parts, fields: &Fields, caller: IpAddr) -> Answer {
        let lang = language::asked(&parts.headers);
        if !self.pages.count(caller) {
            return stop(lang, StatusCode::TOO_MANY_REQUESTS, words::too_often(lang));
        }
        if fields.has_nul() {
            return stop(lang, StatusCode::BAD_REQUEST, words::unknown_service(lang));
        }
        self.authorize(&parts.headers, fields, lang).await.unwrap_or_else(|error| {
            tracing::error!(%error, "the page of a service could not be made");
            stop(lang, StatusCode::INTERNAL_SERVER_ERROR, words::failed(lang))
        })
    }

    async fn act(&self, parts: &Parts, fields: &Fields, caller: IpAddr) -> Answer {
        let lang = language::asked(&parts.headers);
        if !self.pages.count(caller) || !self.mistakes.allows(caller) {
            return stop(lang, StatusCode::TOO_MANY_REQUESTS, words::too_often(lang));
        }
        if fields.has_nul() {
            return stop(lang, StatusCode::BAD_REQUEST, words::expired(lang));
        }
        // The cookie and the page's secret are what counts. A browser that says so besides is believed.
        let site = parts.headers.get("sec-fetch-site").map(HeaderValue::as_bytes);
        if !matches!(site, None | Some(b"same-origin" | b"none")) {
            return stop(lang, StatusCode::FORBIDDEN, words::expired(lang));
        }
        self.consent(&parts.headers, fields, lang, caller).await.unwrap_or_else(|error| {
            tracing::error!(%error, "what a person chose could not be done");
            stop(lang, StatusCode::INTERNAL_SERVER_ERROR, words::failed(lang))
        })
    }
}

/// The secret of the browser, if it has one.
fn browser(headers: &HeaderMap) -> Option<&str> {
    cookie::get(headers, COOKIE)
}
