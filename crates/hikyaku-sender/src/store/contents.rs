//! Tells a repeat from another send under the same idempotency key.

use serde_json::Value;

use super::Payload;

impl Payload {
    /// Whether both send the same to the same recipients. The order of an object's members, the way a number is written and
    /// members that are null make no difference, because programs in other languages do not choose them.
    pub(crate) fn is_same_as(&self, other: &Self) -> bool {
        self.recipients == other.recipients
            && match (&self.body, &other.body) {
                (Some(one), Some(other)) => {
                    one.delivery_tag == other.delivery_tag && is_same_json(&one.json, &other.json)
                }
                (one, other) => one == other,
            }
    }
}

fn is_same_json(one: &str, other: &str) -> bool {
    if one == other {
        return true;
    }
    match (serde_json::from_str(one), serde_json::from_str(other)) {
        (Ok(one), Ok(other)) => is_same(&one, &other),
        _ => false,
    }
}

fn is_same(one: &Value, other: &Value) -> bool {
    match (one, other) {
        (Value::Object(one), Value::Object(other)) => {
            let is_there = |(_, value): &(&String, &Value)| !value.is_null();
            one.iter().filter(is_there).count() == other.iter().filter(is_there).count()
                && one
                    .iter()
                    .filter(is_there)
                    .all(|(name, value)| other.get(name).is_some_and(|it| is_same(value, it)))
        }
        (Value::Array(one), Value::Array(other)) => {
            one.len() == other.len()
                && one.iter().zip(other).all(|(one, other)| is_same(one, other))
        }
        (Value::Number(one), Value::Number(other)) => {
            one == other || one.as_f64() == other.as_f64()
        }
        (one, other) => one == other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn json_is_the_same_however_it_is_written() {
        let one = r#"{"a":1,"b":[{"c":2.50,"d":"é"}],"e":null}"#;
        for same in [
            r#"{"b": [{"d": "\u00e9", "c": 2.5}], "a": 1.0}"#,
            r#"{"a":1e0,"f":null,"b":[{"c":2.5,"d":"é","g":null}]}"#,
        ] {
            assert!(is_same_json(one, same) && is_same_json(same, one), "{same}");
        }
        for other in [
            r#"{"a":1,"b":[{"c":2.5,"d":"e"}]}"#,
            r#"{"a":1,"b":[{"c":2.5}]}"#,
            r#"{"a":1,"b":[{"c":2.5,"d":"é"},null]}"#,
            r#"{"a":"1","b":[{"c":2.5,"d":"é"}]}"#,
            "{",
        ] {
            assert!(!is_same_json(one, other) && !is_same_json(other, one), "{other}");
        }
    }
}
