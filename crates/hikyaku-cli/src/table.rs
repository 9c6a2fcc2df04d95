//! TOML written by people.

use toml::{
    Table,
    de::{DeTable, DeValue},
};

/// Parses the whole text.
pub(crate) fn parse(text: &str) -> Result<Table, String> {
    text.parse().map_err(|error| explain(text, &error))
}

/// What is wrong with a text, and in which line.
pub(crate) fn explain(text: &str, error: &toml::de::Error) -> String {
    // Not its `Display`, which quotes the line and may thereby show a token.
    let at = error.span().map_or(0, |span| span.start);
    let message = one_line(error.message());
    let quoted: Vec<&str> = message.split('`').skip(1).step_by(2).collect();
    let near = match quoted.as_slice() {
        [name, known @ ..] if message.starts_with("unknown ") => nearest(name, known),
        _ => None,
    };
    let near = near.map_or_else(String::new, |near| format!("; is `{near}` meant?"));
    format!("line {}: {message}{near}", line_at(text, at))
}

/// The line that a byte is in, from 1.
fn line_at(text: &str, byte: usize) -> usize {
    text.bytes().take(byte).filter(|byte| *byte == b'\n').count() + 1
}

/// The line of a place in a text, such as `person[0].friend_of[1]`; of what is around it, where it is not there.
pub(crate) fn line_of(text: &str, place: &str) -> Option<usize> {
    let document = DeTable::parse(text).ok()?;
    let mut steps = place.split(['.', '[']).map(|step| step.trim_end_matches(']'));
    let mut value = document.get_ref().get(steps.next()?)?;
    for step in steps {
        let next = match value.get_ref() {
            DeValue::Table(table) => table.get(step),
            DeValue::Array(items) => items.get(step.parse::<usize>().unwrap_or(usize::MAX)),
            _ => None,
        };
        let Some(next) = next else { break };
        value = next;
    }
    Some(line_at(text, value.span().start))
}

/// Refuses unknown keys: most are misspelt.
pub(crate) fn known(table: &Table, keys: &[&str], place: &str) -> Result<(), String> {
    match table.keys().find(|key| !keys.contains(&key.as_str())) {
        None => Ok(()),
        Some(key) => Err(match nearest(key, keys) {
            Some(nearest) => format!("unknown key {key}{place}; is {nearest} meant?"),
            None => format!("unknown key {key}{place}; known are {}", keys.join(", ")),
        }),
    }
}

/// Returns the word that is most probably meant.
pub(crate) fn nearest<'a>(word: &str, words: &[&'a str]) -> Option<&'a str> {
    words
        .iter()
        .map(|candidate| (strsim::jaro_winkler(word, candidate), *candidate))
        .filter(|(likeness, _)| *likeness > 0.7)
        .max_by(|(a, _), (b, _)| a.total_cmp(b))
        .map(|(_, candidate)| candidate)
}

/// Joins the lines of a text.
pub(crate) fn one_line(text: &str) -> String {
    text.lines().collect::<Vec<_>>().join(" ")
}
