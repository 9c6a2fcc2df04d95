//! Instances of schemas.

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};

use crate::openapi::Document;

/// How much of a schema an instance has.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Fill {
    /// Every property. Where there is a choice of words or kinds, it is the one of this number, wrapped around.
    Maximal { choice: usize },
    /// Only the properties that must be there.
    Minimal { choice: usize },
    /// Every property, and in each object one that nobody knows.
    Extra,
    /// Every property, those that may be `null` as `null`.
    Nulls,
}

/// Properties that LINE's reference calls required though the files do not.
pub(crate) type Required = BTreeMap<(&'static str, &'static str), &'static [&'static str]>;

/// How deep optional parts of recursive schemas go.
const DEPTH: usize = 5;

#[derive(Clone)]
pub(crate) struct Maker<'a> {
    document: &'a Document,
    required: &'a Required,
    variants: BTreeMap<String, (String, String)>,
    fill: Fill,
}

impl<'a> Maker<'a> {
    pub(crate) fn new(document: &'a Document, required: &'a Required, fill: Fill) -> Self {
        Self { document, required, variants: document.variants(), fill }
    }

    /// An instance of a schema.
    pub(crate) fn make(&self, name: &str) -> Value {
        let schema = &self.document.schemas()[name];
        match self.named(name, schema, 0) {
            // The property that is of this schema may be null; a value of it is not.
            Value::Null => Maker { fill: Fill::Maximal { choice: 0 }, ..self.clone() }.make(name),
            instance => instance,
        }
    }

    fn choice(&self) -> usize {
        match self.fill {
            Fill::Maximal { choice } | Fill::Minimal { choice } => choice,
            Fill::Extra | Fill::Nulls => 0,
        }
    }

    fn named(&self, name: &str, schema: &Value, depth: usize) -> Value {
        if let Some(mapping) = schema["discriminator"]["mapping"].as_object() {
            // Deep inside, a kind that needs one of its own kind would never end.
            let choice = if depth > DEPTH { 0 } else { self.choice() };
            let child = mapping.values().nth(choice % mapping.len()).expect("a kind");
            let (child, schema) = self.document.resolve(child.as_str().expect("a reference"));
            return self.object(child, schema, depth);
        }
        self.object(name, schema, depth)
    }

    /// An object with its inherited properties, or whatever else the schema is of.
    fn object(&self, name: &str, schema: &Value, depth: usize) -> Value {
        let mut properties = Map::new();
        let mut required = Vec::new();
        self.collect(schema, &mut properties, &mut required);
        if properties.is_empty() && schema["type"] != "object" && schema.get("allOf").is_none() {
            return self.value(schema, depth);
        }
        let more = self.required.get(&(self.document.name, name)).copied().unwrap_or_default();
        required.extend(more.iter().map(|&name| name.to_owned()));
        let variant = self.variants.get(name);
        let mut object = Map::new();
        for (property, schema) in &properties {
            if let Some((_, word)) = variant.filter(|(told_by, _)| told_by == property) {
                object.insert(property.clone(), word.clone().into());
                continue;
            }
            let needed = required.contains(property);
            let minimal = matches!(self.fill, Fill::Minimal { .. });
            if needed || (!minimal && depth < DEPTH) {
                object.insert(property.clone(), self.value(schema, depth + 1));
            }
        }
        if self.fill == Fill::Extra {
            object.insert("hikyakuUnknown".to_owned(), json!({ "deep": [1, "two", null] }));
        }
        Value::Object(object)
    }

    /// The properties of a schema and of those that it builds on.
    fn collect(&self, schema: &Value, into: &mut Map<String, Value>, required: &mut Vec<String>) {
        if let Some(reference) = schema["$ref"].as_str() {
            return self.collect(self.document.resolve(reference).1, into, required);
        }
        for part in schema["allOf"].as_array().into_iter().flatten() {
            self.collect(part, into, required);
        }
        if let Some(properties) = schema["properties"].as_object() {
            into.extend(properties.clone());
        }
        let names = schema["required"].as_array().into_iter().flatten();
        required.extend(names.filter_map(Value::as_str).map(str::to_owned));
    }

    fn value(&self, schema: &Value, depth: usize) -> Value {
        if schema["nullable"] == true
            && matches!(self.fill, Fill::Nulls | Fill::Minimal { choice: 0 })
        {
            return Value::Null;
        }
        if let Some(reference) = schema["$ref"].as_str() {
            let (name, schema) = self.document.resolve(reference);
            if schema["nullable"] == true && self.fill == Fill::Nulls {
                return Value::Null;
            }
            return self.named(name, schema, depth);
        }
        if let Some(words) = schema["enum"].as_array() {
            let words: Vec<_> = words.iter().filter(|word| !word.is_null()).collect();
            return words[self.choice() % words.len()].clone();
        }
        match schema["type"].as_str() {
            Some("string") => self.text(schema),
            Some("integer") => integer(schema),
            Some("number") => json!(1.5),
            Some("boolean") => json!(self.choice().is_multiple_of(2)),
            Some("array") if matches!(self.fill, Fill::Minimal { .. }) || depth > DEPTH => {
                json!([])
            }
            Some("array") => json!([self.value(&schema["items"], depth)]),
            Some("object") | None => match &schema["additionalProperties"] {
                Value::Object(values) => {
                    // A key that the parameters of a postback have, too.
                    json!({ "date": self.value(&Value::Object(values.clone()), depth) })
                }
                _ => self.object("", schema, depth),
            },
            Some(other) => panic!("a schema of type {other}"),
        }
    }

    fn text(&self, schema: &Value) -> Value {
        // A word that stands for what the object is, where there is only one.
        if let Some(word) = schema["default"].as_str() {
            return json!(word);
        }
        match (schema["format"].as_str(), schema["pattern"].as_str()) {
            (Some("uri"), _) => json!("https://example.com/a"),
            (Some("date-time"), _) => json!("2026-01-02T03:04:05.678Z"),
            (_, Some("^[0-9]{8}$")) => json!("20260102"),
            (_, Some("^U[0-9a-f]{32}$")) => json!("U0123456789abcdef0123456789abcdef"),
            (_, Some("^[a-z0-9_-]{1,32}$")) => json!("menu-a"),
            _ => json!(format!("text{}", self.choice())),
        }
    }
}

fn integer(schema: &Value) -> Value {
    let bound = |name: &str| schema[name].as_i64();
    let usual = 7.clamp(bound("minimum").unwrap_or(i64::MIN), bound("maximum").unwrap_or(i64::MAX));
    json!(usual)
}

/// The longest list of words, or of kinds, that an instance can choose from.
pub(crate) fn choices(document: &Document, name: &str) -> usize {
    fn widest(document: &Document, node: &Value, seen: &mut Vec<String>) -> usize {
        let here = node["enum"].as_array().map_or(1, Vec::len);
        let kinds = node["discriminator"]["mapping"].as_object().map_or(1, Map::len);
        let below = match node {
            Value::Object(fields) => fields
                .iter()
                .map(|(key, value)| match value.as_str() {
                    Some(reference) if reference.starts_with("#/components/schemas/") => {
                        let (name, schema) = document.resolve(reference);
                        if key == "description" || seen.iter().any(|known| known == name) {
                            return 1;
                        }
                        seen.push(name.to_owned());
                        widest(document, schema, seen)
                    }
                    _ => widest(document, value, seen),
                })
                .max(),
            Value::Array(items) => items.iter().map(|item| widest(document, item, seen)).max(),
            _ => None,
        };
        here.max(kinds).max(below.unwrap_or(1))
    }
    widest(document, &document.schemas()[name], &mut vec![name.to_owned()])
}
