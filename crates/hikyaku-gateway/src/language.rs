//! The language of a page.

use hikyaku_page::Lang;
use http::{HeaderMap, header};

/// The first language that a browser asks for and the pages have; English if there is none.
pub(crate) fn asked(headers: &HeaderMap) -> Lang {
    let value = headers.get(header::ACCEPT_LANGUAGE).and_then(|value| value.to_str().ok());
    let mut tags = value.unwrap_or_default().split(',');
    tags.find_map(|tag| of_tag(tag.split(';').next()?.trim())).unwrap_or_default()
}

fn of_tag(tag: &str) -> Option<Lang> {
    let first = tag.split('-').next().unwrap_or(tag);
    let chinese = first.eq_ignore_ascii_case("zh").then_some(Lang::Chinese);
    Lang::from_tag(tag).or_else(|| Lang::from_tag(first)).or(chinese)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_that_there_is() {
        for (value, lang) in [
            ("ja-JP,ja;q=0.9,en;q=0.8", Lang::Japanese),
            ("fr-FR, th;q=0.5", Lang::Thai),
            ("zh-TW", Lang::Chinese),
            ("zh-Hant-HK", Lang::Chinese),
            ("de,*", Lang::English),
            ("", Lang::English),
        ] {
            let mut headers = HeaderMap::new();
            headers.insert(header::ACCEPT_LANGUAGE, value.parse().unwrap());
            assert_eq!(asked(&headers), lang, "{value}");
        }
    }
}
