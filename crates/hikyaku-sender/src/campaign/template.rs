use serde_json::Value;

/// A request with variables, ready to be filled in many times.
///
/// It works on the request's JSON text: `{name}` can only stand within a string there, since an object's brace is
/// followed by a quotation mark, a blank or its end.
#[derive(Debug, PartialEq)]
pub(super) struct Template {
    parts: Vec<Part>,
    columns: usize,
}

#[derive(Debug, PartialEq)]
enum Part {
    Text(String),
    /// A column of the list.
    Value(usize),
}

impl Template {
    /// Names that are no column stay as they are.
    pub(super) fn new(json: &str, columns: &[String]) -> Self {
        let mut parts = Vec::new();
        let mut text = String::new();
        let mut rest = json;
        while let Some((before, after)) = rest.split_once('{') {
            text.push_str(before);
            let column = after.split_once('}').and_then(|(name, after)| {
                Some((columns.iter().position(|column| column == name)?, after))
            });
            if let Some((column, after)) = column {
                parts.push(Part::Text(std::mem::take(&mut text)));
                parts.push(Part::Value(column));
                rest = after;
            } else {
                text.push('{');
                rest = after;
            }
        }
        text.push_str(rest);
        parts.push(Part::Text(text));
        Self { parts, columns: columns.len() }
    }

    /// The first `{name}` of a request's texts that is neither a column nor a placeholder of LINE's own text messages:
    /// a misspelt one, most likely, which nobody is to read.
    pub(super) fn unknown_name(json: &str, columns: &[String]) -> Option<String> {
        let request = serde_json::from_str(json).unwrap_or_default();
        let mut names = Names::default();
        names.collect(&request);
        names
            .used
            .into_iter()
            .find(|name| !columns.contains(name) && !names.substituted.contains(name))
    }

    /// The request with one line's values, of which there must be one for each column: nobody is to read a text with a hole.
    pub(super) fn fill(&self, values: &[String]) -> Result<String, String> {
        let Self { parts, columns } = self;
        match values.len() {
            few if few < *columns => {
                return Err(format!(
                    "has {few} of the {columns} values that the line of names has"
                ));
            }
            many if many > *columns => {
                return Err(format!(
                    "has more than the {columns} values that the line of names has"
                ));
            }
            _ => {}
        }
        let mut json = String::new();
        for part in parts {
            match part {
                Part::Text(text) => json.push_str(text),
                Part::Value(column) => {
                    let value = values.get(*column).map_or("", String::as_str);
                    let quoted = serde_json::Value::from(value).to_string();
                    // Within the quotes: the template has its own.
                    json.push_str(quoted.get(1..quoted.len() - 1).unwrap_or_default());
                }
            }
        }
        Ok(json)
    }
}

/// The names in braces of a request.
#[derive(Default)]
struct Names {
    used: Vec<String>,
    /// The keys of `substitution` in a text message of version 2.
    substituted: Vec<String>,
}

impl Names {
    fn collect(&mut self, value: &Value) {
        match value {
            Value::String(text) => self.used.extend(text.split('{').skip(1).filter_map(|after| {
                let (name, _) = after.split_once('}')?;
                let word = |c: char| c.is_alphanumeric() || matches!(c, '_' | '-');
                (!name.is_empty() && name.chars().all(word)).then(|| name.to_owned())
            })),
            Value::Array(items) => items.iter().for_each(|item| self.collect(item)),
            Value::Object(fields) => {
                for (name, field) in fields {
                    if let ("substitution", Value::Object(of)) = (name.as_str(), field) {
                        self.substituted.extend(of.keys().cloned());
                    }
                    self.collect(field);
                }
            }
            _ => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::{Value, json};

    use super::*;

    fn fill(template: &Value, columns: &[&str], values: &[&str]) -> Value {
        let owned = |it: &[&str]| it.iter().map(|it| (*it).to_owned()).collect::<Vec<_>>();
        let filled = Template::new(&template.to_string(), &owned(columns)).fill(&owned(values));
        serde_json::from_str(&filled.unwrap()).unwrap()
    }

    #[test]
    fn variables_are_filled_in_and_other_braces_stay() {
        let template = json!({"text": "{name}, {other} {", "x": {"name": "{name}"}});
        let filled = fill(&template, &["id", "name"], &["U1", "A \"B\"\n{name}"]);
        let expected =
            json!({"text": "A \"B\"\n{name}, {other} {", "x": {"name": "A \"B\"\n{name}"}});
        assert_eq!(filled, expected);
    }

    #[test]
    fn a_name_that_is_no_column_is_found() {
        let unknown = |request: &Value| {
            Template::unknown_name(&request.to_string(), &["id".to_owned(), "name".to_owned()])
        };
        assert_eq!(unknown(&json!({"text": "hi {name}, {} { } {a b} {{"})), None);
        assert_eq!(unknown(&json!([{"text": "hi {nme}"}])).as_deref(), Some("nme"));
        let text_v2 =
            json!({"text": "{name} {smile}", "substitution": {"smile": {"type": "emoji"}}});
        assert_eq!(unknown(&text_v2), None);
    }

    proptest! {
        #[test]
        fn any_value_stays_within_its_string(value in ".*", before in "[^{}]*", after in "[^{}]*") {
            let template = json!({"text": format!("{before}{{v}}{after}")});
            let filled = fill(&template, &["id", "v"], &["U1", &value]);
            prop_assert_eq!(filled, json!({"text": format!("{before}{value}{after}")}));
        }
    }
}
