//! The bytes of a request: always the same for the same delivery.

use hikyaku_model::SendKind;

use crate::{Error, recipients::Recipients};

/// Puts the recipients of a delivery in front of the rest of its request.
pub(super) fn body(kind: SendKind, recipients: &Recipients, rest: &str) -> Result<String, Error> {
    let one = || {
        let first = recipients.ids().into_iter().next();
        first.ok_or_else(|| Error::damaged("a delivery has no recipient"))
    };
    let to = match kind {
        SendKind::Broadcast | SendKind::Narrowcast => return Ok(rest.to_owned()),
        SendKind::Multicast => ("to", json(recipients)?),
        SendKind::Push | SendKind::PhoneNumber => ("to", json(&one()?)?),
        SendKind::Reply => ("replyToken", json(&one()?)?),
    };
    let fields = rest
        .strip_prefix('{')
        .ok_or_else(|| Error::damaged("the request of a delivery is no JSON object"))?;
    let comma = if fields == "}" { "" } else { "," };
    Ok(format!(r#"{{"{}":{}{comma}{fields}"#, to.0, to.1))
}

fn json<T: serde::Serialize + ?Sized>(value: &T) -> Result<String, Error> {
    serde_json::to_string(value)
        .map_err(|why| Error::damaged("a recipient is no text").because(why))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_kind_has_its_form() {
        let rest = r#"{"messages":[]}"#;
        let check = |kind, ids: &[&str], expected: &str| {
            let recipients =
                if ids.is_empty() { Recipients::none() } else { Recipients::pack(ids) };
            assert_eq!(body(kind, &recipients, rest).unwrap(), expected);
        };
        check(SendKind::Push, &["C1"], r#"{"to":"C1","messages":[]}"#);
        check(SendKind::Multicast, &["U1", "U2"], r#"{"to":["U1","U2"],"messages":[]}"#);
        check(SendKind::Reply, &["t\"k"], r#"{"replyToken":"t\"k","messages":[]}"#);
        check(SendKind::Broadcast, &[], rest);
        assert_eq!(
            body(SendKind::Push, &Recipients::pack(&["C1"]), "{}").unwrap(),
            r#"{"to":"C1"}"#
        );
        check(SendKind::Narrowcast, &[], rest);
    }
}
