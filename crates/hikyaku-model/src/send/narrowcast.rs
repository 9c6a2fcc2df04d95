use crate::{
    Check, Checker, Object,
    audience::{Filter, Limit, Recipient},
    limits::{Problem, Segment},
    shape,
};

/// The properties of a narrowcast's body.
const PROPERTIES: &[&str] = &["messages", "recipient", "filter", "limit", "notificationDisabled"];

/// Checks the targeting in the body of a narrowcast: that no property is misspelt, then recipient, filter and limit.
/// The messages are not checked.
///
/// LINE ignores a property that it does not know. The body `{"messages": …, "filters": …}` would reach every friend.
///
/// ```
/// use hikyaku_model::{Checker, Object, send};
///
/// let body: Object = serde_json::from_str(r#"{"messages":[],"filters":{}}"#)?;
/// let mut checker = Checker::default();
/// send::check_narrowcast(&body, &mut checker);
/// assert!(checker.finish().unwrap_err().to_string().starts_with("filters: is no field that belongs here"));
/// # Ok::<(), serde_json::Error>(())
/// ```
///
/// Source: <https://developers.line.biz/en/reference/messaging-api/#send-narrowcast-message>
#[inline]
pub fn check_narrowcast(body: &Object, checker: &mut Checker) {
    for name in body.keys().filter(|name| !PROPERTIES.contains(&name.as_str())) {
        checker.key(name, |checker| checker.report(Problem::UnknownField(PROPERTIES)));
    }
    check_part::<Recipient>(body, "recipient", checker);
    check_part::<Filter>(body, "filter", checker);
    check_part::<Limit>(body, "limit", checker);
}

fn check_part<T: Check + serde::de::DeserializeOwned>(
    body: &Object,
    name: &'static str,
    checker: &mut Checker,
) {
    match shape::read_key::<T>(body, name) {
        Ok(None) => {}
        Ok(Some(part)) => checker.at(Segment::Field(name), |checker| part.check(checker)),
        Err(misfit) => misfit.report(checker),
    }
}
