//! Cookies.

use http::{HeaderMap, HeaderValue, header};

use crate::Error;

/// The value of a cookie that a browser sent.
pub(crate) fn get<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    let values = headers.get_all(header::COOKIE).iter().filter_map(|value| value.to_str().ok());
    let mut pairs = values.flat_map(|value| value.split(';')).filter_map(|it| it.split_once('='));
    pairs.find(|(key, _)| key.trim() == name).map(|(_, value)| value.trim())
}

/// A cookie that no script reads and no other site's form sends; the browser forgets it when it ends, unless told to earlier.
pub(crate) fn set(
    name: &str,
    value: &str,
    path: &str,
    is_secure: bool,
) -> Result<HeaderValue, Error> {
    let secure = if is_secure { "; Secure" } else { "" };
    let gone = if value.is_empty() { "; Max-Age=0" } else { "" };
    let cookie = format!("{name}={value}; Path={path}; HttpOnly; SameSite=Lax{secure}{gone}");
    HeaderValue::try_from(cookie).map_err(|why| Error::because("the cookie", why))
}
