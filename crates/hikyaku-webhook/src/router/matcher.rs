use hikyaku_model::event::{ContentType, Event, EventType};

/// The rule by which a handler matches events.
pub(super) enum Matcher {
    Text(String),
    TextPrefix(String),
    #[cfg(feature = "regex")]
    TextRegex(regex_lite::Regex),
    Message(ContentType),
    Postback(String),
    Event(EventType),
    If(Box<dyn Fn(&Event) -> bool + Send + Sync>),
}

impl Matcher {
    pub(super) fn matches(&self, event: &Event) -> bool {
        match self {
            Self::Text(text) => said(event).is_some_and(|said| said.trim() == text),
            Self::TextPrefix(prefix) => said(event).is_some_and(|said| said.starts_with(prefix)),
            #[cfg(feature = "regex")]
            Self::TextRegex(regex) => said(event).is_some_and(|said| regex.is_match(said)),
            Self::Message(content) => {
                event.message().is_some_and(|message| message.content_type() == *content)
            }
            Self::Postback(key) => {
                event.postback().is_some_and(|postback| has_key(&postback.data, key))
            }
            Self::Event(event_type) => event.event_type() == *event_type,
            Self::If(is_for) => is_for(event),
        }
    }
}

/// Returns the text of a message, not of an edited one: a command must not run twice.
fn said(event: &Event) -> Option<&str> {
    event.message().and_then(|_| event.text())
}

fn has_key(data: &str, key: &str) -> bool {
    data.strip_prefix(key).is_some_and(|rest| {
        rest.is_empty() || rest.starts_with(['=', '&', ':', '?', '/', ',', ' '])
    })
}

#[cfg(test)]
mod tests {
    use super::has_key;

    #[test]
    fn a_key_is_followed_by_the_end_or_a_sign_that_ends_it() {
        for data in
            ["buy", "buy=42", "buy&item=42", "buy:42", "buy?item", "buy/42", "buy,42", "buy 42"]
        {
            assert!(has_key(data, "buy"), "{data}");
        }
        for data in ["", "bu", "buyer", "action=buy", "Buy"] {
            assert!(!has_key(data, "buy"), "{data}");
        }
        assert!(has_key("action=buy&item=42", "action=buy"));
    }
}
