//! Headers with other letters than ASCII's, as mail has them: `=?UTF-8?B?8J+Ygg==?=`.

use base64::{Engine as _, engine::general_purpose};

/// A text with its encoded words decoded; what is no such word of UTF-8 stays as it is.
///
/// Source: <https://www.rfc-editor.org/rfc/rfc2047>
pub(super) fn decode(text: &str) -> String {
    let (mut decoded, mut rest, mut after_word) = (String::new(), text, false);
    while let Some((before, from)) = rest.split_once("=?") {
        if let Some((text, after)) = word(from) {
            // Blanks between two words are only there to part them.
            if !after_word || !before.trim().is_empty() {
                decoded.push_str(before);
            }
            decoded.push_str(&text);
            (rest, after_word) = (after, true);
        } else {
            decoded.push_str(before);
            decoded.push_str("=?");
            (rest, after_word) = (from, false);
        }
    }
    decoded.push_str(rest);
    decoded
}

/// Reads what stands behind `=?`.
fn word(from: &str) -> Option<(String, &str)> {
    let (charset, from) = from.split_once('?')?;
    let (encoding, from) = from.split_once('?')?;
    let (text, after) = from.split_once("?=")?;
    if !charset.eq_ignore_ascii_case("utf-8") {
        return None;
    }
    let bytes = match encoding {
        "B" | "b" => general_purpose::STANDARD.decode(text).ok()?,
        "Q" | "q" => {
            let percent = text.replace('%', "%25").replace('_', " ").replace('=', "%");
            percent_encoding::percent_decode_str(&percent).collect()
        }
        _ => return None,
    };
    Some((String::from_utf8(bytes).ok()?, after))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_decoded_and_other_texts_stay() {
        for (text, plain) in [
            ("=?UTF-8?B?8J+Ygg==?=", "😂"),
            ("=?utf-8?q?M=C3=BCll_100%?= today", "Müll 100% today"),
            ("a =?UTF-8?B?8J+Ygg==?= =?UTF-8?B?8J+Ygg==?= b", "a 😂😂 b"),
            ("=?latin1?Q?=FC?=", "=?latin1?Q?=FC?="),
            ("=?UTF-8?B?!?=", "=?UTF-8?B?!?="),
            ("1 =? 2", "1 =? 2"),
            ("plain", "plain"),
        ] {
            assert_eq!(decode(text), plain);
        }
    }
}
