//! JSON as lines, each with where it is.

use hikyaku_page::html::{Attribute, Html, Tag};
use serde_json::Value;

/// A text on a line of its own.
#[derive(Debug)]
struct Line {
    depth: usize,
    text: String,
    pointer: String,
}

/// How many lines are drawn at most.
const MOST_LINES: usize = 2000;

/// Draws a body: as lines if it is JSON, with those marked that are at one of some places; else as it is.
pub(super) fn draw(body: &[u8], marked: &[String], html: &mut Html) {
    let read =
        str::from_utf8(body).ok().and_then(|text| Some((text, serde_json::from_str(text).ok()?)));
    let Some((text, value)) = read else {
        let text = String::from_utf8_lossy(body);
        return html.element(Tag::Pre).class("code").text(&text);
    };
    let mut reader = Reader { text, at: 0, lines: Vec::new() };
    // It was read before, so it can be read again.
    let _ = reader.value("", 0, String::new());
    let lines = reader.lines;
    // Something that is missing is marked where it should be.
    let marked: Vec<&str> = marked.iter().map(|pointer| nearest(&value, pointer)).collect();
    html.element(Tag::Pre).class("code").class("json").body(|html| {
        for line in lines.iter().take(MOST_LINES) {
            let is_marked = marked.contains(&line.pointer.as_str());
            html.span("json-line")
                .class_some(is_marked.then_some("json-marked"))
                .set(Attribute::DataId, &line.pointer)
                .body(|html| {
                    html.text(&"  ".repeat(line.depth));
                    html.text(&line.text);
                    html.text("\n");
                });
        }
        if lines.len() > MOST_LINES {
            html.text("…");
        }
    });
}

/// JSON with a line for each value, in its own order and spelling; nothing for any other text.
pub(super) fn pretty(text: &str) -> Option<String> {
    serde_json::from_str::<Value>(text).ok()?;
    let mut reader = Reader { text, at: 0, lines: Vec::new() };
    reader.value("", 0, String::new())?;
    let lines = reader.lines.iter().map(|line| format!("{}{}", "  ".repeat(line.depth), line.text));
    Some(lines.collect::<Vec<_>>().join("\n"))
}

/// The pointer, or the longest part of it that leads somewhere.
fn nearest<'a>(value: &Value, pointer: &'a str) -> &'a str {
    let mut place = pointer;
    while value.pointer(place).is_none() {
        place = place.rsplit_once('/').map_or("", |(above, _)| above);
    }
    place
}

/// Breaks JSON into lines. Keys keep their order, and numbers and texts their spelling. The text must be JSON, whose depth
/// was limited when it was read.
struct Reader<'a> {
    text: &'a str,
    at: usize,
    lines: Vec<Line>,
}

impl<'a> Reader<'a> {
    /// The next byte that is no space.
    fn next(&mut self) -> Option<u8> {
        let rest = self.text.get(self.at..)?.trim_start();
        self.at = self.text.len() - rest.len();
        rest.bytes().next()
    }

    /// The next text, number or word as it is written.
    fn scalar(&mut self) -> Option<&'a str> {
        let rest = self.text.get(self.at..)?;
        let length = if rest.starts_with('"') {
            let mut is_escaped = false;
            rest.bytes().skip(1).position(|byte| {
                let ends = byte == b'"' && !is_escaped;
                is_escaped = byte == b'\\' && !is_escaped;
                ends
            })? + 2
        } else {
            let ends = |c: char| matches!(c, ',' | '}' | ']') || c.is_whitespace();
            rest.find(ends).unwrap_or(rest.len())
        };
        self.at += length;
        rest.get(..length)
    }

    fn value(&mut self, key: &str, depth: usize, pointer: String) -> Option<()> {
        let (open, close) = match self.next()? {
            b'{' => ('{', b'}'),
            b'[' => ('[', b']'),
            _ => {
                let text = format!("{key}{}", self.scalar()?);
                self.lines.push(Line { depth, text, pointer });
                return Some(());
            }
        };
        self.at += 1;
        if self.next()? == close {
            self.at += 1;
            let text = format!("{key}{open}{}", char::from(close));
            self.lines.push(Line { depth, text, pointer });
            return Some(());
        }
        self.lines.push(Line { depth, text: format!("{key}{open}"), pointer: pointer.clone() });
        let mut index = 0;
        loop {
            self.next()?;
            let (key, step) = if open == '{' {
                let written = self.scalar()?;
                let name: String = serde_json::from_str(written).ok()?;
                self.next()?;
                self.at += 1;
                (format!("{written}: "), name.replace('~', "~0").replace('/', "~1"))
            } else {
                (String::new(), index.to_string())
            };
            self.value(&key, depth + 1, format!("{pointer}/{step}"))?;
            index += 1;
            let next = self.next()?;
            self.at += 1;
            if next == close {
                break;
            }
            self.lines.last_mut()?.text.push(',');
        }
        self.lines.push(Line { depth, text: char::from(close).into(), pointer });
        Some(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn drawn(body: &str, marked: &[&str]) -> String {
        let mut html = Html::default();
        let marked: Vec<String> = marked.iter().map(ToString::to_string).collect();
        draw(body.as_bytes(), &marked, &mut html);
        html.as_str().to_owned()
    }

    #[test]
    fn a_place_that_is_missing_is_marked_where_it_should_be() {
        let body = r#"{"to":"U1","messages":[{"type":"text"},{"a/b":[1,{}]}]}"#;
        let html = drawn(body, &["/messages/0/text", "/messages/1/a~1b/1"]);
        let marked: Vec<&str> = html
            .split("json-marked\" data-id=\"")
            .skip(1)
            .map(|it| it.split('"').next().unwrap())
            .collect();
        assert_eq!(marked, ["/messages/0", "/messages/0", "/messages/1/a~1b/1"]);
    }

    #[test]
    fn what_is_no_json_stays_as_it_is() {
        assert_eq!(drawn("<b>", &[]), "<pre class=\"code\">&lt;b&gt;</pre>");
    }

    #[test]
    fn order_and_spelling_stay() {
        let body = r#"{"z": [1.50,"\"é,}\\",null , {"b":{ }}],"a":[],"\u0063" :true}"#;
        let html = drawn(body, &[]);
        let text: String =
            html.split('<').filter_map(|part| part.split_once('>')).map(|(_, text)| text).collect();
        let text = text.replace("&quot;", "\"");
        assert_eq!(
            serde_json::from_str::<Value>(&text).unwrap(),
            serde_json::from_str::<Value>(body).unwrap()
        );
    }
}
