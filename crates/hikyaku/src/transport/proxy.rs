use std::{error::Error as StdError, fmt, sync::Arc};

use http::{Uri, uri::Scheme};
use hyper_util::client::proxy::matcher::{Intercept, Matcher};

use crate::hostname::is_loopback;

/// Which proxy `https` requests travel through.
///
/// They go through a tunnel (`CONNECT`, [RFC 9110 section 9.3.6](https://www.rfc-editor.org/rfc/rfc9110#section-9.3.6)),
/// so the proxy sees the name of the host and nothing of what is sent. Requests to this machine, and those to `http`
/// addresses, which are simulators and gateways of one's own, always go straight.
///
/// ```
/// use hikyaku::{Client, transport::Proxy};
///
/// let proxy = Proxy::new("http://proxy.example.com:3128")?;
/// let client = Client::builder("TOKEN").proxy(proxy).build()?;
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug)]
pub struct Proxy(Option<Arc<Matcher>>);

impl Proxy {
    /// The proxy that the environment names, as curl reads it: `HTTPS_PROXY`, else `ALL_PROXY`, but for the hosts of
    /// `NO_PROXY` (names with all below them, addresses, networks, separated by commas; `*` for all). Small letters
    /// count where the capitals are not set. This is what a client does unless told otherwise.
    pub fn from_env() -> Self {
        Self(Some(Arc::new(Matcher::from_env())))
    }

    /// No proxy, whatever the environment says.
    pub fn none() -> Self {
        Self(None)
    }

    /// This proxy, for all hosts: `http://HOST:PORT`, or `http://USER:PASSWORD@HOST:PORT`, with the special characters
    /// of user and password percent-encoded.
    ///
    /// # Errors
    /// It is no such URL. The error does not repeat it, since it may hold a password.
    pub fn new(url: &str) -> Result<Self, InvalidProxy> {
        let matcher = Matcher::builder().https(url.to_owned()).build();
        let probe = Uri::from_static("https://api.line.me");
        let intercept = matcher.intercept(&probe).ok_or(InvalidProxy::NoUrl)?;
        check_scheme(&intercept)?;
        Ok(Self(Some(Arc::new(matcher))))
    }

    /// The proxy on the way to this address, if there is one.
    pub(super) fn to(&self, address: &Uri) -> Result<Option<Intercept>, InvalidProxy> {
        let Some(matcher) = &self.0 else { return Ok(None) };
        if address.scheme() != Some(&Scheme::HTTPS) || address.host().is_none_or(is_loopback) {
            return Ok(None);
        }
        let intercept = matcher.intercept(address);
        intercept.as_ref().map(check_scheme).transpose()?;
        Ok(intercept)
    }
}

fn check_scheme(intercept: &Intercept) -> Result<(), InvalidProxy> {
    if intercept.uri().scheme() == Some(&Scheme::HTTP) {
        Ok(())
    } else {
        Err(InvalidProxy::Scheme(intercept.uri().scheme_str().unwrap_or_default().to_owned()))
    }
}

impl Default for Proxy {
    fn default() -> Self {
        Self::from_env()
    }
}

/// Why a text names no proxy that requests can travel through.
#[derive(Debug)]
#[non_exhaustive]
pub enum InvalidProxy {
    /// It is no URL of a proxy.
    NoUrl,
    /// The proxy speaks something else than HTTP, such as SOCKS.
    Scheme(String),
}

impl fmt::Display for InvalidProxy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NoUrl => {
                f.write_str("must be http://HOST:PORT or http://USER:PASSWORD@HOST:PORT")
            }
            Self::Scheme(scheme) => write!(
                f,
                "a proxy is reached over http, not {scheme}; name one as http://HOST:PORT, or set NO_PROXY=* to go straight"
            ),
        }
    }
}

impl StdError for InvalidProxy {}
