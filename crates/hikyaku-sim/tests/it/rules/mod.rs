//! Each of LINE's limits over the wire: one request at the limit, and one beyond it with the whole answer.
//!
//! What a value breaks is tested with the model; here it is what LINE answers: the status, the words, the path, and which of
//! the two forms that its errors have.

mod messages;
mod rates;
mod sends;
mod settings;

use hikyaku_sim::Sim;
use serde_json::{Value, json};

use crate::http::call;

/// So many letters.
fn letters(count: usize) -> String {
    "x".repeat(count)
}

/// So many families: one character each for people, seven code units each for programs.
fn families(count: usize) -> String {
    "\u{1F468}\u{200D}\u{1F469}\u{200D}\u{1F467}".repeat(count)
}

/// An `https` URL of so many characters.
fn url(length: usize) -> String {
    let start = "https://example.com/";
    format!("{start}{}", letters(length - start.len()))
}

/// A value so many times.
fn times(count: usize, value: &Value) -> Value {
    vec![value.clone(); count].into()
}

/// An object with other fields; null takes one away.
fn with(mut object: Value, fields: Value) -> Value {
    let Value::Object(fields) = fields else { panic!("no fields: {fields}") };
    let target = object.as_object_mut().unwrap();
    for (name, value) in fields {
        if value.is_null() {
            target.remove(&name);
        } else {
            target.insert(name, value);
        }
    }
    object
}

/// An error that names fields from the root of the body.
fn of_request(details: &[(&str, &str)]) -> Value {
    let message = format!("The request body has {} error(s)", details.len());
    json!({ "message": message, "details": self::details(details) })
}

/// An error that names fields inside the first message.
fn of_message(details: &[(&str, &str)]) -> Value {
    let message = "A message (messages[0]) in the request body is invalid";
    json!({ "message": message, "details": self::details(details) })
}

fn details(details: &[(&str, &str)]) -> Value {
    let details = details.iter();
    details.map(|(property, words)| json!({ "message": words, "property": property })).collect()
}

/// An error for a parameter of the path or query.
fn of_parameter(name: &str) -> Value {
    json!({ "message": format!("The value for the '{name}' parameter is invalid") })
}

/// A request that is at the limit, and one beyond it.
struct Rule<'a> {
    method: &'a str,
    path: &'a str,
    /// The body at the limit; nothing where the path says it all.
    good: Value,
    /// The status of its answer.
    status: u16,
    bad_path: &'a str,
    bad: Value,
    answer: (u16, Value),
}

impl<'a> Rule<'a> {
    fn body(
        method: &'a str,
        path: &'a str,
        (status, good): (u16, Value),
        bad: Value,
        answer: Value,
    ) -> Self {
        Self { method, path, good, status, bad_path: path, bad, answer: (400, answer) }
    }

    fn query(path: &'a str, bad_path: &'a str, answer: Value) -> Self {
        let (good, bad) = (Value::Null, Value::Null);
        Self { method: "GET", path, good, status: 200, bad_path, bad, answer: (400, answer) }
    }

    async fn holds(self, sim: &Sim) {
        let Self { method, path, good, status, bad_path, bad, answer } = self;
        let text = |body: &Value| if body.is_null() { String::new() } else { body.to_string() };
        let start = |text: String| text.chars().take(300).collect::<String>();
        let got = call(sim, method, path, &text(&good)).await;
        assert_eq!(got.status, status, "{method} {path} {} {}", start(text(&good)), got.text());
        let got = call(sim, method, bad_path, &text(&bad)).await;
        let told = (got.status, got.json());
        assert_eq!(told, answer, "{method} {bad_path} {}", start(text(&bad)));
    }
}
