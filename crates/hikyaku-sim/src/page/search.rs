//! What a search of the log asks for: `status:400 path:push type:flex hello`.

use std::fmt::Write;

use hikyaku_model::Event;
use jiff::{SignedDuration, Timestamp};

use crate::state::{
    log::LoggedRequest,
    webhook::{Webhook, WebhookReason},
};

/// A search. Everything that it names must fit.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Search(Vec<Term>);

#[derive(Debug, PartialEq, Eq)]
enum Term {
    /// How a status begins: `4` is any that says that the caller is wrong.
    Status(String),
    /// What is in a path.
    Path(String),
    /// Webhooks, requests, or what went wrong.
    Is(Kind),
    /// What is no older than this, by the simulator's clock.
    After(SignedDuration),
    /// What is a value of the body: a type, a chat, a retry key.
    Value(String),
    /// What is anywhere.
    Word(String),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    Webhook,
    Request,
    Bad,
}

impl Search {
    /// Reads a search. Words whose key is unknown are searched for as they are.
    pub(super) fn parse(text: &str) -> Self {
        let terms = text.split_whitespace().map(|word| match word.split_once(':') {
            Some(("status", status)) => Term::Status(status.trim_end_matches('x').to_owned()),
            Some(("path", path)) => Term::Path(path.to_owned()),
            Some(("is", "webhook")) => Term::Is(Kind::Webhook),
            Some(("is", "request")) => Term::Is(Kind::Request),
            Some(("is", "bad")) => Term::Is(Kind::Bad),
            Some(("after", age)) if age.parse::<SignedDuration>().is_ok() => {
                Term::After(age.parse().unwrap_or_default())
            }
            Some(("type" | "to" | "from" | "key", value)) if !value.is_empty() => {
                Term::Value(value.to_owned())
            }
            _ => Term::Word(word.to_owned()),
        });
        Self(terms.collect())
    }

    /// Whether it asks for nothing.
    pub(super) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    pub(super) fn fits_request(&self, request: &LoggedRequest, now: Timestamp) -> bool {
        self.0.iter().all(|term| match term {
            Term::Status(start) => {
                request.status.is_some_and(|status| status.to_string().starts_with(start.as_str()))
            }
            Term::Path(part) => request.path.contains(part.as_str()),
            Term::After(age) => now.duration_since(request.arrived_at) <= *age,
            Term::Is(Kind::Webhook) => false,
            Term::Is(Kind::Request) => true,
            Term::Is(Kind::Bad) => request.status.is_none_or(|status| status >= 400),
            Term::Value(value) => {
                request.retry_key() == Some(value) || has_value(&request.body, value)
            }
            Term::Word(word) => {
                let heads = [request.path.as_str(), request.query.as_str(), &request.request_id];
                let notes = [request.fault.as_deref(), request.hint.as_deref()];
                heads.iter().any(|text| has(text.as_bytes(), word))
                    || notes.iter().flatten().any(|text| has(text.as_bytes(), word))
                    || has(&request.body, word)
                    || has(&request.answer, word)
            }
        })
    }

    pub(super) fn fits_webhook(&self, webhook: &Webhook, now: Timestamp) -> bool {
        if self.is_empty() {
            return true;
        }
        let last = webhook.attempts.last();
        let is_bad = || last.is_some_and(|last| last.reason != WebhookReason::Ok);
        let body = event_json(&webhook.event);
        self.0.iter().all(|term| match term {
            Term::Status(start) => last
                .and_then(|last| last.status)
                .is_some_and(|status| status.to_string().starts_with(start.as_str())),
            Term::Is(Kind::Webhook) => true,
            Term::After(age) => {
                let at =
                    webhook.event.timestamp.and_then(|at| Timestamp::from_millisecond(at).ok());
                at.is_some_and(|at| now.duration_since(at) <= *age)
            }
            Term::Path(_) | Term::Is(Kind::Request) => false,
            Term::Is(Kind::Bad) => is_bad(),
            Term::Value(value) => has_value(&body, value),
            Term::Word(word) => {
                has(&body, word)
                    || webhook.attempts.iter().any(|attempt| has(attempt.detail.as_bytes(), word))
            }
        })
    }
}

fn event_json(event: &Event) -> Vec<u8> {
    serde_json::to_vec(event).unwrap_or_default()
}

/// Whether JSON has a text that is exactly this.
fn has_value(json: &[u8], value: &str) -> bool {
    has(json, &format!("\"{value}\""))
}

/// Whether a text has a word in it, whatever the case of Latin letters. JSON may have other letters escaped.
fn has(text: &[u8], word: &str) -> bool {
    if has_bytes(text, word.as_bytes()) {
        return true;
    }
    !word.is_ascii() && has_bytes(text, escaped(word).as_bytes())
}

fn has_bytes(text: &[u8], word: &[u8]) -> bool {
    word.is_empty() || text.windows(word.len()).any(|part| part.eq_ignore_ascii_case(word))
}

fn escaped(word: &str) -> String {
    let mut escaped = String::new();
    for letter in word.chars() {
        if letter.is_ascii() {
            escaped.push(letter);
        } else {
            let mut units = [0; 2];
            for unit in letter.encode_utf16(&mut units) {
                // Writing to a string cannot fail.
                let _ = write!(escaped, "\\u{unit:04x}");
            }
        }
    }
    escaped
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_search_is_read_by_its_keys() {
        let expected = [
            Term::Status("4".into()),
            Term::Path("push".into()),
            Term::Is(Kind::Bad),
            Term::Value("flex".into()),
            Term::Word("at:19:00".into()),
            Term::Word("type:".into()),
            Term::After(SignedDuration::from_mins(10)),
            Term::Word("after:noon".into()),
        ];
        assert_eq!(
            Search::parse(
                " status:4xx path:push is:bad  type:flex at:19:00 type: after:10m after:noon"
            )
            .0,
            expected
        );
        assert!(Search::parse("  ").is_empty());
    }

    #[test]
    fn letters_are_found_as_they_are_and_escaped() {
        for text in [
            "Hello, 日本🦀",
            r"HELLO, \u65e5\u672c\ud83e\udd80",
            r"hello, \u65E5\u672C\uD83E\uDD80",
        ] {
            assert!(has(text.as_bytes(), "hello") && has(text.as_bytes(), "本🦀"), "{text}");
        }
        assert!(!has(b"hello", "hello!"));
        assert!(
            has_value(br#"{"type":"flex"}"#, "flex") && !has_value(br#"{"a":"flexible"}"#, "flex")
        );
    }
}
