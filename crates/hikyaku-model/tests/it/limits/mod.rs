//! Every limit: what is still allowed, and what is said about the first thing that is not.

mod action;
mod audience;
mod flex;
mod message;
mod rich_menu;
mod send;
mod shape;
mod template;

use hikyaku_model::{Check, Checker, Message};
use serde::de::DeserializeOwned;
use serde_json::{Value, json};

/// Every broken rule of a value, judged as LINE is today.
fn violations(value: &impl Check) -> Vec<String> {
    let mut checker = Checker::strict();
    value.check(&mut checker);
    match checker.finish() {
        Ok(()) => Vec::new(),
        Err(violations) => violations.iter().map(ToString::to_string).collect(),
    }
}

/// Reads a value and compares what is wrong with it.
#[track_caller]
fn check_as<T: Check + DeserializeOwned>(value: Value, expected: &[&str]) {
    let read: T = serde_json::from_value(value.clone()).unwrap();
    assert_eq!(violations(&read), expected, "{value}");
}

/// Reads a message and compares what is wrong with it.
#[track_caller]
fn check(message: Value, expected: &[&str]) {
    check_as::<Message>(message, expected);
}

/// The object with some fields set to other values.
fn with(mut object: Value, fields: Value) -> Value {
    let Value::Object(fields) = fields else { panic!("fields are an object") };
    object.as_object_mut().unwrap().extend(fields);
    object
}

/// So many letters.
fn letters(count: usize) -> String {
    "a".repeat(count)
}

/// So many characters that readers take for one each: 8 UTF-16 code units, 18 bytes.
fn families(count: usize) -> String {
    "👨‍👩‍👧".repeat(count)
}

/// The same value so many times.
fn times(count: usize, value: Value) -> Value {
    vec![value; count].into()
}

/// A URL of so many characters.
fn url(length: usize) -> String {
    format!("https://example.com/{}", letters(length - 20))
}

/// An action that may stand anywhere.
fn tap() -> Value {
    json!({"type": "message", "label": "label", "text": "text"})
}
