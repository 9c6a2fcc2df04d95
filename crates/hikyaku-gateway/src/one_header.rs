//! Headers that are given once, as text, or not at all.

use http::HeaderMap;

/// The longest `Idempotency-Key`.
const LONGEST: usize = 128;

/// The value of a header; an empty one is absent, as the Go SDK sends it where none is given. An error says what is wrong.
pub(crate) fn one<'a>(headers: &'a HeaderMap, name: &str) -> Result<Option<&'a str>, String> {
    let wrong = || format!("The header {name} must be given once, as visible ASCII text");
    let mut values = headers.get_all(name).iter();
    let Some(first) = values.next() else { return Ok(None) };
    if values.next().is_some() {
        return Err(wrong());
    }
    let value = first.to_str().map_err(|_| wrong())?.trim();
    Ok(Some(value).filter(|value| !value.is_empty()))
}

/// The name that a header gives to a send, without the quotes around it.
pub(crate) fn idempotency_key<'a>(
    headers: &'a HeaderMap,
    name: &str,
) -> Result<Option<&'a str>, String> {
    let Some(key) = one(headers, name)? else { return Ok(None) };
    let bare = key.strip_prefix('"').and_then(|key| key.strip_suffix('"')).unwrap_or(key);
    let fits = (1..=LONGEST).contains(&bare.len());
    if fits && bare.bytes().all(|byte| byte.is_ascii_graphic()) {
        Ok(Some(bare))
    } else {
        Err(format!("The {name} must have 1 to {LONGEST} visible ASCII characters"))
    }
}
