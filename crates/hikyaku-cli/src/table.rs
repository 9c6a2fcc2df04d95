//! TOML that people write.

use toml::Table;

/// Reads the whole of it.
pub(crate) fn parse(text: &str) -> Result<Table, String> {
    text.parse().map_err(|error: toml::de::Error| {
        // Not its `Display`, which draws the place and may so show a token.
        let at = error.span().map_or(0, |span| span.start);
        let line = text.bytes().take(at).filter(|byte| *byte == b'\n').count() + 1;
        format!("line {line}: {}", one_line(error.message()))
    })
}

/// Refuses keys that nothing reads: most are misspelt.
pub(crate) fn known(table: &Table, keys: &[&str], place: &str) -> Result<(), String> {
    match table.keys().find(|key| !keys.contains(&key.as_str())) {
        None => Ok(()),
        Some(key) => Err(match nearest(key, keys) {
            Some(nearest) => format!("unknown key {key}{place}; is {nearest} meant?"),
            None => format!("unknown key {key}{place}; known are {}", keys.join(", ")),
        }),
    }
}

/// The word that is most probably meant.
pub(crate) fn nearest<'a>(word: &str, words: &[&'a str]) -> Option<&'a str> {
    words
        .iter()
        .map(|candidate| (strsim::jaro_winkler(word, candidate), *candidate))
        .filter(|(likeness, _)| *likeness > 0.7)
        .max_by(|(a, _), (b, _)| a.total_cmp(b))
        .map(|(_, candidate)| candidate)
}

/// A text of several lines as one.
pub(crate) fn one_line(text: &str) -> String {
    text.lines().collect::<Vec<_>>().join(" ")
}
