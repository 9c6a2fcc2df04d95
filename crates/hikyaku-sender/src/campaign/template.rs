use serde_json::{Map, Value};

/// A request with variables, ready to be filled in many times.
///
/// `{name}` in any of its texts stands for a column, and a brace that is meant is written twice.
#[derive(Debug, PartialEq)]
pub(super) struct Template {
    parts: Vec<Part>,
    columns: usize,
}

#[derive(Debug, PartialEq)]
enum Part {
    /// JSON as it is.
    Json(String),
    /// A column of the list, within a JSON string.
    Value(usize, Encoding),
}

/// How a value is written, so that it stays within its place.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Encoding {
    Plain,
    /// Percent-encoded: it is part of a URI.
    Uri,
    /// The same in `tel:`, where a plus is part of the number.
    Phone,
    /// With its braces doubled: it is part of a text whose own `{name}` LINE fills in.
    Braces,
}

/// What a text of the request is, which says how values are written into it.
#[derive(Clone, Copy)]
enum Place<'a> {
    Text,
    Uri,
    /// The text of a text message of version 2, with what LINE substitutes there.
    TextV2(&'a Map<String, Value>),
}

impl Template {
    /// Reads a request's JSON. Fails with what nobody is to read: a name that is no column, or a brace that is half of a
    /// pair.
    pub(super) fn new(json: &str, columns: &[String]) -> Result<Self, String> {
        let request: Value = serde_json::from_str(json).map_err(|why| why.to_string())?;
        let mut maker = Maker { columns, parts: Vec::new(), json: String::new() };
        maker.value(&request, Place::Text)?;
        maker.parts.push(Part::Json(maker.json));
        Ok(Self { parts: maker.parts, columns: columns.len() })
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
                Part::Json(text) => json.push_str(text),
                Part::Value(column, encoding) => {
                    let value = values.get(*column).map_or("", String::as_str);
                    match encoding {
                        Encoding::Plain => push_quoted(value, &mut json),
                        Encoding::Uri => push_percent(value, b"", &mut json),
                        Encoding::Phone => push_percent(value, b"+", &mut json),
                        Encoding::Braces => {
                            let value = value.replace('{', "{{").replace('}', "}}");
                            push_quoted(&value, &mut json);
                        }
                    }
                }
            }
        }
        Ok(json)
    }
}

/// Writes a request's JSON, and makes parts of it at each variable.
struct Maker<'a> {
    columns: &'a [String],
    parts: Vec<Part>,
    json: String,
}

impl Maker<'_> {
    fn value(&mut self, value: &Value, place: Place<'_>) -> Result<(), String> {
        match value {
            Value::String(text) => {
                self.json.push('"');
                self.text(text, place)?;
                self.json.push('"');
            }
            Value::Array(items) => {
                self.json.push('[');
                for (index, item) in items.iter().enumerate() {
                    if index > 0 {
                        self.json.push(',');
                    }
                    self.value(item, place)?;
                }
                self.json.push(']');
            }
            Value::Object(fields) => self.object(fields, place)?,
            other => self.json.push_str(&other.to_string()),
        }
        Ok(())
    }

    fn object(&mut self, fields: &Map<String, Value>, place: Place<'_>) -> Result<(), String> {
        let nothing = Map::new();
        let text_v2 = fields.get("type").is_some_and(|kind| kind == "textV2");
        self.json.push('{');
        for (index, (name, field)) in fields.iter().enumerate() {
            if index > 0 {
                self.json.push(',');
            }
            self.json.push('"');
            push_quoted(name, &mut self.json);
            self.json.push_str("\":");
            let place = match place {
                _ if text_v2 && name == "text" => {
                    let substitution = fields.get("substitution").and_then(Value::as_object);
                    Place::TextV2(substitution.unwrap_or(&nothing))
                }
                _ if is_uri(name) => Place::Uri,
                // An `altUri` has one of its own.
                Place::Uri => Place::Uri,
                _ => Place::Text,
            };
            self.value(field, place)?;
        }
        self.json.push('}');
        Ok(())
    }

    fn text(&mut self, text: &str, place: Place<'_>) -> Result<(), String> {
        let mut rest = text;
        while let Some(at) = rest.find(['{', '}']) {
            let (before, braced) = rest.split_at(at);
            push_quoted(before, &mut self.json);
            let brace = braced.get(..1).unwrap_or_default();
            let after = braced.get(1..).unwrap_or_default();
            rest = if let Some(after) = after.strip_prefix(brace) {
                // In version 2 LINE reads the pair itself.
                let written = if matches!(place, Place::TextV2(_)) { 2 } else { 1 };
                self.json.push_str(&brace.repeat(written));
                after
            } else if let Some((name, after)) = substituted(braced, place) {
                push_quoted(name, &mut self.json);
                after
            } else {
                let (column, after) = self.column(braced)?;
                let begin = text.split_at(text.len() - braced.len()).0;
                let encoding = match place {
                    Place::Text => Encoding::Plain,
                    Place::TextV2(_) => Encoding::Braces,
                    // There it is the URI itself, or its beginning.
                    Place::Uri if begin.is_empty() => Encoding::Plain,
                    Place::Uri if begin == "tel:" => Encoding::Phone,
                    Place::Uri => Encoding::Uri,
                };
                self.parts.push(Part::Json(std::mem::take(&mut self.json)));
                self.parts.push(Part::Value(column, encoding));
                after
            };
        }
        push_quoted(rest, &mut self.json);
        Ok(())
    }

    /// The column that stands in braces here, and what follows. A name may have braces itself, so the longest counts.
    fn column<'t>(&self, braced: &'t str) -> Result<(usize, &'t str), String> {
        let name = braced.strip_prefix('{').unwrap_or_default();
        let named = self.columns.iter().enumerate().filter_map(|(column, known)| {
            Some((known.len(), column, name.strip_prefix(known.as_str())?.strip_prefix('}')?))
        });
        if let Some((length, column, after)) = named.max_by_key(|(length, ..)| *length) {
            let name = name.get(..length).unwrap_or_default();
            if self.columns.iter().filter(|known| *known == name).count() > 1 {
                return Err(format!(
                    "the messages have {{{name}}}, and the list has several columns of that name"
                ));
            }
            return Ok((column, after));
        }
        let known: Vec<_> = self.columns.iter().map(|name| format!("{{{name}}}")).collect();
        let known = known.join(", ");
        Err(match name.split_once('}') {
            Some((name, _)) if braced.starts_with('{') => format!(
                "the messages have {{{name}}}, and the list has no such column, only {known}; a brace that is meant is \
                 written twice"
            ),
            _ => format!(
                "the messages have a brace that belongs to no {{name}} of {known}; a brace that is meant is written twice"
            ),
        })
    }
}

/// What LINE itself substitutes here, its braces included, and what follows.
fn substituted<'t>(braced: &'t str, place: Place<'_>) -> Option<(&'t str, &'t str)> {
    let Place::TextV2(substitution) = place else { return None };
    let end = braced.find('}')? + 1;
    let (name, after) = braced.split_at(end);
    let key = name.strip_prefix('{')?.strip_suffix('}')?;
    substitution.contains_key(key).then_some((name, after))
}

/// Whether a field of LINE's has a URI: `uri`, `url`, `linkUri`, `imageUrl`, `altUri` and so on.
fn is_uri(field: &str) -> bool {
    let field = field.to_ascii_lowercase();
    field.ends_with("uri") || field.ends_with("url")
}

/// Writes a text as it stands within the quotes of a JSON string.
fn push_quoted(text: &str, json: &mut String) {
    let quoted = Value::from(text).to_string();
    json.push_str(quoted.get(1..quoted.len() - 1).unwrap_or_default());
}

/// Percent-encodes all but RFC 3986's unreserved characters, and these.
fn push_percent(text: &str, besides: &[u8], json: &mut String) {
    const DIGITS: [char; 16] =
        ['0', '1', '2', '3', '4', '5', '6', '7', '8', '9', 'A', 'B', 'C', 'D', 'E', 'F'];

    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) || besides.contains(&byte) {
            json.push(char::from(byte));
        } else {
            let digit = |nibble: u8| DIGITS.get(usize::from(nibble)).copied().unwrap_or('0');
            json.extend(['%', digit(byte >> 4), digit(byte & 0xf)]);
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::{Value, json};

    use super::*;

    fn owned(texts: &[&str]) -> Vec<String> {
        texts.iter().map(|text| (*text).to_owned()).collect()
    }

    fn fill(template: &Value, columns: &[&str], values: &[&str]) -> Value {
        let template = Template::new(&template.to_string(), &owned(columns)).unwrap();
        serde_json::from_str(&template.fill(&owned(values)).unwrap()).unwrap()
    }

    #[test]
    fn variables_are_filled_in_and_doubled_braces_are_braces() {
        let template = json!({"text": "{name}, {{other}} {{", "x": {"n": [1.5, null, "{name}"]}});
        let filled = fill(&template, &["id", "name"], &["U1", "A \"B\"\n{name}"]);
        let expected = json!({
            "text": "A \"B\"\n{name}, {other} {", "x": {"n": [1.5, null, "A \"B\"\n{name}"]},
        });
        assert_eq!(filled, expected);
    }

    #[test]
    fn a_column_may_have_any_name() {
        let columns = ["id", "first name", "customer.name", "名前", "a}b", "a", ""];
        let values = ["U1", "1", "2", "3", "4", "5", "6"];
        let text = json!("{first name}{customer.name}{名前}{a}b}{a}{}{id}");
        assert_eq!(fill(&text, &columns, &values), json!("123456U1"));
    }

    #[test]
    fn what_is_no_column_is_refused() {
        let columns = owned(&["id", "first name", "twice", "twice"]);
        for (text, why) in [
            (
                "{frist name}",
                "{frist name}, and the list has no such column, only {id}, {first name}",
            ),
            ("{customer.nmae}", "{customer.nmae}"),
            ("{ id }", "{ id }"),
            ("{}", "{}"),
            ("{\"a\":1}", "{\"a\":1}"),
            ("{twice}", "several columns"),
            ("{first name", "brace that belongs to no {name}"),
            ("first name}", "brace that belongs to no {name}"),
            ("{id}}", "brace that belongs to no {name}"),
            ("a { b", "brace that belongs to no {name}"),
        ] {
            let deep = json!([{"contents": [{"text": text}]}]).to_string();
            let refused = Template::new(&deep, &columns).unwrap_err();
            assert!(refused.contains(why), "{text}: {refused}");
        }
    }

    #[test]
    fn a_value_cannot_leave_its_place_in_a_uri() {
        let template = json!({
            "action": {"uri": "https://x.example/{v}?code={v}&a=1", "altUri": {"desktop": "https://x.example/?c={v}"}},
            "linkUri": "https://x.example/#{v}",
            "thumbnailImageUrl": "https://x.example/{{{v}}}.png",
            "text": "{v}",
        });
        let filled = fill(&template, &["id", "v"], &["U1", "a b&x=1/é"]);
        let v = "a%20b%26x%3D1%2F%C3%A9";
        let expected = json!({
            "action": {
                "uri": format!("https://x.example/{v}?code={v}&a=1"),
                "altUri": {"desktop": format!("https://x.example/?c={v}")},
            },
            "linkUri": format!("https://x.example/#{v}"),
            "thumbnailImageUrl": format!("https://x.example/{{{v}}}.png"),
            "text": "a b&x=1/é",
        });
        assert_eq!(filled, expected);
    }

    #[test]
    fn a_value_at_the_beginning_is_the_uri_itself() {
        let template = json!([{"uri": "{v}"}, {"uri": "{v}?a={id}"}, {"uri": "tel:{p}"}]);
        let values = ["U 1", "https://x.example/a?b=c", "+81 90"];
        let filled = fill(&template, &["id", "v", "p"], &values);
        let expected = json!([
            {"uri": "https://x.example/a?b=c"},
            {"uri": "https://x.example/a?b=c?a=U%201"},
            {"uri": "tel:+81%2090"},
        ]);
        assert_eq!(filled, expected);
    }

    #[test]
    fn what_line_substitutes_itself_is_left_to_it() {
        let template = json!({
            "type": "textV2",
            "text": "{name} {smile} {{literally}}",
            "substitution": {"smile": {"type": "emoji"}},
        });
        let filled = fill(&template, &["id", "name", "smile"], &["U1", "{smile}", "no"]);
        assert_eq!(filled["text"], "{{smile}} {smile} {{literally}}");
        assert_eq!(filled["substitution"], template["substitution"]);
    }

    proptest! {
        #[test]
        fn any_value_stays_within_its_string(value in ".*", before in "[^{}]*", after in "[^{}]*") {
            let template = json!({"text": format!("{before}{{v}}{after}"), "url": "https://x/{v}"});
            let filled = fill(&template, &["id", "v"], &["U1", &value]);
            prop_assert_eq!(&filled["text"], &json!(format!("{before}{value}{after}")));
            let url = filled["url"].as_str().unwrap().strip_prefix("https://x/").unwrap();
            prop_assert!(url.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-._~%".contains(&byte)));
        }

        #[test]
        fn a_text_without_variables_is_itself(text in ".*") {
            let template = json!(text.replace('{', "{{").replace('}', "}}"));
            prop_assert_eq!(fill(&template, &["id"], &["U1"]), json!(text));
        }
    }
}
