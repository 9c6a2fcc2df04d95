//! The description of the control API, held against what tests send and are answered.

use serde_json::Value;

use crate::http::Answer;

const OPENAPI: &str = include_str!("../../src/openapi.json");

pub(crate) fn document() -> Value {
    serde_json::from_str(OPENAPI).unwrap()
}

/// The description of a call; the path without its prefix and query.
pub(crate) fn operation<'a>(document: &'a Value, method: &str, path: &str) -> Option<&'a Value> {
    let steps: Vec<&str> = path.trim_start_matches('/').split('/').collect();
    let fits = |pattern: &str| {
        let pattern: Vec<&str> = pattern.trim_start_matches('/').split('/').collect();
        pattern.len() == steps.len()
            && pattern.iter().zip(&steps).all(|(of, step)| of.starts_with('{') || of == step)
    };
    let paths = document["paths"].as_object().unwrap().iter();
    let mut found: Vec<_> = paths
        .filter(|(pattern, methods)| fits(pattern) && methods.get(method.to_lowercase()).is_some())
        .collect();
    found.sort_by_key(|(pattern, _)| pattern.matches('{').count());
    found.first().map(|(_, methods)| &methods[method.to_lowercase()])
}

/// Makes sure that a call and its answer are as they are described.
pub(crate) fn check(method: &str, path: &str, body: &str, answer: &Answer) {
    let document = document();
    let path = path.split('?').next().unwrap_or_default();
    let Some(operation) = operation(&document, method, path) else {
        assert_eq!(answer.status, 404, "{method} {path} is not described: {}", answer.text());
        return;
    };
    let about = format!("{method} {path} {body} -> {} {}", answer.status, answer.text());
    let json = |response: &Value| {
        let schema = response["content"]["application/json"]["schema"].clone();
        (!schema.is_null()).then_some(schema)
    };
    let Some(response) = operation["responses"].get(answer.status.to_string()) else {
        assert!(answer.status >= 400, "{about}: this status is not described");
        let problem = json(&operation["responses"]["default"]).unwrap();
        fits(&document, &problem, &answer.json(), "")
            .unwrap_or_else(|why| panic!("{about}: {why}"));
        return;
    };
    if let (Some(schema), false) = (json(&operation["requestBody"]), body.is_empty()) {
        let body = serde_json::from_str(body).unwrap();
        fits(&document, &schema, &body, "")
            .unwrap_or_else(|why| panic!("{about}: the body: {why}"));
    }
    match json(response) {
        Some(schema) => {
            fits(&document, &schema, &answer.json(), "")
                .unwrap_or_else(|why| panic!("{about}: the answer: {why}"));
        }
        None => assert_eq!(answer.text(), "", "{about}"),
    }
}

/// Whether a value fits a schema, as far as the description uses them.
fn fits(document: &Value, schema: &Value, value: &Value, at: &str) -> Result<(), String> {
    let words = |name: &str| schema[name].as_array().into_iter().flatten();
    if let Some(name) = schema["$ref"].as_str() {
        let target = document.pointer(name.trim_start_matches('#'));
        return fits(document, target.unwrap_or_else(|| panic!("{name} is missing")), value, at);
    }
    for (name, most) in [("oneOf", 1), ("anyOf", usize::MAX)] {
        if schema[name].is_array() {
            let tried: Vec<_> = words(name).map(|of| fits(document, of, value, at)).collect();
            let fitting = tried.iter().filter(|fits| fits.is_ok()).count();
            if fitting == 0 || fitting > most {
                return Err(format!("{at}: {fitting} of {name} fit {value}: {tried:?}"));
            }
        }
    }
    let is = |name: &str| match name {
        "object" => value.is_object(),
        "array" => value.is_array(),
        "string" => value.is_string(),
        "integer" => value.is_i64() || value.is_u64(),
        "number" => value.is_number(),
        "boolean" => value.is_boolean(),
        "null" => value.is_null(),
        other => panic!("the type {other}"),
    };
    let types: Vec<&str> = match &schema["type"] {
        Value::Null => Vec::new(),
        Value::String(name) => vec![name],
        names => names.as_array().unwrap().iter().map(|name| name.as_str().unwrap()).collect(),
    };
    if !types.is_empty() && !types.iter().any(|name| is(name)) {
        return Err(format!("{at}: {value} is no {types:?}"));
    }
    if schema["enum"].is_array() && !words("enum").any(|word| word == value) {
        return Err(format!("{at}: {value} is none of {}", schema["enum"]));
    }
    if schema["pattern"] == "^U[0-9a-f]{32}$"
        && let Some(id) = value.as_str()
        && (id.len() != 33 || !id.starts_with('U'))
    {
        return Err(format!("{at}: {id} is no user id"));
    }
    for (index, item) in value.as_array().into_iter().flatten().enumerate() {
        fits(document, &schema["items"], item, &format!("{at}/{index}"))?;
    }
    let Some(fields) = value.as_object() else { return Ok(()) };
    if let Some(missing) =
        words("required").find(|name| !fields.contains_key(name.as_str().unwrap()))
    {
        return Err(format!("{at}: {missing} is missing"));
    }
    for (name, field) in fields {
        let at = format!("{at}/{name}");
        match (schema["properties"].get(name), &schema["additionalProperties"]) {
            (Some(schema), _) | (None, schema @ Value::Object(_)) => {
                fits(document, schema, field, &at)?;
            }
            (None, Value::Bool(false)) => return Err(format!("{at} is not described")),
            _ => {}
        }
    }
    Ok(())
}
