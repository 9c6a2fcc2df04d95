//! A request as its caller wrote it, split into its recipients and the unchanged rest.

use std::{borrow::Cow, fmt};

use hikyaku_model::{
    Checker, SendKind, Violations,
    limits::{Problem, Segment},
};
use serde::{
    Deserialize, Deserializer,
    de::{MapAccess, Visitor},
};
use serde_json::value::RawValue;

/// What is wrong with a request that says something twice: one program would heed the first, and another the last.
const TWICE: &str = "must stand only once";

/// The two parts of a request.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Written {
    /// To whom; the reply token of a reply.
    pub(crate) to: Vec<String>,
    /// The object without them. Its members have their order, and their values are the very bytes.
    pub(crate) rest: String,
}

impl Written {
    /// Takes the JSON object of a whole request apart.
    pub(crate) fn read(kind: SendKind, json: &str) -> Result<Self, Violations> {
        let mut checker = Checker::default();
        let Members(members) = match serde_json::from_str(json) {
            Ok(members) => members,
            Err(why) => {
                checker.report(Problem::Shape(why.to_string()));
                Members(Vec::new())
            }
        };
        let mut names: Vec<&str> = members.iter().map(|(name, _)| name.as_ref()).collect();
        names.sort_unstable();
        for pair in names.windows(2) {
            if let [one, other] = pair
                && one == other
            {
                let twice = Segment::Key((*one).to_owned());
                checker.at(twice, |it| it.report(Problem::Rule(TWICE)));
            }
        }
        let field = match kind {
            SendKind::Push | SendKind::Multicast | SendKind::PhoneNumber => Some("to"),
            SendKind::Reply => Some("replyToken"),
            SendKind::Broadcast | SendKind::Narrowcast => None,
        };
        let mut to = Vec::new();
        if let Some(field) = field {
            let value = members.iter().find(|(name, _)| name == field).map(|(_, value)| *value);
            to = recipients(kind, field, value, &mut checker);
        }
        checker.finish()?;
        let rest = members.iter().filter(|(name, _)| Some(name.as_ref()) != field);
        Ok(Self { to, rest: object(rest) })
    }
}

fn recipients(
    kind: SendKind,
    field: &'static str,
    value: Option<&RawValue>,
    checker: &mut Checker,
) -> Vec<String> {
    let Some(value) = value.map(RawValue::get).filter(|value| *value != "null") else {
        checker.report_field(field, Problem::Required);
        return Vec::new();
    };
    let read = match kind {
        SendKind::Multicast => serde_json::from_str(value),
        _ => serde_json::from_str(value).map(|one| vec![one]),
    };
    read.unwrap_or_else(|why| {
        checker.report_field(field, Problem::Shape(why.to_string()));
        Vec::new()
    })
}

fn object<'m>(members: impl Iterator<Item = &'m (Cow<'m, str>, &'m RawValue)>) -> String {
    let member = |(name, value): &(Cow<'_, str>, &RawValue)| {
        // A text, which JSON has.
        let name = serde_json::to_string(name).unwrap_or_default();
        format!("{name}:{value}")
    };
    format!("{{{}}}", members.map(member).collect::<Vec<_>>().join(","))
}

/// The members of an object in their order, their values unread.
struct Members<'a>(Vec<(Cow<'a, str>, &'a RawValue)>);

impl<'de: 'a, 'a> Deserialize<'de> for Members<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Object;

        impl<'de> Visitor<'de> for Object {
            type Value = Members<'de>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
                let mut members = Vec::new();
                while let Some(name) = map.next_key::<Name<'de>>()? {
                    members.push((name.0, map.next_value()?));
                }
                Ok(Members(members))
            }
        }

        deserializer.deserialize_map(Object)
    }
}

#[derive(Deserialize)]
#[serde(transparent)]
struct Name<'a>(#[serde(borrow)] Cow<'a, str>);

#[cfg(test)]
mod tests {
    use super::*;

    fn read(kind: SendKind, json: &str) -> Result<(Vec<String>, String), String> {
        let written = Written::read(kind, json).map_err(|why| why.to_string())?;
        Ok((written.to, written.rest))
    }

    #[test]
    fn all_but_the_recipients_stays_as_it_came() {
        let json = r#" {"messages" : [ {"type":"text", "text":"\u00e9"} ],"to":"U1","n":12345678901234567890,"a\"b":1e2} "#;
        let rest = r#"{"messages":[ {"type":"text", "text":"\u00e9"} ],"n":12345678901234567890,"a\"b":1e2}"#;
        assert_eq!(read(SendKind::Push, json), Ok((vec!["U1".into()], rest.into())));
        let all = r#"{"messages":[ {"type":"text", "text":"\u00e9"} ],"to":"U1","n":12345678901234567890,"a\"b":1e2}"#;
        assert_eq!(read(SendKind::Broadcast, json), Ok((vec![], all.into())));
        let many = r#"{"to":["U1","U2"]}"#;
        assert_eq!(
            read(SendKind::Multicast, many),
            Ok((vec!["U1".into(), "U2".into()], "{}".into()))
        );
        let reply = r#"{"replyToken":"t","to":"x"}"#;
        assert_eq!(read(SendKind::Reply, reply), Ok((vec!["t".into()], r#"{"to":"x"}"#.into())));
    }

    #[test]
    fn what_says_something_twice_or_not_at_all_is_refused() {
        for (json, why) in [
            (r#"{"to":"U1","to":"U2"}"#, "to: must stand only once"),
            (r#"{"to":"U1","a":1,"\u0061":2}"#, "a: must stand only once"),
            (r#"{"to":null}"#, "to: must not be empty"),
            ("{}", "to: must not be empty"),
        ] {
            assert_eq!(read(SendKind::Push, json), Err(why.to_owned()), "{json}");
        }
        for json in ["[]", "{", "", r#"{"to":["U1"]}"#, r#"{"to":1}"#, r#"{"to":"U1"} x"#] {
            assert!(read(SendKind::Push, json).is_err(), "{json}");
        }
    }
}
