//! Whether what a bot sent is what was expected, with words for what varies.

use serde_json::Value;

/// What stands for any text, and for digits.
const ANY: &str = "{any}";
const DIGITS: &str = "{digits}";

/// Whether a message is as it is expected: a text stands for a text message. In texts `{any}` stands for whatever is
/// there and `{digits}` for digits; a value that is `{any}` alone stands for any value.
pub(super) fn matches(expected: &Value, message: &Value) -> bool {
    match expected {
        Value::String(pattern) => {
            let text = message["text"].as_str().filter(|_| message["type"] == "text");
            text.is_some_and(|text| text_matches(pattern, text))
        }
        _ => value_matches(expected, message),
    }
}

fn value_matches(expected: &Value, given: &Value) -> bool {
    match (expected, given) {
        (Value::String(pattern), _) if pattern == ANY => true,
        (Value::String(pattern), Value::String(text)) => text_matches(pattern, text),
        (Value::Array(expected), Value::Array(given)) => {
            let mut pairs = expected.iter().zip(given);
            expected.len() == given.len() && pairs.all(|(one, other)| value_matches(one, other))
        }
        (Value::Object(expected), Value::Object(given)) => {
            let mut names = expected.keys().chain(given.keys());
            names.all(|name| match (expected.get(name), given.get(name)) {
                (Some(one), Some(other)) => value_matches(one, other),
                // TOML has no null.
                (None, Some(other)) => other.is_null(),
                _ => false,
            })
        }
        // 1 and 1.0 are one number.
        (Value::Number(one), Value::Number(other)) => one.as_f64() == other.as_f64(),
        _ => expected == given,
    }
}

fn text_matches(pattern: &str, text: &str) -> bool {
    let places = [ANY, DIGITS].into_iter().filter_map(|word| Some((pattern.find(word)?, word)));
    let Some((place, word)) = places.min() else { return pattern == text };
    let (before, after) = pattern.split_at(place);
    let after = after.strip_prefix(word).unwrap_or(after);
    let Some(rest) = text.strip_prefix(before) else { return false };
    let ends = rest.char_indices().map(|(at, _)| at).chain([rest.len()]);
    let taken = |end: usize| rest.get(..end).unwrap_or_default();
    let mut ends = ends.filter(|end| {
        word == ANY || (*end > 0 && taken(*end).bytes().all(|byte| byte.is_ascii_digit()))
    });
    ends.any(|end| text_matches(after, rest.get(end..).unwrap_or_default()))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn words_stand_for_what_varies() {
        for (pattern, text, fits) in [
            ("hi", "hi", true),
            ("hi", "hi ", false),
            ("order {digits} is on its way", "order 4711 is on its way", true),
            ("order {digits} is on its way", "order  is on its way", false),
            ("{any}", "", true),
            ("a{any}c{any}", "abcあ", true),
            ("a{any}c", "abcd", false),
            ("{digits}{any}7", "127", true),
            ("{digit}", "5", false),
        ] {
            assert_eq!(text_matches(pattern, text), fits, "{pattern} {text}");
        }
    }

    #[test]
    fn objects_fit_whole() {
        let given = json!({ "type": "flex", "altText": "3 items", "contents": { "size": 1, "list": ["a", "b"] } });
        let fits = |expected: Value| matches(&expected, &given);
        assert!(fits(given.clone()));
        assert!(fits(json!({ "type": "flex", "altText": "{digits} items", "contents": "{any}" })));
        assert!(fits(
            json!({ "type": "flex", "altText": "{any}", "contents": { "size": 1.0, "list": "{any}" } })
        ));
        assert!(!fits(json!({ "type": "flex", "altText": "3 items" })));
        assert!(!fits(
            json!({ "type": "flex", "altText": "3 items", "contents": { "size": 1, "list": ["a"] } })
        ));
        assert!(!fits(json!("3 items")));
        assert!(matches(&json!("hi"), &json!({ "type": "text", "text": "hi", "quoteToken": "x" })));
    }
}
