//! The language of a page.

use hikyaku_page::Lang;
use http::{HeaderMap, header};

/// The first language that a browser asks for and the pages have; English if there is none.
pub(crate) fn asked(headers: &HeaderMap) -> Lang {
    let value = headers.get(header::ACCEPT_LANGUAGE).and_then(|value| value.to_str().ok());
    Lang::preferred(value.unwrap_or_default()).unwrap_or_default()
}
