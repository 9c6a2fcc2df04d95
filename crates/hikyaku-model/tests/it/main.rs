//! The model as its users see it: JSON in, JSON out, and the limits.

#![expect(
    clippy::needless_pass_by_value,
    clippy::unwrap_used,
    reason = "helpers of tests take literals and fail by panic"
)]

mod event;
mod formatted;
mod in_hand;
mod laws;
mod limits;
mod long_text;
mod wire;

/// The JSON of a value, read as `T` and written again, must be the same.
fn survives<T>(json: &serde_json::Value) -> T
where
    T: serde::Serialize + serde::de::DeserializeOwned,
{
    let value: T = serde_json::from_value(json.clone()).unwrap();
    assert_eq!(&serde_json::to_value(&value).unwrap(), json);
    let text = json.to_string();
    let value: T = serde_json::from_str(&text).unwrap();
    assert_eq!(
        &serde_json::from_str::<serde_json::Value>(&serde_json::to_string(&value).unwrap())
            .unwrap(),
        json
    );
    value
}
