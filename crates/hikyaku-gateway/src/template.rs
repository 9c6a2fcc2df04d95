//! Templates with placeholders that are filled from JSON: `{{field.path}}`.

use serde::Deserialize;
use serde_json::Value;

use crate::Error;

/// The maximum number of characters for one placeholder, so that a body cannot make a text of any length.
const LONGEST: usize = 2000;

/// A template with placeholders such as `{{monitor.name}}` or `{{tags.0|no tags}}`.
///
/// A placeholder is a path into JSON: names of members, and indices of array elements, from 0. The text after a `|` is
/// used if the JSON has no value at the path, or `null`.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(try_from = "String")]
pub struct Template(Vec<Piece>);

#[derive(Clone, Debug, PartialEq, Eq)]
enum Piece {
    Text(String),
    Place { path: String, otherwise: Option<String> },
}

impl Template {
    /// Parses a template.
    ///
    /// # Errors
    /// The text is empty, a placeholder has no path, or a `{{` has no `}}`.
    pub fn parse(text: &str) -> Result<Self, Error> {
        let (mut pieces, mut rest) = (Vec::new(), text);
        while let Some((before, from)) = rest.split_once("{{") {
            let Some((place, after)) = from.split_once("}}") else {
                return Err(Error::new("a template has {{ without }}"));
            };
            let (path, otherwise) = match place.split_once('|') {
                Some((path, otherwise)) => (path, Some(otherwise.trim().to_owned())),
                None => (place, None),
            };
            let path = path.trim().to_owned();
            if path.split('.').any(str::is_empty) {
                return Err(Error::new(format!(
                    "a template has {{{{{place}}}}}; a place is a path such as {{{{monitor.name}}}}"
                )));
            }
            pieces.push(Piece::Text(before.to_owned()));
            pieces.push(Piece::Place { path, otherwise });
            rest = after;
        }
        pieces.push(Piece::Text(rest.to_owned()));
        pieces.retain(|piece| !matches!(piece, Piece::Text(text) if text.is_empty()));
        if pieces.is_empty() {
            return Err(Error::new("a template must not be empty"));
        }
        Ok(Self(pieces))
    }

    /// Fills the placeholders, and returns at most this many characters of the text.
    ///
    /// # Errors
    /// The JSON has no value at this path.
    pub(crate) fn fill(&self, json: &Value, most: usize) -> Result<String, &str> {
        let (mut text, mut left) = (String::new(), most);
        let mut add = |more: &str| {
            let more: String = more.chars().take(left.min(LONGEST)).collect();
            left -= more.chars().count();
            text.push_str(&more);
        };
        for piece in &self.0 {
            match piece {
                Piece::Text(more) => add(more),
                Piece::Place { path, otherwise } => match (at(json, path), otherwise) {
                    (Some(Value::String(found)), _) => add(found),
                    (Some(found), _) => add(&found.to_string()),
                    (None, Some(otherwise)) => add(otherwise),
                    (None, None) => return Err(path),
                },
            }
        }
        Ok(text)
    }
}

impl TryFrom<String> for Template {
    type Error = Error;

    fn try_from(text: String) -> Result<Self, Error> {
        Self::parse(&text)
    }
}

fn at<'a>(json: &'a Value, path: &str) -> Option<&'a Value> {
    let step = |value: &'a Value, name: &str| match value {
        Value::Array(elements) => elements.get(name.parse::<usize>().ok()?),
        value => value.get(name),
    };
    path.split('.').try_fold(json, step).filter(|value| !value.is_null())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn places_are_filled() {
        let json =
            json!({ "monitor": { "name": "db1" }, "tags": ["a", 2, { "b": null }], "up": false });
        for (template, text) in [
            ("{{monitor.name}} is {{ up }}", "db1 is false"),
            ("{{tags.0}}{{tags.1}}", "a2"),
            ("{{tags.9|no tag}}, {{tags.2.b | - }}", "no tag, -"),
            ("{{monitor}} }} {", r#"{"name":"db1"} }} {"#),
            ("plain", "plain"),
        ] {
            assert_eq!(Template::parse(template).unwrap().fill(&json, 100).unwrap(), text);
        }
        let template = Template::parse("{{tags.2.b}}").unwrap();
        assert_eq!(template.fill(&json, 100), Err("tags.2.b"));
        for wrong in ["", "{{a", "{{}}", "{{a..b}}", "{{|a}}"] {
            assert!(Template::parse(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn a_filled_text_is_never_longer_than_it_may_be() {
        let json = json!({ "a": "あ".repeat(100_000) });
        let template = Template::parse(&"{{a}}".repeat(5000)).unwrap();
        assert_eq!(template.fill(&json, 4000).unwrap().chars().count(), 4000);
    }
}
